import { axisOption, perElement } from '../per-element';
import { numbers } from '../schema';
import { defineStep } from '../step';

/** y = x + offset, element by element. Shape and number of elements stay. */
export const offset = defineStep({
	name: 'offset',
	group: 'Numbers',
	title: 'Offset',
	help: 'Adds a number to each element, such as the default joint positions to an action; a negative one subtracts.',
	formula: 'y = x + offset',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		offset: numbers({
			description: 'One number for all elements, or a list with one for each.',
			example: '-0.1, 0.8, -1.5',
		}),
		axis: axisOption,
	},
	create({ offset: values, axis }, { output }) {
		return perElement([{ noun: 'offset', values }], axis, output, (x, out, [offsets], inner) => {
			const list = offsets as Float64Array;
			for (let i = 0, slot = 0; i < x.length; slot = slot + 1 < list.length ? slot + 1 : 0) {
				const value = list[slot] as number;
				for (const end = i + inner; i < end; i++) out[i] = (x[i] as number) + value;
			}
		});
	},
});
