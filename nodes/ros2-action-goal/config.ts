import { checkTopicName, checkTypeName } from '../../lib/ros/names';
import { boolean, configNode, number, optionalNumber, text } from '../shared/properties';

export const properties = {
	name: text(''),
	context: configNode('ros2-context'),
	action: text('/fibonacci', checkTopicName),
	actionType: text('example_interfaces/action/Fibonacci', (name, value) => checkTypeName(name, value, 'action')),
	/** Until a server has accepted the goal, the search for one included. */
	acceptTimeout: number(5, { above: 0, max: 2_000_000, unit: 's' }),
	/** From then to the result; the goal is canceled after it. Empty: as long as it takes. */
	timeout: optionalNumber({ above: 0, max: 2_000_000, unit: 's' }),
	/** Results of goals that were canceled or aborted leave by the first output too, instead of going to Catch. */
	anyEnd: boolean(false),
};
