import { checkJointNames } from '../joint-names';
import { choice, number, texts } from '../schema';
import { type Block, defineStep, type Message } from '../step';
import { commandHeader, finiteNumbers, frameOption } from '../to-message';

const contents: Record<string, readonly string[]> = {
	position: ['position'],
	velocity: ['velocity'],
	effort: ['effort'],
	'position-velocity': ['position', 'velocity'],
};

/** Commands of named joints in the messages of ros2_control: control_msgs/msg/MultiDOFCommand, JointJog, DynamicJointState. */
export const jointCommand = defineStep({
	name: 'joint-command',
	group: 'To a message',
	title: 'Joint command (control_msgs)',
	help: 'Makes a message of control_msgs with the names of the joints and what each is to do. The elements are in the order of the names; with positions and velocities all positions come first.',
	formula: '[n] or [2 n] → control_msgs/msg/...',
	takes: 'tensor',
	gives: 'message',
	options: {
		names: texts({ description: 'The joints, in the order of the elements.', example: 'shoulder, elbow' }),
		messageType: choice({
			description: 'The message.',
			default: 'MultiDOFCommand',
			prominent: true,
			choices: {
				MultiDOFCommand:
					'for a PID or an admittance controller: `values`, and `values_dot` of velocities beside positions',
				JointJog: 'for MoveIt Servo: `displacements` or `velocities`, for `duration`',
				DynamicJointState: 'by interface: `interface_values` of each joint',
			},
		}),
		content: choice({
			description: 'What the elements are.',
			default: 'position',
			prominent: true,
			choices: {
				position: 'positions; of JointJog displacements',
				velocity: 'velocities',
				effort: 'torques or forces',
				'position-velocity': 'all positions, then all velocities',
			},
		}),
		duration: number({
			description: 'For how long a JointJog is.',
			unit: 's',
			min: 0,
			default: 0,
			when: { messageType: ['JointJog'] },
		}),
		frameId: frameOption('base_link'),
	},
	create({ names, messageType, content, duration, frameId }) {
		checkJointNames(names);
		if (messageType === 'JointJog' && content === 'effort') {
			throw new RangeError(
				'Expected `content` to be position or velocity for a JointJog, which has no efforts, got effort',
			);
		}
		const parts = contents[content] as readonly string[];
		const n = names.length;
		const build: Record<string, (values: Float64Array[]) => Message> = {
			MultiDOFCommand: ([first, second]) => ({
				dof_names: names.slice(),
				values: first,
				values_dot: second ?? new Float64Array(0),
			}),
			JointJog: (values) => ({
				header: commandHeader(frameId),
				joint_names: names.slice(),
				displacements: values[parts.indexOf('position')] ?? new Float64Array(0),
				velocities: values[parts.indexOf('velocity')] ?? new Float64Array(0),
				duration,
			}),
			DynamicJointState: (values) => ({
				header: commandHeader(frameId),
				joint_names: names.slice(),
				interface_values: names.map((_name, joint) => ({
					interface_names: parts.slice(),
					values: Float64Array.from(values, (list) => list[joint] as number),
				})),
			}),
		};
		const make = build[messageType] as (values: Float64Array[]) => Message;
		return {
			messageType: `control_msgs/msg/${messageType}`,
			run(input: Block) {
				const nameOf = (i: number) => `${parts[Math.floor(i / n)]} of ${names[i % n]}`;
				const values = finiteNumbers(input, n * parts.length, nameOf);
				return make(parts.map((_part, k) => Float64Array.from(values.subarray(k * n, (k + 1) * n))));
			},
		};
	},
});
