import { checkNumber } from '../check';
import { systemTimers, type Timers } from './timers';

/** Times closer than this are the same, ms: sums of fractions do not meet exactly. */
const epsilon = 1e-6;

/**
 * A fixed pace of intervals up to this has precise timers, ms. Those of the event loop are up to 1 ms late, which is a
 * tenth of the interval at 100 Hz, and at 1000 Hz makes it 900.
 */
const longestPrecise = 20;

export interface PaceOptions {
	/** Turns in a second, > 0 (Hz): at most, or exactly when `fixed`. */
	rate: number;
	/** Turns follow a grid of times as long as there is something to do, instead of one when something comes. */
	fixed?: boolean;
	/**
	 * A turn has come.
	 * @param elapsed time since the last turn, at most the interval of the rate (s)
	 * @returns whether another turn is needed
	 */
	turn: (elapsed: number) => boolean;
	/** What `turn` throws when a timer called it. */
	onError: (error: unknown) => void;
	/** Default: the process's own. */
	timers?: Timers;
}

/** Gives turns at a rate: at once when the last is long enough ago, otherwise as soon as it is. */
export class Pace {
	readonly #options: PaceOptions;
	readonly #timers: Timers;
	/** Shortest time between two turns, ms. */
	#interval: number;
	#last = Number.NEGATIVE_INFINITY;
	/** The time of the grid that the next turn of a fixed pace belongs to, ms; undefined while it rests. */
	#due: number | undefined;
	#timer: unknown;
	#isInTurn = false;
	/** Counts how often it was stopped. */
	#generation = 0;

	/** @throws TypeError or RangeError when `rate` is wrong. */
	constructor(options: PaceOptions) {
		this.#interval = intervalOf(options.rate);
		this.#options = options;
		this.#timers = options.timers ?? systemTimers;
	}

	/** Asks for a turn. */
	request(): void {
		if (this.#isWaiting || this.#isInTurn) return;
		const wait = this.#last + this.#interval - this.#timers.now();
		if (wait <= epsilon) this.#begin();
		else this.#wait(wait);
	}

	/** Takes a turn now, whatever the rate says, and goes on from it. For what must not wait. */
	turnNow(): void {
		this.stop();
		this.#begin();
	}

	/**
	 * Changes the rate, from the turn that is waited for on.
	 * @throws TypeError or RangeError
	 */
	setRate(rate: number): void {
		const interval = intervalOf(rate);
		if (interval === this.#interval) return;
		this.#interval = interval;
		if (!this.#isWaiting) return;
		this.stop();
		this.request();
	}

	/** Gives no more turns until one is asked for. */
	stop(): void {
		this.#generation++;
		this.#timers.clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#due = undefined;
	}

	get #isWaiting(): boolean {
		return this.#timer !== undefined;
	}

	/** A turn that starts a grid. */
	#begin(): void {
		const now = this.#timers.now();
		if (!this.#turn()) return;
		if (!this.#options.fixed) {
			this.#wait(this.#last + this.#interval - this.#timers.now());
			return;
		}
		this.#due = now;
		this.#waitForGrid();
	}

	/** @returns whether to wait for another: whoever stopped or restarted the pace during the turn has the last word. */
	#turn(): boolean {
		const now = this.#timers.now();
		const elapsed = Math.min(now - this.#last, this.#interval);
		const generation = this.#generation;
		this.#last = now;
		this.#isInTurn = true;
		try {
			return this.#options.turn(elapsed / 1000) && generation === this.#generation;
		} finally {
			this.#isInTurn = false;
		}
	}

	#waitForGrid(): void {
		const now = this.#timers.now();
		let due = (this.#due as number) + this.#interval;
		// Times of the grid that have passed are left out: they are not made up for by a burst.
		if (due <= now) due += Math.ceil((now - due + epsilon) / this.#interval) * this.#interval;
		this.#due = due;
		this.#wait(due - now);
	}

	#wait(time: number): void {
		const isPrecise = this.#options.fixed === true && this.#interval <= longestPrecise;
		this.#timer = this.#timers.setTimeout(this.#onTimer, time, isPrecise);
	}

	readonly #onTimer = (): void => {
		this.#timer = undefined;
		try {
			const due = this.#due ?? this.#last + this.#interval;
			const wait = due - this.#timers.now();
			// Timers of whole milliseconds may fire a fraction early; the rate is a promise.
			if (wait > epsilon) this.#wait(wait);
			else if (this.#due === undefined) this.#begin();
			else if (this.#turn()) this.#waitForGrid();
			else if (!this.#isWaiting) this.#due = undefined;
		} catch (error) {
			this.#options.onError(error);
		}
	};
}

function intervalOf(rate: number): number {
	return 1000 / checkNumber('rate', rate, { above: 0, unit: 'Hz' });
}
