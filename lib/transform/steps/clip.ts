import { axisOption, perElement } from '../per-element';
import { numbers, optional } from '../schema';
import { type Block, defineStep } from '../step';
import type { Watch } from '../watch';

/** y = min(max(x, min), max), element by element. Shape and number of elements stay; NaN stays NaN. */
export const clip = defineStep({
	name: 'clip',
	group: 'Numbers',
	title: 'Clip',
	help: 'Limits each element to a range. Leave one side empty for no limit there.',
	formula: 'y = min(max(x, min), max)',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		min: optional(
			numbers({ description: 'The lower limit for all elements, or a list with one for each.', example: '-1' }),
		),
		max: optional(
			numbers({
				description: 'The upper limit for all elements, or a list with one for each.',
				example: '1',
				prominent: true,
			}),
		),
		axis: axisOption,
	},
	create({ min, max, axis }, { output, environment: { watch } }) {
		if (min === undefined && max === undefined) throw new TypeError('Expected `min` or `max` or both, got neither');
		const low = { noun: 'lower limit', values: min ?? Number.NEGATIVE_INFINITY };
		const high = { noun: 'upper limit', values: max ?? Number.POSITIVE_INFINITY };
		const stage = perElement([low, high], axis, output, (x, out, [mins, maxs], inner) => {
			const lows = mins as Float64Array;
			const highs = maxs as Float64Array;
			for (let i = 0, slot = 0; i < x.length; slot = slot + 1 < lows.length ? slot + 1 : 0) {
				const least = lows[slot] as number;
				const most = highs[slot] as number;
				for (const end = i + inner; i < end; i++) {
					out[i] = Math.min(Math.max(x[i] as number, least), most);
				}
			}
		});
		checkOrder(low.values, high.values);
		return {
			run(input, carrier) {
				const given = stage.run(input, carrier);
				if (watch.isActive) markClipped(input, given, watch);
				return given;
			},
		};
	},
});

function markClipped({ data: before }: Block, { data: after }: Block, watch: Watch): void {
	// The result is single precision where what came in is not; a value it can hold differs only when it was limited.
	for (let i = 0; i < after.length; i++) {
		const value = Number(before[i]);
		if (Number.isNaN(value)) continue;
		const limited = Number(after[i]);
		if (limited !== value && limited !== Math.fround(value)) watch.mark('clipped', i);
	}
}

function checkOrder(low: number | readonly number[], high: number | readonly number[]): void {
	const count = Math.max(typeof low === 'number' ? 1 : low.length, typeof high === 'number' ? 1 : high.length);
	for (let i = 0; i < count; i++) {
		const least = typeof low === 'number' ? low : (low[i] as number);
		const most = typeof high === 'number' ? high : (high[i] as number);
		if (least > most)
			throw new RangeError(`Expected \`min\` to be at most \`max\`, got ${least} and ${most} (element ${i})`);
	}
}
