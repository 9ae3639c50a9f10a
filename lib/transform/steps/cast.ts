import { Tensor } from '../../tensor/tensor';
import { convert } from '../convert';
import { choice } from '../schema';
import { defineStep } from '../step';
import { numericTypes } from '../types';

/**
 * Changes the type of the elements. To integers fractions are dropped (toward zero), as NumPy's astype does; a value
 * that the new type cannot hold is refused, where astype would wrap it. Shape stays.
 */
export const cast = defineStep({
	name: 'cast',
	group: 'Numbers',
	title: 'Cast',
	help: 'Changes the type of the elements, such as to the one a model takes. To whole numbers the fraction is dropped; a value that does not fit is refused.',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		to: choice({ description: 'The new type.', prominent: true, default: 'float32', choices: numericTypes }),
	},
	create({ to }, { output }) {
		return {
			run(input: import('../step').Block) {
				// What stays as it is needs no copy, except of memory that the step before writes anew.
				if (input.type === to && (!output.isFresh || input instanceof Tensor)) return input;
				const block = output.block(to, input.dims);
				convert(input, 0, block, 0, input.data.length);
				return block;
			},
		};
	},
});
