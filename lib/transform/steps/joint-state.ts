import { checkJointNames } from '../joint-names';
import { choice, texts } from '../schema';
import { type Block, defineStep, type Message } from '../step';
import { commandHeader, finiteNumbers, frameOption } from '../to-message';

const contents: Record<string, readonly string[]> = {
	position: ['position'],
	velocity: ['velocity'],
	effort: ['effort'],
	'position-velocity': ['position', 'velocity'],
	'position-velocity-effort': ['position', 'velocity', 'effort'],
};

/** Commands or states of named joints, sensor_msgs/msg/JointState, of one to three elements per joint. */
export const jointState = defineStep({
	name: 'joint-state',
	group: 'To a message',
	title: 'Joint command (JointState)',
	help: 'Makes a message with the names of the joints and what each is to do. The elements are in the order of the names.',
	formula: '[n] → sensor_msgs/msg/JointState',
	takes: 'tensor',
	gives: 'message',
	options: {
		names: texts({ description: 'The joints, in the order of the elements.', example: 'slider, hinge' }),
		content: choice({
			description: 'What the elements are.',
			default: 'position',
			prominent: true,
			choices: {
				position: 'positions',
				velocity: 'velocities',
				effort: 'torques or forces',
				'position-velocity': 'all positions, then all velocities',
				'position-velocity-effort': 'all positions, all velocities, all efforts',
			},
		}),
		frameId: frameOption('base_link'),
	},
	create({ names, content, frameId }) {
		checkJointNames(names);
		const fields = contents[content] as readonly string[];
		const n = names.length;
		return {
			messageType: 'sensor_msgs/msg/JointState',
			run(input: Block) {
				const values = finiteNumbers(
					input,
					n * fields.length,
					(i) => `${fields[Math.floor(i / n)]} of ${names[i % n]}`,
				);
				const message: Message = { header: commandHeader(frameId), name: names.slice() };
				for (const [f, field] of fields.entries())
					message[field] = Float64Array.from(values.subarray(f * n, (f + 1) * n));
				return message;
			},
		};
	},
});
