import { describe } from '../elements';
import { numbersOnly, optional } from '../schema';
import { type Block, defineStep } from '../step';

/** Dimension i of the result is dimension axes[i] of the input, as NumPy's transpose. */
export const transpose = defineStep({
	name: 'transpose',
	group: 'Shape',
	title: 'Transpose',
	help: 'Puts the dimensions in another order, such as an image from height, width, channel to channel, height, width.',
	formula: '[h, w, c] → [c, h, w] with axes 2, 0, 1',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		axes: optional(
			numbersOnly({
				description: 'Which dimension of the input goes where. Empty: the reverse of their order.',
				integer: true,
				min: 0,
				max: 7,
				example: '2, 0, 1',
				prominent: true,
			}),
		),
	},
	create({ axes }, { output }) {
		if (axes !== undefined && ![...axes].sort((a, b) => a - b).every((axis, i) => axis === i)) {
			throw new RangeError(
				`Expected each axis from 0 to ${axes.length - 1} once in \`axes\`, got [${axes.join(', ')}]`,
			);
		}
		return {
			run(input: Block) {
				const rank = input.dims.length;
				if (axes !== undefined && axes.length !== rank) {
					throw new RangeError(
						`Expected ${axes.length} dimensions for \`axes\` [${axes.join(', ')}], got ${describe(input)}`,
					);
				}
				const order = axes ?? input.dims.map((_dim, i) => rank - 1 - i);
				const steps: number[] = new Array(rank);
				let step = 1;
				for (let i = rank - 1; i >= 0; i--) {
					steps[i] = step;
					step *= input.dims[i] as number;
				}
				const block = output.block(
					input.type,
					order.map((axis) => input.dims[axis] as number),
				);
				const strides = order.map((axis) => steps[axis] as number);
				copyStrided(input, block, strides);
				return block;
			},
		};
	},
});

/** Fills `to` in its own order from elements of `from` that lie `strides` apart along each dimension of `to`. */
export function copyStrided(from: Block, to: Block, strides: readonly number[], start = 0): void {
	const { dims } = to;
	const rank = dims.length;
	if (rank === 0) {
		to.data[0] = from.data[start] as never;
		return;
	}
	const last = rank - 1;
	const length = dims[last] as number;
	const stride = strides[last] as number;
	const index = new Array<number>(rank).fill(0);
	const target = to.data;
	const source = from.data;
	let at = start;
	for (let out = 0; out < target.length; ) {
		for (let i = 0, read = at; i < length; i++, read += stride) target[out++] = source[read] as never;
		for (let d = last - 1; d >= 0; d--) {
			at += strides[d] as number;
			index[d] = (index[d] as number) + 1;
			if ((index[d] as number) < (dims[d] as number)) break;
			at -= (strides[d] as number) * (dims[d] as number);
			index[d] = 0;
		}
	}
}
