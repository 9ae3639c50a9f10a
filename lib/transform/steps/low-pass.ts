import { periodDescription, Stopwatch } from '../clock';
import { type NumberArray, numbersOf, resultType } from '../elements';
import { number, optional } from '../schema';
import { SameShape } from '../state';
import { type Block, defineStep } from '../step';

/**
 * First-order low-pass: y += a (x − y), with a given, or a = dt / (dt + 1 / (2 π cutoff)). The first value passes as
 * it is. Shape stays.
 */
export const lowPass = defineStep({
	name: 'low-pass',
	group: 'Time',
	title: 'Low-pass filter',
	help: 'Smooths each element over time: give the cutoff frequency, or the share of the new value.',
	formula: 'y ← y + a · (x − y), a = dt / (dt + 1 / (2π · cutoff))',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		cutoff: optional(
			number({ description: 'Where it halves the power.', unit: 'Hz', above: 0, example: '10', prominent: true }),
		),
		share: optional(
			number({
				description: 'The share of the new value at each step instead, `a`; 1 does not smooth.',
				above: 0,
				max: 1,
				example: '0.2',
				prominent: true,
			}),
		),
		period: optional(number({ description: periodDescription, unit: 's', above: 0, example: '0.02' })),
	},
	create({ cutoff, share, period }, { output, environment }) {
		if ((cutoff === undefined) === (share === undefined)) {
			throw new TypeError(`Expected \`cutoff\` or \`share\`, got ${cutoff === undefined ? 'neither' : 'both'}`);
		}
		const stopwatch = new Stopwatch(environment, period);
		const shape = new SameShape();
		let state = new Float64Array(0);
		return {
			run(input: Block, carrier) {
				const x = numbersOf(input);
				const block = output.block(resultType(input.type), input.dims);
				const out = block.data as NumberArray;
				const isFirst = shape.isFirst(input);
				const dt = cutoff === undefined ? 0 : stopwatch.next(carrier);
				const a = share ?? (dt ?? 0) / ((dt ?? 0) + 1 / (2 * Math.PI * (cutoff as number)));
				if (isFirst) state = Float64Array.from(x);
				for (let i = 0; i < x.length; i++) {
					const value = (state[i] as number) + a * ((x[i] as number) - (state[i] as number));
					state[i] = value;
					out[i] = value;
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
