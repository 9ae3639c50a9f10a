import { Tensor } from '../../tensor/tensor';
import { text } from '../schema';
import { type Block, defineStep } from '../step';

/** Leaves the tensor under a name, for a recall step of this or another transform of the flow, and passes it on. */
export const remember = defineStep({
	name: 'remember',
	group: 'Time',
	title: 'Remember as last action',
	help: 'Keeps the tensor under a name and passes it on. A step Recall, also in another transform of the same flow, takes it from there: put this before scale and offset to remember the raw action, as most policies were trained with.',
	takes: 'tensor',
	gives: 'tensor',
	sharesInput: true,
	options: {
		as: text({ description: 'The name.', default: 'last action', prominent: true }),
	},
	create({ as }, { environment }) {
		return {
			run(input: Block) {
				environment.memory.set(as, new Tensor(input.type, input.dims.slice(), input.data.slice() as never));
				return input;
			},
			reset() {
				environment.memory.delete(as);
			},
		};
	},
});
