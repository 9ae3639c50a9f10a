import { checkNumber } from '../check';
import { systemTimers, type Timers } from './timers';

/** Times closer than this are the same, ms: sums of fractions do not meet exactly. */
const epsilon = 1e-6;

export interface RateLimiterOptions<T> {
	/** Most messages that leave in a second, > 0 (Hz). */
	rate: number;
	/** After this long without input `onSilent` is called, once; > 0 (s). Default: never. */
	timeout?: number | undefined;
	/** Passes a message on. */
	send: (message: T) => void;
	/** A held message was replaced by a newer one, or thrown away since the input went silent or the limiter closed. */
	onDrop: (message: T) => void;
	/** The input has been silent for `timeout`. It may send a stop; the next message starts anew. */
	onSilent?: () => void;
	/** Default: the process's own. */
	timers?: Timers;
}

/**
 * Lets at most `rate` messages a second through. The newest wins: a message that comes too early is held until its
 * turn and replaced by any that comes after it, so the last one of a burst, the stop command, always arrives.
 */
export class RateLimiter<T> {
	readonly #options: RateLimiterOptions<T>;
	readonly #timers: Timers;
	/** Shortest time between two messages, ms. */
	readonly #interval: number;
	#lastSent = Number.NEGATIVE_INFINITY;
	#lastInput = 0;
	#held: { message: T } | undefined;
	#turn: unknown;
	#watch: unknown;

	/** @throws TypeError or RangeError when `rate` or `timeout` is wrong. */
	constructor(options: RateLimiterOptions<T>) {
		this.#interval = 1000 / checkNumber('rate', options.rate, { above: 0, unit: 'Hz' });
		if (options.timeout !== undefined) checkNumber('timeout', options.timeout, { above: 0, unit: 's' });
		this.#options = options;
		this.#timers = options.timers ?? systemTimers;
	}

	push(message: T): void {
		const now = this.#timers.now();
		this.#lastInput = now;
		this.#startWatch();
		if (this.#held) {
			const replaced = this.#held.message;
			this.#held.message = message;
			this.#options.onDrop(replaced);
			return;
		}
		const wait = this.#lastSent + this.#interval - now;
		if (wait <= epsilon) {
			this.#send(message, now);
			return;
		}
		this.#held = { message };
		this.#turn = this.#timers.setTimeout(this.#takeTurn, wait);
	}

	/** Stops the timers; a held message is dropped. */
	close(): void {
		this.#timers.clearTimeout(this.#watch);
		this.#watch = undefined;
		this.#dropHeld();
	}

	#send(message: T, now: number): void {
		this.#lastSent = now;
		this.#options.send(message);
	}

	readonly #takeTurn = (): void => {
		const held = this.#held;
		if (!held) return;
		const now = this.#timers.now();
		const wait = this.#lastSent + this.#interval - now;
		// Timers of whole milliseconds may fire a fraction early; the rate is a promise.
		if (wait > epsilon) {
			this.#turn = this.#timers.setTimeout(this.#takeTurn, wait);
			return;
		}
		this.#held = undefined;
		this.#send(held.message, now);
	};

	#startWatch(): void {
		if (this.#options.timeout === undefined || this.#watch !== undefined) return;
		this.#watch = this.#timers.setTimeout(this.#look, this.#options.timeout * 1000);
	}

	/** One timer looks after the silence; input only notes its time, instead of setting a timer per message. */
	readonly #look = (): void => {
		const left = this.#lastInput + (this.#options.timeout as number) * 1000 - this.#timers.now();
		if (left > epsilon) {
			this.#watch = this.#timers.setTimeout(this.#look, left);
			return;
		}
		this.#watch = undefined;
		// What is still held is older than the silence; sent after the stop it would undo it.
		this.#dropHeld();
		this.#options.onSilent?.();
	};

	#dropHeld(): void {
		this.#timers.clearTimeout(this.#turn);
		const held = this.#held;
		this.#held = undefined;
		if (held) this.#options.onDrop(held.message);
	}
}
