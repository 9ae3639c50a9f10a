import { Tensor } from '../../tensor/tensor';
import { countOf, describe, type NumberArray, numbersOf } from '../elements';
import { choice, number, text } from '../schema';
import { defineStep } from '../step';
import { floatTypes } from '../types';

/** What a remember step kept, as a vector [size]; zeros when there is nothing yet. */
export const recall = defineStep({
	name: 'recall',
	group: 'Time',
	title: 'Recall the last action',
	help: 'Gives what a step Remember kept last, in this or another transform of the same flow: the last action, as a term of the observation. Zeros until there is one, and after a reset.',
	formula: 'anything → [size]',
	takes: 'any',
	gives: 'tensor',
	options: {
		size: number({ description: 'How many elements it has.', integer: true, min: 1, max: 2 ** 20, example: '12' }),
		name: text({ description: 'The name under which it was kept.', default: 'last action', prominent: true }),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
	},
	create({ size, name, as }, { output, environment }) {
		return {
			run() {
				const kept = environment.memory.get(name);
				const block = output.block(as, [size]);
				const out = block.data as NumberArray;
				if (!(kept instanceof Tensor)) {
					out.fill(0);
					return block;
				}
				const numbers = numbersOf(kept);
				if (numbers.length !== size) {
					throw new RangeError(
						`Expected ${countOf(size, 'element')} under ${JSON.stringify(name)}, got ${describe(kept)}`,
					);
				}
				out.set(numbers);
				return block;
			},
			reset() {
				environment.memory.delete(name);
			},
		};
	},
});
