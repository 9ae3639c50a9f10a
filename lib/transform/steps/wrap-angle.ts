import { type NumberArray, numbersOf, resultType } from '../elements';
import { type Block, defineStep } from '../step';

/** The same angle from −π up to π. Shape stays. */
export const wrapAngle = defineStep({
	name: 'wrap-angle',
	group: 'Geometry',
	title: 'Wrap angles',
	help: 'Brings angles in rad to between −π and π by whole turns, such as after a difference of two headings.',
	formula: 'y = x − 2π · round(x / 2π)',
	takes: 'tensor',
	gives: 'tensor',
	options: {},
	create(_options, { output }) {
		return {
			run(input: Block) {
				const x = numbersOf(input);
				const block = output.block(resultType(input.type), input.dims);
				const out = block.data as NumberArray;
				for (let i = 0; i < x.length; i++) out[i] = wrap(x[i] as number);
				return block;
			},
		};
	},
});

/** An angle, rad, from −π to π. */
export function wrap(angle: number): number {
	return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}
