import { type NumberArray, numbersOf, resultType } from '../elements';
import { type Block, defineStep } from '../step';

/** y = tanh(x): to between -1 and 1. Shape stays. */
export const tanh = defineStep({
	name: 'tanh',
	group: 'Numbers',
	title: 'Hyperbolic tangent',
	help: 'Squashes each element to between -1 and 1, as policies of SAC do with their mean.',
	formula: 'y = tanh(x)',
	takes: 'tensor',
	gives: 'tensor',
	options: {},
	create(_options, { output }) {
		return {
			run(input: Block) {
				const x = numbersOf(input);
				const block = output.block(resultType(input.type), input.dims);
				const out = block.data as NumberArray;
				for (let i = 0; i < x.length; i++) out[i] = Math.tanh(x[i] as number);
				return block;
			},
		};
	},
});
