import { describe, type NumberArray, numbersOf, resultType } from '../elements';
import { choice, numbersOnly, optional } from '../schema';
import { type Block, defineStep } from '../step';

/**
 * Each chosen element of the last dimension, an angle in radians, becomes the pair of its cosine and sine, in place:
 * [..., n] -> [..., n + number of angles].
 */
export const sinCos = defineStep({
	name: 'sin-cos',
	group: 'Numbers',
	title: 'Angle to sine and cosine',
	help: 'Replaces angles by their cosine and sine, so that a full turn makes no jump. The other elements stay.',
	formula: '[θ, ω] → [cos θ, sin θ, ω] with elements 0',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		order: choice({
			description: 'Which of the two comes first.',
			prominent: true,
			default: 'cos-sin',
			choices: { 'cos-sin': 'cos θ, sin θ', 'sin-cos': 'sin θ, cos θ' },
		}),
		elements: optional(
			numbersOnly({
				description: 'Which elements of the last dimension are angles, in radians, counted from 0. Empty: all.',
				integer: true,
				min: 0,
				example: '0',
				prominent: true,
			}),
		),
	},
	create({ order, elements }, { output }) {
		const chosen = new Set(elements);
		if (chosen.size !== (elements?.length ?? 0)) {
			throw new RangeError(`Expected each element once in \`elements\`, got [${elements?.join(', ')}]`);
		}
		const highest = Math.max(-1, ...chosen);
		const cosFirst = order === 'cos-sin';
		let dims: number[] = [];
		return {
			run(input: Block) {
				const x = numbersOf(input);
				const size = input.dims.at(-1);
				if (size === undefined || highest >= size) {
					throw new RangeError(
						`Expected at least ${Math.max(1, highest + 1)} elements in the last dimension, got ${describe(input)}`,
					);
				}
				const given = size + (elements === undefined ? size : chosen.size);
				if (!sameDims(dims, input.dims, given)) dims = [...input.dims.slice(0, -1), given];
				const block = output.block(resultType(input.type), dims);
				const out = block.data as NumberArray;
				for (let i = 0, at = 0, column = 0; i < x.length; i++) {
					const value = x[i] as number;
					if (elements === undefined || chosen.has(column)) {
						out[at++] = cosFirst ? Math.cos(value) : Math.sin(value);
						out[at++] = cosFirst ? Math.sin(value) : Math.cos(value);
					} else {
						out[at++] = value;
					}
					column = column + 1 < size ? column + 1 : 0;
				}
				return block;
			},
		};
	},
});

/** Whether `dims` are those of `input` with `last` in place of the last. */
function sameDims(dims: readonly number[], input: readonly number[], last: number): boolean {
	return dims.length === input.length && dims.every((dim, i) => dim === (i + 1 < dims.length ? input[i] : last));
}
