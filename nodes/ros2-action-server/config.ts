import { checkTopicName, checkTypeName } from '../../lib/ros/names';
import { choice, configNode, number, optionalNumber, text } from '../shared/properties';

export const properties = {
	name: text(''),
	context: configNode('ros2-context'),
	action: text('/fibonacci', checkTopicName),
	actionType: text('example_interfaces/action/Fibonacci', (name, value) => checkTypeName(name, value, 'action')),
	/** Goals that run at the same time; further ones are rejected. */
	goals: number(1, { min: 1, max: 1000, integer: true }),
	/** Whether goals are accepted at once, or by a later message. */
	accept: choice('auto', ['auto', 'message']),
	/** Whether wishes to cancel are accepted at once, by a later message, or refused. */
	cancel: choice('auto', ['auto', 'message', 'never']),
	/** How long the flow may take to accept or reject. */
	decisionTimeout: number(5, { above: 0, max: 2_000_000, unit: 's' }),
	/** How long a goal may go on without feedback or result before it is aborted. Empty: for ever. */
	silence: { ...optionalNumber({ above: 0, max: 2_000_000, unit: 's' }), value: 60 },
};
