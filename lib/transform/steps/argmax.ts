import { axisIn, describe, numbersOf, slicesAlong } from '../elements';
import { number, optional } from '../schema';
import { type Block, defineStep } from '../step';

/**
 * The index of the largest element; the first where there are several. Without an axis of the whole tensor, as an
 * int64 scalar; with one along it, with that dimension gone.
 */
export const argmax = defineStep({
	name: 'argmax',
	group: 'Action',
	title: 'Index of the largest',
	help: 'Gives the index of the largest element, such as the most probable class or the action with the best value, as int64. NaN is refused.',
	formula: '[1, n] → scalar; [b, n] → [b] with axis 1',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		axis: optional(
			number({
				description:
					'Along which axis; negative counts from the last. Empty: over the one dimension that has more than one element.',
				integer: true,
				min: -8,
				max: 7,
				example: '-1',
			}),
		),
	},
	create({ axis }, { output }) {
		return {
			run(input: Block) {
				const x = numbersOf(input);
				if (x.length === 0) throw new RangeError(`Expected at least one element, got ${describe(input)}`);
				if (axis === undefined && input.dims.filter((dim) => dim > 1).length > 1) {
					throw new RangeError(`Expected \`axis\` to say along which axis of ${describe(input)}`);
				}
				const at = axis === undefined ? undefined : axisIn(axis, input);
				const { outer, size, inner } =
					at === undefined ? { outer: 1, size: x.length, inner: 1 } : slicesAlong(at, input.dims);
				const block = output.block('int64', at === undefined ? [] : input.dims.filter((_dim, i) => i !== at));
				const out = block.data as BigInt64Array;
				for (let group = 0; group < outer; group++) {
					for (let lane = 0; lane < inner; lane++) {
						out[group * inner + lane] = BigInt(largest(x, group * size * inner + lane, size, inner));
					}
				}
				return block;
			},
		};
	},
});

function largest(x: ArrayLike<number>, start: number, size: number, stride: number): number {
	let best = 0;
	let most = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < size; i++) {
		const value = x[start + i * stride] as number;
		if (Number.isNaN(value))
			throw new RangeError(`Expected numbers to compare, got NaN (element ${start + i * stride})`);
		if (value > most) {
			most = value;
			best = i;
		}
	}
	return best;
}
