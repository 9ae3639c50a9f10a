import { type NumberArray, numbersOf, resultType } from '../elements';
import { number, optional } from '../schema';
import { type Block, defineStep } from '../step';

/** NaN and infinite elements become numbers; those for which none is given are refused. Shape stays. */
export const replaceNotFinite = defineStep({
	name: 'replace-not-finite',
	group: 'Numbers',
	title: 'Replace NaN and infinity',
	help: 'Puts numbers in place of NaN and infinite elements, for sensors that mean something by them, such as nothing within range. What has no number here is refused. The select step before it has to let them pass.',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		nan: optional(number({ description: 'In place of NaN.', prominent: true })),
		positive: optional(number({ description: 'In place of infinity.', prominent: true })),
		negative: optional(number({ description: 'In place of minus infinity.', prominent: true })),
	},
	create({ nan, positive, negative }, { output }) {
		return {
			run(input: Block) {
				const x = numbersOf(input);
				const block = output.block(resultType(input.type), input.dims);
				const out = block.data as NumberArray;
				for (let i = 0; i < x.length; i++) {
					const value = x[i] as number;
					if (Number.isFinite(value)) {
						out[i] = value;
						continue;
					}
					const other = Number.isNaN(value) ? nan : value > 0 ? positive : negative;
					if (other === undefined)
						throw new RangeError(`Expected a number to put in place of ${value}, got none (element ${i})`);
					out[i] = other;
				}
				return block;
			},
		};
	},
});
