import { checkTopicName, checkTypeName } from '../../lib/ros/names';
import { configNode, text } from '../shared/properties';
import { publisherQosProperties } from '../shared/qos-properties';

export const properties = {
	name: text(''),
	context: configNode('ros2-context'),
	topic: text('/cmd_vel', checkTopicName),
	messageType: text('geometry_msgs/msg/Twist', checkTypeName),
	...publisherQosProperties,
};
