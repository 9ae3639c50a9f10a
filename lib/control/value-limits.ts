import { checkNumber } from '../check';

/** What one value of a command may do. Units are those of the value, `v`, and seconds. */
export interface Limits {
	/** Smallest value. */
	readonly min?: number | undefined;
	/** Largest value. */
	readonly max?: number | undefined;
	/** Values nearer to zero than this leave as zero, > 0. */
	readonly deadBand?: number | undefined;
	/** Most that the value may change in a second when it goes away from zero, > 0 (v/s). */
	readonly rate?: number | undefined;
	/** The same when it comes back to zero or passes it, > 0 (v/s). Default: `rate`. */
	readonly fall?: number | undefined;
	/** Most that its rate of change may grow in a second, > 0 (v/s^2). It may shrink at once, as in ros2_control. */
	readonly second?: number | undefined;
}

/**
 * Limits that make sense.
 * @param name what to call them in an error, such as `fields[0]`
 * @throws TypeError or RangeError
 */
export function checkLimits(name: string, limits: Limits): Limits {
	const { min, max, deadBand, rate, fall, second } = limits;
	if (min !== undefined) checkNumber(`${name}.min`, min);
	if (max !== undefined) checkNumber(`${name}.max`, max, min === undefined ? {} : { min });
	if (deadBand !== undefined) checkNumber(`${name}.deadBand`, deadBand, { above: 0 });
	if (rate !== undefined) checkNumber(`${name}.rate`, rate, { above: 0, unit: 'per s' });
	if (fall !== undefined) checkNumber(`${name}.fall`, fall, { above: 0, unit: 'per s' });
	if (second !== undefined) checkNumber(`${name}.second`, second, { above: 0, unit: 'per s^2' });
	if (fall !== undefined && rate === undefined) {
		throw new RangeError(
			`Expected \`${name}.rate\` beside \`${name}.fall\`: a value that only falls slowly never stops`,
		);
	}
	if (deadBand !== undefined && !(clamp(0, limits) === 0)) {
		throw new RangeError(`Expected 0 within \`${name}.min\` and \`${name}.max\`, since the dead band sends it`);
	}
	return limits;
}

export interface ValueLimitsOptions {
	/** Scale all values by the same factor, so that the direction of the command, the curve of a Twist, stays. */
	together?: boolean;
	/**
	 * Where the values stand before the first command: at zero, as velocities do, or where the first command says, as
	 * positions may. Default: `zero`.
	 */
	start?: 'zero' | 'first';
}

/**
 * Limits the values of a command from one to the next, with the meaning of ros2_control's rate limiter and nav2's
 * velocity smoother; where the limits contradict each other, the value wins over its rate, and that over the second
 * derivative. A command beyond a limit is approached step by step: {@link isSettled} tells when it is reached.
 */
export class ValueLimits {
	readonly #together: boolean;
	readonly #startsAtZero: boolean;
	/** The values that left last, before the dead band. */
	#previous: number[] = [];
	/** Their rates of change, v/s. */
	#rates: number[] = [];
	#hasStarted = false;
	#isSettled = true;

	constructor({ together = false, start = 'zero' }: ValueLimitsOptions = {}) {
		this.#together = together;
		this.#startsAtZero = start === 'zero';
	}

	/** Whether the last command has been reached as far as minimum and maximum allow. */
	get isSettled(): boolean {
		return this.#isSettled;
	}

	/** Forgets where the values stand. */
	reset(): void {
		this.#hasStarted = false;
	}

	/** The values stand at these and rest, since something else sent them. */
	standAt(values: readonly number[]): void {
		this.#previous = [...values];
		this.#rates = values.map(() => 0);
		this.#hasStarted = true;
	}

