/**
 * Tells how many steps of a simulation are due in real time. It counts from where it started rather than from one
 * look to the next, so lateness of a timer is made up at the next look and never adds up. A machine that is too slow,
 * or was asleep, makes up `maxCatchUp` and lets the rest go: simulated time then falls behind real time instead of
 * the backlog growing without end.
 */
export class Pacer {
	private origin: number;
	private done = 0;
	private lost = 0;

	/**
	 * @param timestep length of a step, s
	 * @param now a clock that only goes forward, s
	 * @param maxCatchUp the most that is made up at once, s
	 */
	constructor(
		private readonly timestep: number,
		private readonly now: () => number,
		private readonly maxCatchUp = 0.1,
	) {
		this.origin = now();
	}

	/** Steps counted as done since the start. */
	get steps(): number {
		return this.done;
	}

	/** Seconds that were let go since the start. */
	get behind(): number {
		return this.lost;
	}

	/** Steps that are due now, at most as many as fit in `maxCatchUp`. */
	due(): number {
		const late = this.now() - this.origin - this.done * this.timestep;
		if (late > this.maxCatchUp) {
			this.origin += late - this.maxCatchUp;
			this.lost += late - this.maxCatchUp;
		}
		// A hair more than whole steps, as the quotient of two rounded numbers may lie a hair below a whole one.
		return Math.max(0, Math.floor(Math.min(late, this.maxCatchUp) / this.timestep + 1e-6));
	}

	/** Lets the time go that is due beyond the next step, as if it had not passed. */
	hold(): void {
		const late = this.late - this.timestep;
		if (late <= 0) return;
		this.origin += late;
		this.lost += late;
	}

	/** Counts a step as done. */
	count(): void {
		this.done++;
	}

	/** How long ago the last step counted was due, s. */
	get late(): number {
		return -this.until(this.done);
	}

	/** Seconds from now until the step of this number is due; negative when it is overdue. */
	until(step: number): number {
		return this.origin + step * this.timestep - this.now();
	}
}
