import type { NumberArray } from '../elements';
import { choice } from '../schema';
import { stampOf } from '../stamp';
import { defineStep } from '../step';

/** The stamp of the sensor message behind a value, or its age, as a vector [1], s. */
export const stamp = defineStep({
	name: 'stamp',
	group: 'From a message',
	title: 'Stamp of the message',
	help: 'Gives when the sensor measured, by the header of its message, or how long ago that is.',
	formula: 'anything → [1]',
	takes: 'any',
	gives: 'tensor',
	options: {
		form: choice({
			description: 'What to give.',
			default: 'age',
			prominent: true,
			choices: { age: 'how long ago, in s', seconds: 'the stamp in s, as float64: float32 would lose the seconds' },
		}),
	},
	create({ form }, { output, environment }) {
		const type = form === 'age' ? 'float32' : 'float64';
		return {
			run(_input, carrier) {
				const { sec, nanosec } = stampOf(carrier);
				const seconds = sec + nanosec / 1e9;
				const block = output.block(type, [1]);
				(block.data as NumberArray)[0] = form === 'age' ? environment.now() / 1000 - seconds : seconds;
				return block;
			},
		};
	},
});
