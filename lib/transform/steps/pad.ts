import { axisIn, numbersOf, slicesAlong } from '../elements';
import { number } from '../schema';
import { type Block, defineStep } from '../step';
import { copyElements } from '../terms';

const count = { integer: true, min: 0, max: 2 ** 24, default: 0, prominent: true } as const;

/** Adds elements of one value before and after those of an axis. The type stays. */
export const pad = defineStep({
	name: 'pad',
	group: 'Shape',
	title: 'Pad',
	help: 'Adds elements before and after those of an axis, such as zeros for what the policy was trained with and the robot does not have.',
	formula: '[n] → [before + n + after]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		before: number({ description: 'How many before.', ...count }),
		after: number({ description: 'How many after.', ...count }),
		value: number({ description: 'What they hold.', default: 0, prominent: true }),
		axis: number({
			description: 'Along which axis; negative counts from the last.',
			integer: true,
			min: -8,
			max: 7,
			default: -1,
		}),
	},
	create({ before, after, value, axis }, { output }) {
		return {
			run(input: Block) {
				numbersOf(input);
				const at = axisIn(axis, input);
				const { outer, size, inner } = slicesAlong(at, input.dims);
				const block = output.block(
					input.type,
					input.dims.map((dim, d) => (d === at ? before + dim + after : dim)),
				);
				const out = block.data as Float32Array;
				out.fill(value);
				const isFloat = input.type === 'float32' || input.type === 'float64';
				if (!isFloat && out.length > 0 && out[0] !== value) {
					throw new RangeError(`Expected \`value\` to fit ${input.type}, got ${value}`);
				}
				const row = (before + size + after) * inner;
				for (let o = 0; o < outer; o++) {
					copyElements(input.data, o * size * inner, out, o * row + before * inner, size * inner);
				}
				return block;
			},
		};
	},
});
