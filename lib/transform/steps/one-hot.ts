import { show } from '../../check';
import { describe, type NumberArray } from '../elements';
import { choice, number } from '../schema';
import { type Block, defineStep } from '../step';
import { floatTypes } from '../types';

/** [...] of indexes -> [..., size]: 1 at the index, 0 elsewhere. */
export const oneHot = defineStep({
	name: 'one-hot',
	group: 'Numbers',
	title: 'One-hot',
	help: 'Makes a vector of zeros with a one at the index, such as for a mode or a discrete last action.',
	formula: '2 → [0, 0, 1, 0] with size 4',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		size: number({ description: 'How many indexes there are.', integer: true, min: 1, max: 2 ** 20, example: '4' }),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
	},
	create({ size, as }, { output }) {
		return {
			run(input: Block) {
				if (input.type === 'string' || input.type === 'float16') {
					throw new TypeError(`Expected indexes of whole numbers, got ${describe(input)}`);
				}
				const block = output.block(as, [...input.dims, size]);
				const out = block.data as NumberArray;
				out.fill(0);
				for (let i = 0; i < input.data.length; i++) {
					const index = Number(input.data[i]);
					if (!Number.isInteger(index) || index < 0 || index >= size) {
						throw new RangeError(`Expected an index from 0 to ${size - 1}, got ${show(input.data[i])}`);
					}
					out[i * size + index] = 1;
				}
				return block;
			},
		};
	},
});
