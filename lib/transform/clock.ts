import type { Carrier, Environment } from './step';

/**
 * The time of a value in seconds: the stamp of the sensor message where there is one, since that is when it was
 * measured, else the clock.
 */
export function timeOf(carrier: Carrier, environment: Environment): number {
	const stamp = (carrier.ros as { stamp?: { sec?: unknown; nanosec?: unknown } } | null | undefined)?.stamp;
	if (typeof stamp?.sec === 'number' && typeof stamp.nanosec === 'number' && (stamp.sec !== 0 || stamp.nanosec !== 0)) {
		return stamp.sec + stamp.nanosec / 1e9;
	}
	return environment.now() / 1000;
}

/** Tells how much time has passed from value to value. */
export class Stopwatch {
	readonly #environment: Environment;
	readonly #period: number | undefined;
	#last: number | undefined;

	/** @param period the time from value to value, s, when it is fixed */
	constructor(environment: Environment, period: number | undefined) {
		this.#environment = environment;
		this.#period = period;
	}

	/**
	 * Seconds since the last call; undefined at the first.
	 * @throws RangeError when the time did not go on: the same message again, or a stamp of the past.
	 */
	next(carrier: Carrier): number | undefined {
		if (this.#period !== undefined) {
			const isFirst = this.#last === undefined;
			this.#last = 0;
			return isFirst ? undefined : this.#period;
		}
		const now = timeOf(carrier, this.#environment);
		const last = this.#last;
		if (last !== undefined && !(now > last)) {
			throw new RangeError(
				`Expected a stamp after that of the value before (${last} s), got ${now} s; after a jump in time send msg.reset`,
			);
		}
		this.#last = now;
		return last === undefined ? undefined : now - last;
	}

	reset(): void {
		this.#last = undefined;
	}
}

/** The `period` option of steps that need to know the time from value to value. */
export const periodDescription =
	'The time from value to value, when it is fixed. Empty: from the stamps of the messages, or the clock where they have none.';
