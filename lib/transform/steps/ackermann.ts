import { choice } from '../schema';
import { type Block, defineStep } from '../step';
import { commandHeader, finiteNumbers, frameOption } from '../to-message';

/** A steering command, ackermann_msgs/msg/AckermannDriveStamped, of 2 elements in rad and m/s. */
export const ackermann = defineStep({
	name: 'ackermann',
	group: 'To a message',
	title: 'Steering command (Ackermann)',
	help: 'Makes a command for a car: steering angle in rad, positive to the left, and speed in m/s.',
	formula: '[2] → ackermann_msgs/msg/AckermannDriveStamped',
	takes: 'tensor',
	gives: 'message',
	options: {
		order: choice({
			description: 'What the elements are.',
			default: 'steering-speed',
			prominent: true,
			choices: { 'steering-speed': 'steering angle, speed', 'speed-steering': 'speed, steering angle' },
		}),
		frameId: frameOption('base_link'),
	},
	create({ order, frameId }) {
		const names = order.split('-');
		const steering = names.indexOf('steering');
		return {
			messageType: 'ackermann_msgs/msg/AckermannDriveStamped',
			run(input: Block) {
				const values = finiteNumbers(input, 2, (i) => names[i] as string);
				const drive = { steering_angle: values[steering] as number, speed: values[1 - steering] as number };
				return { header: commandHeader(frameId), drive };
			},
		};
	},
});
