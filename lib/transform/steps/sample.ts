import { describe, numbersOf } from '../elements';
import { seededRandom } from '../random';
import { choice, number, optional } from '../schema';
import { type Block, defineStep } from '../step';

/** An index drawn at random by the probabilities of the last dimension: [..., n] -> [...] of int64. */
export const sample = defineStep({
	name: 'sample',
	group: 'Action',
	title: 'Draw an index',
	help: 'Draws an index at random by its probability, as a stochastic policy acts in training. For the best action take Index of the largest.',
	formula: '[n] → scalar; [b, n] → [b]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		of: choice({
			description: 'What comes in.',
			default: 'logits',
			prominent: true,
			choices: { logits: 'scores before a softmax', probabilities: 'numbers >= 0 that add up to 1' },
		}),
		seed: optional(
			number({
				description: 'With the same seed the same draws follow each deploy and reset. Empty: others each time.',
				integer: true,
				min: 0,
				max: 2 ** 32 - 1,
				prominent: true,
			}),
		),
	},
	create({ of, seed }, { output, environment }) {
		let random = seed === undefined ? environment.random : seededRandom(seed);
		const isLogits = of === 'logits';
		return {
			run(input: Block) {
				const x = numbersOf(input);
				const size = input.dims.at(-1);
				if (size === undefined || size === 0)
					throw new RangeError(`Expected at least one element to draw from, got ${describe(input)}`);
				const block = output.block('int64', input.dims.slice(0, -1));
				const out = block.data as BigInt64Array;
				for (let row = 0; row < out.length; row++) out[row] = BigInt(draw(x, row * size, size, isLogits, random()));
				return block;
			},
			reset() {
				if (seed !== undefined) random = seededRandom(seed);
			},
		};
	},
});

function draw(x: ArrayLike<number>, start: number, size: number, isLogits: boolean, at: number): number {
	let most = 0;
	if (isLogits) {
		most = Number.NEGATIVE_INFINITY;
		for (let i = 0; i < size; i++) most = Math.max(most, x[start + i] as number);
	}
	const weight = (i: number) => (isLogits ? Math.exp((x[start + i] as number) - most) : (x[start + i] as number));
	let sum = 0;
	for (let i = 0; i < size; i++) {
		const value = weight(i);
		if (!(value >= 0))
			throw new RangeError(
				`Expected ${isLogits ? 'scores' : 'probabilities >= 0'}, got ${x[start + i]} (element ${start + i})`,
			);
		sum += value;
	}
	if (!(sum > 0 && sum < Number.POSITIVE_INFINITY) || (!isLogits && Math.abs(sum - 1) > 1e-3)) {
		throw new RangeError(
			`Expected ${isLogits ? 'finite scores' : 'probabilities that add up to 1'}, got a sum of ${sum}`,
		);
	}
	let left = at * sum;
	let last = 0;
	for (let i = 0; i < size; i++) {
		const value = weight(i);
		if (value > 0) last = i;
		left -= value;
		if (left < 0) return i;
	}
	// Rounding may leave a little of the sum over.
	return last;
}
