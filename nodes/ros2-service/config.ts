import { checkTopicName, checkTypeName } from '../../lib/ros/names';
import { configNode, number, text } from '../shared/properties';

export const properties = {
	name: text(''),
	context: configNode('ros2-context'),
	service: text('/add_two_ints', checkTopicName),
	serviceType: text('example_interfaces/srv/AddTwoInts', (name, value) => checkTypeName(name, value, 'srv')),
	/** How long the flow may take for its answer. */
	timeout: number(10, { above: 0, max: 2_000_000, unit: 's' }),
};
