import { axisIn, countOf, describe, type NumberArray, numbersOf, resultType, slicesAlong } from './elements';
import { number, optional } from './schema';
import type { Block, Output, Stage } from './step';

/** A setting of a calculation: one number for all elements or a list with one for each. */
export interface Setting {
	/** What one of them is called, such as `factor`. */
	readonly noun: string;
	readonly values: number | readonly number[];
}

/** The `axis` option of the steps whose settings may be lists. */
export const axisOption = optional(
	number({
		description:
			'When the lists hold one value per slice along this axis, such as per channel of an image; negative counts from the last. Without it a list needs one value per element.',
		integer: true,
		min: -8,
		max: 7,
		example: '1',
	}),
);

/** Fills `out` from `x`; see perElement. */
export type Loop = (x: NumberArray, out: NumberArray, lists: readonly Float64Array[], inner: number) => void;

/**
 * A step that calculates element by element. The lists are brought to one length when the step is made: the single
 * numbers repeated when any is a list, so that `loop` knows only two cases: lists of 1 and lists of `x.length / inner`.
 * @param loop calculates `out[i]` from `x[i]` and `lists[k][slot]`; slot moves on every `inner` elements and starts
 * over at the end of the lists
 * @throws RangeError when two lists differ in length.
 */
export function perElement(
	settings: readonly Setting[],
	axis: number | undefined,
	output: Output,
	loop: Loop,
): Stage<Block, Block> {
	const longest = settings.find(({ values }) => typeof values !== 'number');
	const count = longest ? (longest.values as readonly number[]).length : undefined;
	for (const { noun, values } of settings) {
		if (typeof values !== 'number' && values.length !== count) {
			throw new RangeError(
				`Expected ${countOf(count as number, noun)}, as many as there is of ${longest?.noun}, got ${values.length}`,
			);
		}
	}
	const lists = settings.map(({ values }) =>
		typeof values === 'number' ? new Float64Array(count ?? 1).fill(values) : Float64Array.from(values),
	);
	const noun = longest?.noun ?? '';
	return {
		run(input) {
			const x = numbersOf(input);
			let inner = x.length;
			if (count !== undefined) {
				inner = axis === undefined ? 1 : innerAlong(axis, input, count, noun);
				if (axis === undefined && count !== x.length) {
					throw new RangeError(`Expected ${countOf(x.length, noun)} for ${describe(input)}, got ${count}`);
				}
			}
			const block = output.block(resultType(input.type), input.dims);
			loop(x, block.data as NumberArray, lists, inner);
			return block;
		},
	};
}

function innerAlong(axis: number, input: Block, count: number, noun: string): number {
	const { size, inner } = slicesAlong(axisIn(axis, input), input.dims);
	if (size !== count) {
		throw new RangeError(`Expected ${countOf(size, noun)} along axis ${axis} of ${describe(input)}, got ${count}`);
	}
	return inner;
}
