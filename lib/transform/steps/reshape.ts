import { elementCount } from '../../tensor/tensor';
import { countOf, describe } from '../elements';
import { numbersOnly } from '../schema';
import { type Block, defineStep } from '../step';

/** The same elements, row-major, under other dimensions; one of them may be -1: whatever is left. */
export const reshape = defineStep({
	name: 'reshape',
	group: 'Shape',
	title: 'Reshape',
	help: 'Gives the same elements other dimensions. Most models take a batch: `1, -1` makes one of a vector.',
	formula: '[n] → [1, n] with shape 1, -1',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		shape: numbersOnly({
			description: 'The new dimensions, outermost first. One of them may be -1: as many as are left.',
			integer: true,
			min: -1,
			max: 2 ** 31 - 1,
			example: '1, -1',
		}),
	},
	sharesInput: true,
	create({ shape }) {
		const open = shape.indexOf(-1);
		if (open !== shape.lastIndexOf(-1)) throw new RangeError(`Expected one -1 in \`shape\`, got [${shape.join(', ')}]`);
		const known = elementCount(shape.filter((dim) => dim !== -1));
		if (!Number.isSafeInteger(known)) throw new RangeError(`Expected a smaller \`shape\`, got [${shape.join(', ')}]`);
		let dims: readonly number[] = open < 0 ? shape : [];
		let lastCount = -1;
		return {
			run(input: Block) {
				const count = input.data.length;
				if (count !== lastCount) {
					const fits = open < 0 ? known === count : known > 0 && count % known === 0;
					if (!fits) {
						const expected = open < 0 ? countOf(known, 'element') : `a multiple of ${countOf(known, 'element')}`;
						throw new RangeError(`Expected ${expected} for [${shape.join(', ')}], got ${describe(input)}`);
					}
					if (open >= 0) dims = shape.map((dim) => (dim === -1 ? count / known : dim));
					lastCount = count;
				}
				return { type: input.type, dims, data: input.data };
			},
		};
	},
});
