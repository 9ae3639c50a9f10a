import { checkNumber } from '../check';

/** Figures of the last values of a series of times, ms. */
export interface SeriesFigures {
	/** Values since the start. */
	readonly count: number;
	/** Median. */
	readonly p50: number;
	/** 99th percentile. */
	readonly p99: number;
	readonly max: number;
	/** Standard deviation. */
	readonly jitter: number;
	/** Values beyond the deadline, of the last ones. */
	readonly late: number;
	/** Values beyond the deadline, of all since the start. */
	readonly misses: number;
}

export interface SeriesOptions {
	/** How many of the last values the figures are taken of, from 2 to 1000000. */
	window: number;
	/** Values beyond it are misses, > 0 (ms). Default: none is. */
	deadline?: number | undefined;
}

/** Keeps the last of a series of times. Nothing is allocated per value. */
export class Series {
	readonly deadline: number | undefined;
	readonly #values: Float64Array;
	#count = 0;
	#misses = 0;

	/** @throws TypeError or RangeError when an option is wrong. */
	constructor({ window, deadline }: SeriesOptions) {
		checkNumber('window', window, { min: 2, max: 1_000_000, integer: true });
		if (deadline !== undefined) checkNumber('deadline', deadline, { above: 0, unit: 'ms' });
		this.#values = new Float64Array(window);
		this.deadline = deadline;
	}

	/** @param value ms */
	add(value: number): void {
		this.#values[this.#count % this.#values.length] = value;
		this.#count++;
		if (this.deadline !== undefined && value > this.deadline) this.#misses++;
	}

	clear(): void {
		this.#count = 0;
		this.#misses = 0;
	}

	/** Mean of the last values, ms; NaN before the first. */
	mean(): number {
		const length = Math.min(this.#count, this.#values.length);
		let sum = 0;
		for (let i = 0; i < length; i++) sum += this.#values[i] as number;
		return sum / length;
	}

	/** The figures as of now; undefined before the first value. It sorts, so it is not for every message. */
	figures(): SeriesFigures | undefined {
		if (this.#count === 0) return undefined;
		const sorted = this.#values.slice(0, Math.min(this.#count, this.#values.length)).sort();
		const { length } = sorted;
		const at = (share: number) => sorted[Math.ceil(share * length) - 1] as number;
		const mean = this.mean();
		const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
		const { deadline } = this;
		return {
			count: this.#count,
			p50: at(0.5),
			p99: at(0.99),
			max: at(1),
			jitter: Math.sqrt(variance),
			late: deadline === undefined ? 0 : sorted.reduce((sum, value) => sum + (value > deadline ? 1 : 0), 0),
			misses: this.#misses,
		};
	}
}
