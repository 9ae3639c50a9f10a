import { parsePath } from '../path';
import { PathReader, Sink } from '../read';
import { numbersOnly, optional } from '../schema';
import { defineStep, type Message } from '../step';

/** Axes and buttons of a sensor_msgs/msg/Joy: [n] of float32. */
export const joy = defineStep({
	name: 'joy',
	group: 'Sensors',
	title: 'Joystick',
	help: 'Takes axes, from −1 to 1, and buttons, 0 or 1, of a joystick. Dead zone and Scale make a velocity command of them.',
	formula: 'sensor_msgs/msg/Joy → [n]',
	takes: 'message',
	gives: 'tensor',
	options: {
		axes: optional(
			numbersOnly({
				description: 'Which axes, counted from 0.',
				integer: true,
				min: 0,
				max: 255,
				example: '1, 0, 3',
				prominent: true,
			}),
		),
		buttons: optional(
			numbersOnly({
				description: 'Which buttons, counted from 0.',
				integer: true,
				min: 0,
				max: 255,
				example: '4',
				prominent: true,
			}),
		),
	},
	create({ axes = [], buttons = [] }, { output }) {
		const paths = [...axes.map((i) => `axes[${i}]`), ...buttons.map((i) => `buttons[${i}]`)];
		if (paths.length === 0) throw new TypeError('Expected `axes` or `buttons` or both, got neither');
		const readers = paths.map((path) => new PathReader(parsePath('field', path), false));
		const sink = new Sink();
		return {
			run(message: Message) {
				sink.length = 0;
				for (const reader of readers) reader.read(message, sink);
				const block = output.block('float32', [sink.length]);
				for (let i = 0; i < sink.length; i++) block.data[i] = sink.values[i] as never;
				return block;
			},
		};
	},
});