	/** @throws RangeError when the values before were not as many, and limits count from them. */
	checkCount(count: number, limits: readonly Limits[]): void {
		if (!this.#hasStarted || count === this.#previous.length || !limits.some(hasMemory)) return;
		throw new RangeError(
			`Expected ${this.#previous.length} values as in the command before, got ${count}: ` +
				'there is no telling which of them is which',
		);
	}

	/**
	 * Limits the next values, in place.
	 * @param values finite numbers, as many as at the call before
	 * @param limits of each of them
	 * @param elapsed time since the last call, > 0 (s)
	 * @throws RangeError when the number of values has changed.
	 */
	step(values: number[], limits: readonly Limits[], elapsed: number): void {
		this.#limitValues(values, limits);
		if (!this.#hasStarted) {
			this.standAt(this.#startsAtZero ? values.map((_, i) => clamp(0, limits[i] as Limits)) : values);
		} else if (values.length !== this.#previous.length) {
			this.checkCount(values.length, limits);
			this.standAt(values);
		}
		const targets = [...values];
		for (let i = 0; i < values.length; i++) this.#limitSecond(values, limits[i] as Limits, i, elapsed);
		this.#limitRates(values, limits, elapsed);
		this.#isSettled = true;
		for (let i = 0; i < values.length; i++) {
			const value = clamp(values[i] as number, limits[i] as Limits);
			if (value !== targets[i]) this.#isSettled = false;
			this.#rates[i] = (value - (this.#previous[i] as number)) / elapsed;
			this.#previous[i] = value;
			const { deadBand } = limits[i] as Limits;
			values[i] = deadBand !== undefined && Math.abs(value) < deadBand ? 0 : value;
		}
	}

	#limitValues(values: number[], limits: readonly Limits[]): void {
		let scale = 1;
		if (this.#together) {
			for (let i = 0; i < values.length; i++) {
				const value = values[i] as number;
				const limited = clamp(value, limits[i] as Limits);
				// A bound on the other side of zero cannot be met by scaling.
				if (Math.abs(limited) < Math.abs(value)) scale = Math.min(scale, Math.max(0, limited / value));
			}
		}
		for (let i = 0; i < values.length; i++) {
			values[i] = clamp((values[i] as number) * scale, limits[i] as Limits);
		}
	}

	/** Only a change that speeds up is limited: braking is free, or commands would overshoot. */
	#limitSecond(values: number[], { second }: Limits, i: number, elapsed: number): void {
		if (second === undefined) return;
		const change = (values[i] as number) - (this.#previous[i] as number);
		const before = (this.#rates[i] as number) * elapsed;
		if ((change - before) * change <= 0) return;
		const most = second * elapsed * elapsed;
		if (Math.abs(change - before) <= most) return;
		values[i] = (this.#previous[i] as number) + before + Math.sign(change - before) * most;
	}

	#limitRates(values: number[], limits: readonly Limits[], elapsed: number): void {
		let scale = 1;
		if (this.#together) {
			for (let i = 0; i < values.length; i++) {
				const change = Math.abs((values[i] as number) - (this.#previous[i] as number));
				const most = this.#mostChange(values[i] as number, limits[i] as Limits, i) * elapsed;
				if (change > most) scale = Math.min(scale, most / change);
			}
		}
		for (let i = 0; i < values.length; i++) {
			const value = values[i] as number;
			const previous = this.#previous[i] as number;
			const change = (value - previous) * scale;
			const most = this.#mostChange(value, limits[i] as Limits, i) * elapsed;
			if (Math.abs(change) > most) values[i] = previous + Math.sign(change) * most;
			else if (scale < 1) values[i] = previous + change;
		}
	}

	#mostChange(value: number, { rate, fall = rate }: Limits, i: number): number {
		const previous = this.#previous[i] as number;
		const goesAway = Math.abs(value) >= Math.abs(previous) && value * previous >= 0;
		return (goesAway ? rate : fall) ?? Number.POSITIVE_INFINITY;
	}
}

/** The nearest value within `min` and `max`. */
export function clamp(
	value: number,
	{ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Limits,
): number {
	return value < min ? min : value > max ? max : value;
}

/** Whether a limit is one of changes. */
export function hasMemory({ rate, second }: Limits): boolean {
	return rate !== undefined || second !== undefined;
}
