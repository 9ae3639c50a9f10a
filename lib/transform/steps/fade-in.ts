import { timeOf } from '../clock';
import { type NumberArray, numbersOf, resultType } from '../elements';
import { JointState, stateOption } from '../joint-state';
import { choice, number } from '../schema';
import { type Block, defineStep } from '../step';

/**
 * y = (1 − s) · start + s · x, with s from 0 to 1 within `duration` from the first value or a reset, and start the pose
 * at that moment. Shape stays.
 */
export const fadeIn = defineStep({
	name: 'fade-in',
	group: 'Action',
	title: 'Fade in from the present pose',
	help: 'Moves from where the joints are at the start to what the policy wants, so that nothing jumps. After a reset it begins again.',
	formula: 'y = (1 − s) · start + s · x',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		duration: number({ description: 'How long it takes.', unit: 's', above: 0, max: 3600, example: '2' }),
		shape: choice({
			description: 'How s rises.',
			default: 'smooth',
			prominent: true,
			choices: { smooth: '(1 − cos πt) / 2: without a jump in velocity', linear: 'evenly' },
		}),
		state: stateOption('the position of each joint'),
	},
	create({ duration, shape, state }, place) {
		const joints = new JointState(state, 1, place);
		let began: number | undefined;
		let pose = new Float64Array(0);
		return {
			run(input: Block, carrier) {
				const x = numbersOf(input);
				const now = timeOf(carrier, place.environment);
				if (began === undefined || pose.length !== x.length) {
					pose = Float64Array.from(joints.read(input, carrier));
					began = now;
				}
				const part = Math.min(Math.max((now - began) / duration, 0), 1);
				const s = shape === 'linear' ? part : (1 - Math.cos(Math.PI * part)) / 2;
				const block = place.output.block(resultType(input.type), input.dims);
				const out = block.data as NumberArray;
				for (let i = 0; i < x.length; i++) out[i] = (1 - s) * (pose[i] as number) + s * (x[i] as number);
				return block;
			},
			reset() {
				began = undefined;
				joints.reset();
			},
		};
	},
});
