import { axisIn, describe, slicesAlong } from '../elements';
import { number } from '../schema';
import { type Block, defineStep, type Value } from '../step';
import { copyElements, Terms, termsOption } from '../terms';

/** Several tensors one after the other along an axis; the other dimensions have to be the same. */
export const concat = defineStep({
	name: 'concat',
	group: 'Shape',
	title: 'Concatenate along an axis',
	help: 'Puts several tensors one after the other along an axis, such as the channels of two images. Each term takes what comes in and has steps of its own; for vectors there is Stack terms.',
	formula: '[2, a], [2, b] → [2, a + b] with axis 1',
	takes: 'any',
	gives: 'tensor',
	options: {
		terms: termsOption('The terms, in order.'),
		axis: number({
			description: 'Along which axis; negative counts from the last.',
			integer: true,
			min: -8,
			max: 7,
			default: 0,
			prominent: true,
		}),
	},
	create({ terms: termRows, axis }, place) {
		const terms = new Terms(termRows, place);
		return {
			run(input: Value, carrier) {
				const blocks = terms.run(input, carrier);
				const first = blocks[0] as Block;
				const at = axisIn(axis, first);
				let size = 0;
				for (const [i, block] of blocks.entries()) {
					const fits =
						block.dims.length === first.dims.length && block.dims.every((dim, d) => d === at || dim === first.dims[d]);
					if (!fits) {
						throw new RangeError(
							`${terms.label(i)}: Expected the dimensions of the first term but for axis ${at}, ${describe(first)}, got ${describe(block)}`,
						);
					}
					size += block.dims[at] as number;
				}
				const given = place.output.block(
					first.type,
					first.dims.map((dim, d) => (d === at ? size : dim)),
				);
				const { outer, inner } = slicesAlong(at, first.dims);
				let offset = 0;
				for (const block of blocks) {
					const run = (block.dims[at] as number) * inner;
					for (let o = 0; o < outer; o++) {
						copyElements(block.data, o * run, given.data, o * size * inner + offset, run);
					}
					offset += run;
				}
				return given;
			},
			reset: () => terms.reset(),
		};
	},
});
