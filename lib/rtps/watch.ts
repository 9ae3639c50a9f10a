import type { Clock } from './clock';

/**
 * Notices when something has not happened for a time: a sample within its deadline, a sign of life within its lease.
 * A touch only notes the time; one timer, armed again for the rest, does the watching.
 */
export class Watch {
	readonly #clock: Clock;
	readonly #period: number;
	readonly #onMissed: () => void;
	#touched: number;
	#timer: unknown;
	#closed = false;

	/** @param period ms */
	constructor(clock: Clock, period: number, onMissed: () => void) {
		this.#clock = clock;
		this.#period = period;
		this.#onMissed = onMissed;
		this.#touched = clock.now();
		this.#arm(period);
	}

	touch(): void {
		this.#touched = this.#clock.now();
	}

	close(): void {
		this.#closed = true;
		this.#clock.clearTimeout(this.#timer);
	}

	#arm(delay: number): void {
		// Timers of Node.js count to 2^31 ms; a longer period is watched in pieces.
		this.#timer = this.#clock.setTimeout(() => this.#check(), Math.min(delay, 0x7fffffff));
	}

	#check(): void {
		if (this.#closed) return;
		const rest = this.#touched + this.#period - this.#clock.now();
		if (rest > 0.5) {
			this.#arm(rest);
			return;
		}
		this.#touched = this.#clock.now();
		this.#arm(this.#period);
		this.#onMissed();
	}
}
