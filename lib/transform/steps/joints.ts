import { choice, texts } from '../schema';
import { defineStep, type Place } from '../step';
import { floatTypes } from '../types';
import { select } from './select';

const contents = {
	position: 'positions',
	velocity: 'velocities',
	effort: 'torques or forces',
	'position-velocity': 'positions and velocities',
	'position-velocity-effort': 'positions, velocities and efforts',
} as const;

/** Positions, velocities or efforts of named joints of a sensor_msgs/msg/JointState; Select fields with its fields set. */
export const joints = defineStep({
	name: 'joints',
	group: 'Sensors',
	title: 'Joint states',
	help: 'Takes what is known of joints, by their names, whatever the order of the message.',
	formula: 'sensor_msgs/msg/JointState → [n]',
	takes: 'message',
	gives: 'tensor',
	options: {
		names: texts({ description: 'The joints, in the order of the policy.', example: 'slider, hinge' }),
		content: choice({
			description: 'What to take of each.',
			default: 'position-velocity',
			prominent: true,
			choices: contents,
		}),
		order: choice({
			description: 'What comes after what.',
			default: 'by-field',
			choices: {
				'by-field': 'all positions, then all velocities',
				'by-name': 'all of the first joint, then of the second',
			},
		}),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
	},
	create({ names, content, order, as }, place: Place) {
		const fields = content.split('-');
		const options = { fields, names, namesField: 'name', order, as, batch: false, allowNotFinite: false };
		return select.create(options, place) as never;
	},
});
