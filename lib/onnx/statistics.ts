/** How many of the last runs the percentiles are taken of. */
const kept = 1024;

/** Figures of a model's runs, as of one moment. */
export interface Figures {
	/** Runs that gave a result. */
	readonly runs: number;
	/** Requests that were superseded or refused for want of room. */
	readonly dropped: number;
	/** Runs that failed. */
	readonly failed: number;
	/** Runs per second over the last 2 s. */
	readonly rate: number;
	/** Median of the inference time, ms; NaN before the first run. */
	readonly p50: number;
	/** 99th percentile of the inference time, ms; NaN before the first run. */
	readonly p99: number;
}

/** Span over which the rate is taken, ms. */
const rateSpan = 2000;

/** Counts runs and keeps the times of the last of them. Nothing is allocated per run. */
export class Statistics {
	runs = 0;
	dropped = 0;
	failed = 0;
	readonly #times = new Float64Array(kept);
	readonly #ends = new Float64Array(kept);

	/** @param now milliseconds of a monotonic clock */
	constructor(private readonly now: () => number) {}

	/** @param time how long the inference took, ms */
	addRun(time: number): void {
		const slot = this.runs % kept;
		this.#times[slot] = time;
		this.#ends[slot] = this.now();
		this.runs++;
	}

	figures(): Figures {
		const count = Math.min(this.runs, kept);
		const sorted = this.#times.slice(0, count).sort();
		const at = (share: number) => (count === 0 ? Number.NaN : (sorted[Math.ceil(share * count) - 1] as number));
		return {
			runs: this.runs,
			dropped: this.dropped,
			failed: this.failed,
			rate: this.#rate(count),
			p50: at(0.5),
			p99: at(0.99),
		};
	}

	#rate(count: number): number {
		const now = this.now();
		let recent = 0;
		let first = now;
		for (let i = 0; i < count; i++) {
			const end = this.#ends[i] as number;
			if (now - end > rateSpan) continue;
			recent++;
			if (end < first) first = end;
		}
		// When more runs than are kept fall into the span, the span is that of those kept.
		const span = recent === kept ? Math.max(now - first, 1) : rateSpan;
		return (recent / span) * 1000;
	}
}
