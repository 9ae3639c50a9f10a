import { checkNumber, show } from '../../check';
import type { NumberArray } from '../elements';
import { isList } from '../path';
import { choice, flag, number, optional } from '../schema';
import { defineStep, type Message, type Output } from '../step';
import { floatTypes } from '../types';

const angle = { min: -2 * Math.PI, max: 2 * Math.PI, unit: 'rad' } as const;

const methods = {
	min: 'the nearest of those around it: no obstacle is lost',
	nearest: 'the one at its angle',
	mean: 'the mean of those around it',
} as const;

/**
 * Ranges of a sensor_msgs/msg/LaserScan as a vector [n]: limited to what the sensor can see, and with as many beams at
 * the angles that the policy was trained with.
 */
export const laser = defineStep({
	name: 'laser',
	group: 'Sensors',
	title: 'Laser scan',
	help: 'Turns a laser scan into the ranges a policy was trained with: nothing within range is the longest range, and the beams are resampled by their angles. A scan that goes all around may begin anywhere.',
	formula: 'sensor_msgs/msg/LaserScan → [beams]',
	takes: 'message',
	gives: 'tensor',
	options: {
		beams: optional(
			number({
				description: 'How many beams to give, evenly from the first angle to the last. Empty: those of the scan.',
				integer: true,
				min: 1,
				max: 100000,
				example: '24',
				prominent: true,
			}),
		),
		method: choice({
			description: 'What a beam of the result is made of.',
			default: 'min',
			choices: methods,
			prominent: true,
		}),
		from: optional(
			number({ description: 'The angle of the first beam. Empty: that of the scan.', ...angle, example: '-1.57' }),
		),
		to: optional(
			number({ description: 'The angle of the last beam. Empty: that of the scan.', ...angle, example: '1.57' }),
		),
		longest: optional(
			number({
				description: 'The longest range: longer ones and infinity become this. Empty: `range_max` of the scan.',
				unit: 'm',
				above: 0,
				example: '3.5',
				prominent: true,
			}),
		),
		shortest: optional(
			number({ description: 'Shorter ranges become this. Empty: `range_min` of the scan.', unit: 'm', min: 0 }),
		),
		invalid: choice({
			description: 'What a beam without a reading (NaN, or shorter than `range_min`) counts as.',
			default: 'longest',
			choices: {
				longest: 'nothing within range',
				shortest: 'an obstacle at once',
				refuse: 'an error: the scan is refused',
			},
		}),
		normalize: flag({ description: 'Divide by the longest range, so that ranges are from 0 to 1.', prominent: true }),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
	},
	create(options, { output }) {
		if (options.from !== undefined && options.to !== undefined && options.from > options.to) {
			throw new RangeError(`Expected \`from\` to be at most \`to\`, got ${options.from} and ${options.to}`);
		}
		const scan = new Scan(options as Settings);
		return { run: (message: Message) => scan.run(message, output) };
	},
});

interface Settings {
	readonly beams: number | undefined;
	readonly method: keyof typeof methods;
	readonly from: number | undefined;
	readonly to: number | undefined;
	readonly longest: number | undefined;
	readonly shortest: number | undefined;
	readonly invalid: 'longest' | 'shortest' | 'refuse';
	readonly normalize: boolean;
	readonly as: 'float32' | 'float64';
}

class Scan {
	readonly #settings: Settings;
	/** The first and the last source beam of each beam of the result; of a scan all around the last may be on the next turn. */
	#first = new Int32Array(0);
	#last = new Int32Array(0);
	/** The scan the plan is for. */
	#start = Number.NaN;
	#increment = Number.NaN;
	#count = 0;
	/** How many beams make a turn, for a scan that goes all around; 0 for any other. */
	#turn = 0;
	/** The ranges as they are used; two turns of a scan that goes all around. */
	#limited = new Float64Array(0);
	#dims: readonly number[] = [];

	constructor(settings: Settings) {
		this.#settings = settings;
	}

