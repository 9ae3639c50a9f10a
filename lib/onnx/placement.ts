/** Where a model runs, as a person chooses it. */
export const placementChoices = ['worker', 'inline', 'auto', 'process'] as const;
export type PlacementChoice = (typeof placementChoices)[number];
/** Where a model is. */
export type Placement = Exclude<PlacementChoice, 'auto'>;

/** Runs that are not counted, since the first ones are slower. */
const warmUps = 5;
/** Runs after which the place is chosen, and over which the mean is taken later. */
const probes = 30;
/** Inline, a run may hold up the event loop this long, ms, at its 95th percentile ... */
const longestRun = 1;
/** ... and all of them together take this share of the time. */
const largestShare = 0.1;
/** A mean above this, ms, sends the model back to its thread. */
const longestMean = 2;

/**
 * Finds out whether a model is small enough to run inline, where a run costs some 60 us less than through a thread.
 * It looks at the runs that the flow asks for: how long they take and how often they come.
 */
export class PlacementAdvisor {
	#place: 'worker' | 'inline' = 'worker';
	#seen = 0;
	readonly #times = new Float64Array(probes);
	#firstEnd = 0;
	#isSettled = false;
	/** Why the last move was advised, for people. */
	reason = '';

	/**
	 * Takes one run into account.
	 * @param time how long it took, ms
	 * @param now when it ended, ms of a monotonic clock
	 * @returns where to move, or undefined to stay
	 */
	observe(time: number, now: number): 'worker' | 'inline' | undefined {
		if (this.#isSettled) return undefined;
		const counted = this.#seen++ - warmUps;
		if (counted === 0) this.#firstEnd = now;
		if (counted < 0) return undefined;
		this.#times[counted % probes] = time;
		if (counted + 1 < probes) return undefined;
		return this.#place === 'worker' ? this.#judge(counted, now) : this.#watch();
	}

	/** The model has moved: what was measured counts no more. */
	moved(place: 'worker' | 'inline'): void {
		this.#place = place;
		this.#seen = 0;
	}

	/** The model cannot be where it was sent: it stays where it is for good. */
	refused(): void {
		this.#isSettled = true;
	}

	/** A judgement after each full set of probes, so that a flow that slows down gets its turn as well. */
	#judge(counted: number, now: number): 'inline' | undefined {
		if ((counted + 1) % probes !== 0) return undefined;
		const p95 = this.#times.slice().sort()[Math.ceil(0.95 * probes) - 1] as number;
		const rate = ((probes - 1) / Math.max(now - this.#firstEnd, 1e-3)) * 1000;
		this.#firstEnd = now;
		const share = (p95 * rate) / 1000;
		const facts = `95 % of its runs take less than ${p95.toFixed(2)} ms, ${(share * 100).toFixed(1)} % of the time at ${rate.toFixed(0)} Hz`;
		if (p95 >= longestRun || share >= largestShare) {
			this.reason = `stays in its thread: ${facts}`;
			return undefined;
		}
		this.reason = `runs inline: ${facts}`;
		return 'inline';
	}

	#watch(): 'worker' | undefined {
		let sum = 0;
		for (const time of this.#times) sum += time;
		const mean = sum / probes;
		if (mean <= longestMean) return undefined;
		this.reason = `runs in a thread again: its runs take ${mean.toFixed(1)} ms in the mean`;
		return 'worker';
	}
}
