import { type NumberArray, numbersOf, resultType } from '../elements';
import { JointState, stateOption } from '../joint-state';
import { number } from '../schema';
import { type Block, defineStep } from '../step';

/** target = q + scale · action: a position relative to where each joint is now. Shape stays. */
export const deltaTarget = defineStep({
	name: 'delta-target',
	group: 'Action',
	title: 'Delta to target',
	help: 'Turns actions that are steps from the present position into target positions.',
	formula: 'target = q + scale · action',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		scale: number({ description: 'What an action of 1 is.', default: 1, prominent: true }),
		state: stateOption('the position of each joint'),
	},
	create({ scale, state }, place) {
		const joints = new JointState(state, 1, place);
		return {
			run(input: Block, carrier) {
				const action = numbersOf(input);
				const q = joints.read(input, carrier);
				const block = place.output.block(resultType(input.type), input.dims);
				const out = block.data as NumberArray;
				for (let i = 0; i < action.length; i++) out[i] = (q[i] as number) + scale * (action[i] as number);
				return block;
			},
			reset: () => joints.reset(),
		};
	},
});
