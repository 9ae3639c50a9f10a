import { axisOption, perElement } from '../per-element';
import { numbers } from '../schema';
import { defineStep } from '../step';

/** y = 0 where |x| < threshold, else x. Shape stays. */
export const deadZone = defineStep({
	name: 'dead-zone',
	group: 'Numbers',
	title: 'Dead zone',
	help: 'Makes small elements zero, such as those of a joystick that does not rest quite in the middle.',
	formula: 'y = 0 where |x| < threshold, else x',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		threshold: numbers({
			description: 'One threshold for all elements, or a list with one for each.',
			min: 0,
			example: '0.1',
		}),
		axis: axisOption,
	},
	create({ threshold, axis }, { output }) {
		return perElement([{ noun: 'threshold', values: threshold }], axis, output, (x, out, [thresholds], inner) => {
			const list = thresholds as Float64Array;
			for (let i = 0, slot = 0; i < x.length; slot = slot + 1 < list.length ? slot + 1 : 0) {
				const least = list[slot] as number;
				for (const end = i + inner; i < end; i++) {
					const value = x[i] as number;
					out[i] = Math.abs(value) < least ? 0 : value;
				}
			}
		});
	},
});
