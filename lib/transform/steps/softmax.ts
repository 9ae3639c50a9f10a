import { axisIn, type NumberArray, numbersOf, resultType, slicesAlong } from '../elements';
import { number } from '../schema';
import { type Block, defineStep } from '../step';

/** y = exp(x / temperature) / sum(exp(x / temperature)) along an axis. Shape stays. */
export const softmax = defineStep({
	name: 'softmax',
	group: 'Numbers',
	title: 'Softmax',
	help: 'Turns scores into probabilities that add up to 1.',
	formula: 'y = exp(x / temperature) / Σ exp(x / temperature)',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		axis: number({
			description: 'Along which axis they add up to 1; negative counts from the last.',
			integer: true,
			min: -8,
			max: 7,
			default: -1,
		}),
		temperature: number({ description: 'Above 1 flatter, below 1 sharper.', above: 0, default: 1 }),
	},
	create({ axis, temperature }, { output }) {
		return {
			run(input: Block) {
				const x = numbersOf(input);
				const { outer, size, inner } = slicesAlong(axisIn(axis, input), input.dims);
				const block = output.block(resultType(input.type), input.dims);
				for (let o = 0; o < outer; o++) {
					for (let i = 0; i < inner; i++) {
						softmaxOf(x, block.data as NumberArray, o * size * inner + i, size, inner, temperature);
					}
				}
				return block;
			},
		};
	},
});

function softmaxOf(
	x: NumberArray,
	out: NumberArray,
	start: number,
	size: number,
	stride: number,
	temperature: number,
): void {
	let most = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < size; i++) most = Math.max(most, x[start + i * stride] as number);
	if (size > 0 && !Number.isFinite(most)) {
		throw new RangeError(`Expected scores to compare, got ${most}`);
	}
	let sum = 0;
	// Less the largest, so that exp does not overflow.
	for (let i = 0; i < size; i++) sum += Math.exp(((x[start + i * stride] as number) - most) / temperature);
	for (let i = 0; i < size; i++) {
		const at = start + i * stride;
		out[at] = Math.exp(((x[at] as number) - most) / temperature) / sum;
	}
}
