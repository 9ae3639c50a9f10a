import { checkTopicName, checkTypeName } from '../../lib/ros/names';
import { boolean, configNode, text } from '../shared/properties';
import { qosProperties } from '../shared/qos-properties';

export const properties = {
	name: text(''),
	context: configNode('ros2-context'),
	topic: text('/joint_states', checkTopicName),
	messageType: text('sensor_msgs/msg/JointState', checkTypeName),
	...qosProperties,
	/** Only the newest of the messages that piled up while Node-RED was busy. */
	newestOnly: boolean(true),
};
