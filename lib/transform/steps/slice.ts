import { axisIn, describe, slicesAlong } from '../elements';
import { number, optional } from '../schema';
import { type Block, defineStep } from '../step';
import { copyStrided } from './transpose';

const bound = { integer: true, min: -(2 ** 31), max: 2 ** 31 };

/** Elements from, from + step, ... of an axis, before `to`. Beyond the end it is refused, where NumPy would cut. */
export const slice = defineStep({
	name: 'slice',
	group: 'Shape',
	title: 'Slice',
	help: 'Keeps a range of an axis: the first joints, every second beam, the image without its upper half.',
	formula: '[n] → [to − from]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		from: number({
			description: 'The first element, counted from 0; negative counts from the end.',
			...bound,
			default: 0,
			prominent: true,
		}),
		to: optional(
			number({
				description: 'The element after the last; negative counts from the end. Empty: to the end.',
				...bound,
				prominent: true,
			}),
		),
		step: number({ description: 'Take every so many.', integer: true, min: 1, max: 2 ** 31, default: 1 }),
		axis: number({
			description: 'Along which axis; negative counts from the last.',
			integer: true,
			min: -8,
			max: 7,
			default: -1,
		}),
	},
	create({ from, to, step, axis }, { output }) {
		return {
			run(input: Block) {
				const at = axisIn(axis, input);
				const { size, inner } = slicesAlong(at, input.dims);
				const first = from < 0 ? from + size : from;
				const end = to === undefined ? size : to < 0 ? to + size : to;
				if (first < 0 || end > size || first > end) {
					throw new RangeError(
						`Expected axis ${axis} to have the elements ${from}:${to ?? ''}, got ${describe(input)}`,
					);
				}
				const block = output.block(
					input.type,
					input.dims.map((dim, d) => (d === at ? Math.ceil((end - first) / step) : dim)),
				);
				const strides: number[] = [];
				let stride = 1;
				for (let d = input.dims.length - 1; d >= 0; d--) {
					strides[d] = d === at ? stride * step : stride;
					stride *= input.dims[d] as number;
				}
				copyStrided(input, block, strides, first * inner);
				return block;
			},
		};
	},
});
