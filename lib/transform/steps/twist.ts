import { choice, flag } from '../schema';
import { type Block, defineStep } from '../step';
import { commandHeader, finiteNumbers, frameOption } from '../to-message';

/** Which part of the twist each element is. */
const layouts: Record<string, readonly string[]> = {
	'x-yaw': ['linear.x', 'angular.z'],
	'x-y-yaw': ['linear.x', 'linear.y', 'angular.z'],
	all: ['linear.x', 'linear.y', 'linear.z', 'angular.x', 'angular.y', 'angular.z'],
};

/** A velocity command, geometry_msgs/msg/Twist or TwistStamped, of 2, 3 or 6 elements in m/s and rad/s. */
export const twist = defineStep({
	name: 'twist',
	group: 'To a message',
	title: 'Velocity command (Twist)',
	help: 'Makes a velocity command for a mobile robot. Scale and clip before it; elements are in m/s and rad/s.',
	formula: '[2], [3] or [6] → geometry_msgs/msg/Twist',
	takes: 'tensor',
	gives: 'message',
	options: {
		layout: choice({
			description: 'What the elements are.',
			default: 'x-yaw',
			prominent: true,
			choices: {
				'x-yaw': 'forward, turn: a robot with wheels',
				'x-y-yaw': 'forward, left, turn: a robot that walks or goes sideways',
				all: 'linear x, y, z, angular x, y, z',
			},
		}),
		stamped: flag({
			description: 'Make a TwistStamped, as newer controllers take; it gets the time of sending.',
			prominent: true,
		}),
		frameId: frameOption('base_link'),
	},
	create({ layout, stamped, frameId }) {
		const parts = layouts[layout] as readonly string[];
		const places = parts.map((part) => part.split('.') as ['linear' | 'angular', 'x' | 'y' | 'z']);
		return {
			messageType: stamped ? 'geometry_msgs/msg/TwistStamped' : 'geometry_msgs/msg/Twist',
			run(input: Block) {
				const values = finiteNumbers(input, parts.length, (i) => parts[i] as string);
				const command = { linear: { x: 0, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } };
				for (const [i, [part, axis]] of places.entries()) command[part][axis] = values[i] as number;
				return stamped ? { header: commandHeader(frameId), twist: command } : command;
			},
		};
	},
});
