import { axisOption, perElement } from '../per-element';
import { flag, numbers } from '../schema';
import { defineStep } from '../step';

/** From [−1, 1] to [low, high]: y = low + (x + 1) / 2 · (high − low). Shape stays. */
export const unscale = defineStep({
	name: 'unscale',
	group: 'Action',
	title: 'Unscale to limits',
	help: 'Brings actions from −1 … 1, as policies of Stable-Baselines3 give them, to the limits of the robot. What is beyond −1 … 1 is clipped first.',
	formula: 'y = low + (clip(x, −1, 1) + 1) / 2 · (high − low)',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		low: numbers({
			description: 'What −1 stands for: one for all elements, or a list with one for each.',
			example: '-2',
		}),
		high: numbers({
			description: 'What 1 stands for: one for all elements, or a list with one for each.',
			example: '2',
		}),
		beyond: flag({ description: 'Let what is beyond −1 … 1 pass, without the clip.' }),
		axis: axisOption,
	},
	create({ low, high, beyond, axis }, { output }) {
		const limit = beyond ? Number.POSITIVE_INFINITY : 1;
		const settings = [
			{ noun: 'low limit', values: low },
			{ noun: 'high limit', values: high },
		];
		return perElement(settings, axis, output, (x, out, [lows, highs], inner) => {
			const lowest = lows as Float64Array;
			const highest = highs as Float64Array;
			for (let i = 0, slot = 0; i < x.length; slot = slot + 1 < lowest.length ? slot + 1 : 0) {
				const least = lowest[slot] as number;
				const half = ((highest[slot] as number) - least) / 2;
				for (const end = i + inner; i < end; i++) {
					out[i] = least + (Math.min(Math.max(x[i] as number, -limit), limit) + 1) * half;
				}
			}
		});
	},
});
