import { timeOf } from '../clock';
import type { NumberArray } from '../elements';
import { choice, number, numbersOnly, optional } from '../schema';
import { defineStep } from '../step';
import { floatTypes } from '../types';

/** The time since the episode began, or where it is in a cycle: takes anything, gives [1], or [2] per offset. */
export const phase = defineStep({
	name: 'phase',
	group: 'Time',
	title: 'Episode time and phase',
	help: 'Gives the time since the first value or the last reset, or where it is in a cycle, such as the gait of a walking policy.',
	formula: 'φ = t / period + offset, then sin 2πφ, cos 2πφ',
	takes: 'any',
	gives: 'tensor',
	options: {
		form: choice({
			description: 'What to give.',
			default: 'sin-cos',
			prominent: true,
			choices: {
				'sin-cos': 'sin 2πφ, cos 2πφ',
				'cos-sin': 'cos 2πφ, sin 2πφ',
				phase: 'φ from 0 to 1',
				time: 'the time in s',
			},
		}),
		period: number({
			description: 'How long a cycle takes.',
			unit: 's',
			above: 0,
			example: '0.8',
			when: { form: ['sin-cos', 'cos-sin', 'phase'] },
		}),
		offsets: optional(
			numbersOnly({
				description:
					'One phase for each of these shifts, such as `0, 0.5` for two legs: first all sines, then all cosines.',
				when: { form: ['sin-cos', 'cos-sin', 'phase'] },
				example: '0, 0.5',
			}),
		),
		step: optional(
			number({
				description:
					'How much time each value stands for, as trainers count. Empty: from stamps, or the clock where there are none.',
				unit: 's',
				above: 0,
				example: '0.02',
				prominent: true,
			}),
		),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
	},
	create({ form, period, offsets, step, as }, { output, environment }) {
		const shifts = offsets ?? [0];
		const isPair = form === 'sin-cos' || form === 'cos-sin';
		const dims = [form === 'time' ? 1 : isPair ? shifts.length * 2 : shifts.length];
		let count = 0;
		let start: number | undefined;
		const time = (carrier: object): number => {
			if (step !== undefined) return count++ * step;
			const now = timeOf(carrier, environment);
			start ??= now;
			return now - start;
		};
		return {
			run(_input: unknown, carrier) {
				const t = time(carrier);
				const block = output.block(as, dims);
				const out = block.data as NumberArray;
				if (form === 'time') {
					out[0] = t;
					return block;
				}
				for (let i = 0; i < shifts.length; i++) {
					const turns = t / period + (shifts[i] as number);
					if (!isPair) {
						out[i] = turns - Math.floor(turns);
						continue;
					}
					const sine = Math.sin(2 * Math.PI * turns);
					const cosine = Math.cos(2 * Math.PI * turns);
					out[i] = form === 'sin-cos' ? sine : cosine;
					out[shifts.length + i] = form === 'sin-cos' ? cosine : sine;
				}
				return block;
			},
			reset() {
				count = 0;
				start = undefined;
			},
		};
	},
});
