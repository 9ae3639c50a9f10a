import { axisOption, perElement } from '../per-element';
import { numbers } from '../schema';
import { defineStep } from '../step';

/** y = x · factor, element by element. Shape and number of elements stay. */
export const scale = defineStep({
	name: 'scale',
	group: 'Numbers',
	title: 'Scale',
	help: 'Multiplies each element by a factor, such as to change units or to apply the scales a policy was trained with.',
	formula: 'y = x · factor',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		factor: numbers({
			description: 'One factor for all elements, or a list with one for each.',
			example: '0.25, 0.25, 1',
		}),
		axis: axisOption,
	},
	create({ factor, axis }, { output }) {
		return perElement([{ noun: 'factor', values: factor }], axis, output, (x, out, [factors], inner) => {
			const list = factors as Float64Array;
			for (let i = 0, slot = 0; i < x.length; slot = slot + 1 < list.length ? slot + 1 : 0) {
				const value = list[slot] as number;
				for (const end = i + inner; i < end; i++) out[i] = (x[i] as number) * value;
			}
		});
	},
});
