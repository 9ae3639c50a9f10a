import { axisIn, describe, type NumberArray, numbersOf, resultType, slicesAlong } from '../elements';
import { number } from '../schema';
import { type Block, defineStep } from '../step';

/** More or fewer points along an axis, the first and the last staying: linear interpolation, as NumPy's interp. */
export const resample = defineStep({
	name: 'resample',
	group: 'Action',
	title: 'Interpolate a chunk',
	help: 'Gives a chunk of actions with more or fewer points between the same first and last, such as from the 50 Hz of a policy to the 200 Hz of a controller.',
	formula: '[k, n] → [length, n]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		length: number({ description: 'How many points.', integer: true, min: 2, max: 2 ** 20, example: '197' }),
		axis: number({
			description: 'Along which axis the points are; negative counts from the last.',
			integer: true,
			min: -8,
			max: 7,
			default: -2,
		}),
	},
	create({ length, axis }, { output }) {
		return {
			run(input: Block) {
				const x = numbersOf(input);
				const at = axisIn(axis, input);
				const { outer, size, inner } = slicesAlong(at, input.dims);
				if (size < 2) throw new RangeError(`Expected at least 2 points along axis ${axis}, got ${describe(input)}`);
				if (outer * inner * length > 2 ** 26)
					throw new RangeError(`Expected at most ${2 ** 26} elements, got ${length} points`);
				const block = output.block(
					resultType(input.type),
					input.dims.map((dim, d) => (d === at ? length : dim)),
				);
				const out = block.data as NumberArray;
				for (let i = 0; i < length; i++) {
					const place = (i * (size - 1)) / (length - 1);
					const below = Math.min(Math.floor(place), size - 2);
					const part = place - below;
					for (let o = 0; o < outer; o++) {
						const from = (o * size + below) * inner;
						const to = (o * length + i) * inner;
						for (let j = 0; j < inner; j++) {
							out[to + j] = (1 - part) * (x[from + j] as number) + part * (x[from + inner + j] as number);
						}
					}
				}
				return block;
			},
		};
	},
});
