import { axisIn, describe, slicesAlong } from '../elements';
import { number, numbersOnly } from '../schema';
import { type Block, defineStep } from '../step';
import { copyElements } from '../terms';

/** Elements of an axis in another order: y[i] = x[indexes[i]]. */
export const take = defineStep({
	name: 'take',
	group: 'Shape',
	title: 'Reorder',
	help: 'Takes elements of an axis in the order given, such as the joints of the simulator in the order of the robot (`joint_ids_map`). An element may be taken more than once, or not at all.',
	formula: 'y[i] = x[indexes[i]]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		indexes: numbersOnly({
			description: 'Which element comes at each place, counted from 0.',
			integer: true,
			min: 0,
			max: 2 ** 31,
			example: '3, 0, 1, 2',
		}),
		axis: number({
			description: 'Along which axis; negative counts from the last.',
			integer: true,
			min: -8,
			max: 7,
			default: -1,
		}),
	},
	create({ indexes, axis }, { output }) {
		const highest = indexes.reduce((most, index) => Math.max(most, index), 0);
		return {
			run(input: Block) {
				const at = axisIn(axis, input);
				const { outer, size, inner } = slicesAlong(at, input.dims);
				if (highest >= size) {
					throw new RangeError(`Expected an element ${highest} along axis ${axis}, got ${describe(input)}`);
				}
				const block = output.block(
					input.type,
					input.dims.map((dim, d) => (d === at ? indexes.length : dim)),
				);
				let to = 0;
				for (let o = 0; o < outer; o++) {
					for (let i = 0; i < indexes.length; i++, to += inner) {
						copyElements(input.data, (o * size + (indexes[i] as number)) * inner, block.data, to, inner);
					}
				}
				return block;
			},
		};
	},
});