	run(message: Message, output: Output) {
		const { ranges } = message;
		if (!isList(ranges)) throw new TypeError(`Expected \`ranges\` to be an array, got ${show(ranges)}`);
		if (ranges.length === 0) throw new RangeError('Expected `ranges` to have at least one beam, got none');
		const { normalize, method, as } = this.#settings;
		const nearest = checkNumber('range_min', message.range_min, { min: 0, unit: 'm' });
		const shortest = this.#settings.shortest ?? nearest;
		const longest = this.#settings.longest ?? checkNumber('range_max', message.range_max, { above: 0, unit: 'm' });
		if (shortest > longest)
			throw new RangeError(`Expected the shortest range to be at most the longest, got ${shortest} and ${longest} m`);
		this.#plan(message, ranges.length);
		const limited = this.#limit(ranges, nearest, shortest, longest);
		const first = this.#first;
		const block = output.block(as, this.#dims);
		const out = block.data as NumberArray;
		const factor = normalize ? 1 / longest : 1;
		for (let i = 0; i < first.length; i++) {
			const from = first[i] as number;
			const to = this.#last[i] as number;
			let value = limited[from] as number;
			if (method === 'mean') {
				for (let k = from + 1; k <= to; k++) value += limited[k] as number;
				value /= to - from + 1;
			} else {
				for (let k = from + 1; k <= to; k++) value = Math.min(value, limited[k] as number);
			}
			out[i] = value * factor;
		}
		return block;
	}

	#limit(ranges: ArrayLike<unknown>, nearest: number, shortest: number, longest: number): Float64Array {
		const { invalid } = this.#settings;
		const instead = invalid === 'shortest' ? shortest : longest;
		const turn = this.#turn;
		const length = Math.max(ranges.length, 2 * turn);
		if (this.#limited.length !== length) this.#limited = new Float64Array(length);
		const limited = this.#limited;
		for (let i = 0; i < ranges.length; i++) {
			const range = ranges[i];
			if (typeof range !== 'number')
				throw new TypeError(`Expected \`ranges[${i}]\` to be a number, got ${show(range)}`);
			// Sensors write NaN, zero or minus infinity where they have no reading.
			if (range >= nearest) limited[i] = Math.min(Math.max(range, shortest), longest);
			else if (invalid === 'refuse')
				throw new RangeError(`ranges[${i}] is ${range}; a reading is at least ${nearest} m (range_min)`);
			else limited[i] = instead;
		}
		if (turn > 0) limited.copyWithin(turn, 0, turn);
		return limited;
	}

	/** Which beams of the scan make which of the result; anew only when the scan changes. */
	#plan(message: Message, count: number): void {
		const start = checkNumber('angle_min', message.angle_min, { unit: 'rad' });
		const increment = count === 1 ? 1 : checkNumber('angle_increment', message.angle_increment, { unit: 'rad' });
		if (increment === 0) throw new RangeError('Expected `angle_increment` to be another number than 0 (rad), got 0');
		if (start === this.#start && increment === this.#increment && count === this.#count) return;
		this.#planFrom(start, increment, count);
		this.#start = start;
		this.#increment = increment;
		this.#count = count;
	}

	#planFrom(start: number, increment: number, count: number): void {
		const { beams, method } = this.#settings;
		const end = start + increment * (count - 1);
		const low = Math.min(start, end);
		const high = Math.max(start, end);
		const from = this.#settings.from ?? low;
		const to = this.#settings.to ?? high;
		// Half a beam of tolerance: float32 angles do not meet their ends exactly.
		const slack = Math.abs(increment) / 2;
		const isWithin = from >= low - slack && to <= high + slack;
		// A scan that goes all around may begin anywhere, and may have its first beam again at the end.
		const around = Math.round((2 * Math.PI) / Math.abs(increment));
		const isAround = count > 2 && count >= around && count <= around + 2 && to - from <= 2 * Math.PI + slack;
		if (from > to || !(isWithin || isAround)) {
			throw new RangeError(`Expected a scan from ${from} to ${to} rad, got one from ${low} to ${high} rad`);
		}
		const turn = isWithin ? 0 : around;
		const given = beams ?? Math.round((to - from) / Math.abs(increment)) + 1;
		const spacing = given === 1 ? to - from : (to - from) / (given - 1);
		const first = new Int32Array(given);
		const last = new Int32Array(given);
		for (let i = 0; i < given; i++) {
			const center = given === 1 ? (from + to) / 2 : from + i * spacing;
			const place = (at: number) => (at - start) / increment;
			const inside = (at: number) => (turn > 0 ? at : Math.min(Math.max(at, 0), count - 1));
			const own = inside(Math.round(place(center)));
			const put = (least: number, most: number) => {
				const back = turn > 0 ? Math.floor(least / turn) * turn : 0;
				first[i] = least - back;
				last[i] = Math.min(most, least + Math.max(turn, count) - 1) - back;
			};
			put(own, own);
			if (beams === undefined || method === 'nearest') continue;
			// All beams within half a spacing, those on the border too; where the scan is coarser, the nearest one.
			const a = place(Math.max(from, center - spacing / 2));
			const b = place(Math.min(to, center + spacing / 2));
			const least = inside(Math.ceil(Math.min(a, b) - 1e-3));
			const most = inside(Math.floor(Math.max(a, b) + 1e-3));
			if (least <= most) put(least, most);
		}
		this.#first = first;
		this.#last = last;
		this.#dims = [given];
		this.#turn = turn;
	}
}
