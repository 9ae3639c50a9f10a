import { periodDescription, Stopwatch } from '../clock';
import { type NumberArray, numbersOf, resultType } from '../elements';
import { flag, number, optional } from '../schema';
import { SameShape } from '../state';
import { type Block, defineStep } from '../step';

/** y = (x − x before) / dt; zeros for the first value. Shape stays. */
export const difference = defineStep({
	name: 'difference',
	group: 'Time',
	title: 'Rate of change',
	help: 'Gives how fast each element changes, such as velocities of joints that report positions only. The first value gives zeros.',
	formula: 'y = (x − x before) / dt',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		period: optional(number({ description: periodDescription, unit: 's', above: 0, example: '0.02', prominent: true })),
		angle: flag({ description: 'The elements are angles in radians: take the short way around.', prominent: true }),
	},
	create({ period, angle }, { output, environment }) {
		const stopwatch = new Stopwatch(environment, period);
		const shape = new SameShape();
		let before = new Float64Array(0);
		return {
			run(input: Block, carrier) {
				const x = numbersOf(input);
				const block = output.block(resultType(input.type), input.dims);
				const out = block.data as NumberArray;
				const dt = stopwatch.next(carrier);
				if (shape.isFirst(input) || dt === undefined) {
					before = Float64Array.from(x);
					out.fill(0);
					return block;
				}
				for (let i = 0; i < x.length; i++) {
					let change = (x[i] as number) - (before[i] as number);
					if (angle) change -= 2 * Math.PI * Math.round(change / (2 * Math.PI));
					out[i] = change / dt;
					before[i] = x[i] as number;
				}
				return block;
			},
			reset() {
				shape.reset();
				stopwatch.reset();
			},
		};
	},
});
