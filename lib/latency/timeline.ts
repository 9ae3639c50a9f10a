/** What a chart shows: one value of each list per slot of time, the oldest first. Slots without a value hold null. */
export interface TimelineData {
	/** How long a slot is, ms. */
	readonly slot: number;
	readonly min: readonly (number | null)[];
	readonly mean: readonly (number | null)[];
	readonly max: readonly (number | null)[];
}

/** How values went over the last while: their least, mean and most in each slot of time, in memory of a fixed size. */
export class Timeline {
	readonly #slot: number;
	readonly #counts: Float64Array;
	readonly #sums: Float64Array;
	readonly #mins: Float64Array;
	readonly #maxs: Float64Array;
	/** The slot that was written last, counted from time zero. */
	#newest = Number.NaN;

	/**
	 * @param slots how many are kept, >= 1
	 * @param slot how long each is, > 0 (ms)
	 */
	constructor(slots: number, slot: number) {
		this.#slot = slot;
		this.#counts = new Float64Array(slots);
		this.#sums = new Float64Array(slots);
		this.#mins = new Float64Array(slots);
		this.#maxs = new Float64Array(slots);
	}

	/** @param now ms of a monotonic clock */
	add(value: number, now: number): void {
		this.#turnTo(Math.floor(now / this.#slot));
		const i = this.#newest % this.#counts.length;
		const isFirst = this.#counts[i] === 0;
		(this.#counts[i] as number)++;
		(this.#sums[i] as number) += value;
		if (isFirst || value < (this.#mins[i] as number)) this.#mins[i] = value;
		if (isFirst || value > (this.#maxs[i] as number)) this.#maxs[i] = value;
	}

	clear(): void {
		this.#counts.fill(0);
		this.#sums.fill(0);
	}

	/** @param now ms of the clock of {@link add}; its slot is the last of the data */
	data(now: number): TimelineData {
		this.#turnTo(Math.floor(now / this.#slot));
		const { length } = this.#counts;
		const min: (number | null)[] = [];
		const mean: (number | null)[] = [];
		const max: (number | null)[] = [];
		for (let back = length - 1; back >= 0; back--) {
			const i = (((this.#newest - back) % length) + length) % length;
			const count = this.#counts[i] as number;
			min.push(count === 0 ? null : (this.#mins[i] as number));
			mean.push(count === 0 ? null : (this.#sums[i] as number) / count);
			max.push(count === 0 ? null : (this.#maxs[i] as number));
		}
		return { slot: this.#slot, min, mean, max };
	}

	/** Empties the slots that time has passed over. */
	#turnTo(slot: number): void {
		const { length } = this.#counts;
		if (slot === this.#newest) return;
		const passed = slot - this.#newest;
		if (!(passed > 0 && passed < length)) this.clear();
		else {
			for (let s = this.#newest + 1; s <= slot; s++) {
				this.#counts[s % length] = 0;
				this.#sums[s % length] = 0;
			}
		}
		this.#newest = slot;
	}
}
