import { describe, type NumberArray, numbersOf, resultType } from './elements';
import type { Block, Output, Stage } from './step';

/**
 * A step that makes rows of `given` numbers of rows of `taken`: [..., taken] -> [..., given].
 * @param names what a row holds, for an error, such as `x, y, z, w`
 */
export function eachRow(
	taken: number,
	given: number,
	names: string,
	output: Output,
	row: (x: NumberArray, from: number, out: NumberArray, to: number) => void,
): Stage<Block, Block> {
	return {
		run(input) {
			const x = numbersOf(input);
			if (input.dims.at(-1) !== taken) {
				throw new RangeError(`Expected ${taken} elements (${names}) in the last dimension, got ${describe(input)}`);
			}
			const rows = x.length / taken;
			const block = output.block(resultType(input.type), [...input.dims.slice(0, -1), given]);
			const out = block.data as NumberArray;
			for (let i = 0; i < rows; i++) row(x, i * taken, out, i * given);
			return block;
		},
	};
}
