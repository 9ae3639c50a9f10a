import { checkTopicName, checkTypeName } from '../../lib/ros/names';
import { configNode, number, text } from '../shared/properties';

export const properties = {
	name: text(''),
	context: configNode('ros2-context'),
	service: text('/add_two_ints', checkTopicName),
	serviceType: text('example_interfaces/srv/AddTwoInts', (name, value) => checkTypeName(name, value, 'srv')),
	/** From the call to the answer, the search for a server included; what waits in the queue does not count. */
	timeout: number(5, { above: 0, max: 2_000_000, unit: 's' }),
	/** Calls that wait for their answer at the same time. */
	concurrency: number(1, { min: 1, max: 1000, integer: true }),
	/** Messages that wait for one of those to end; further ones fail. */
	queue: number(100, { min: 0, max: 10_000, integer: true }),
};
