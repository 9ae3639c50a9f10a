/**
 * What the two sides of the alarms share: one signal, then two numbers per slot. All are 32-bit, which threads read and
 * write whole.
 */

/** Alarms that can wait at the same time. */
export const slots = 64;
/** Counts changes; the worker waits on it. */
export const signal = 0;
export const stateLength = 1 + 2 * slots;

/** Where the number of a slot's alarm is; 0 when there is none. */
export const ticketOf = (slot: number): number => 1 + 2 * slot;
/** Where the time is at which a slot's alarm is due, us of {@link clock}. */
export const dueOf = (slot: number): number => 2 + 2 * slot;

/** A monotonic clock that both threads share, us. It wraps around every 71 minutes: only differences mean anything. */
export function clock(): number {
	const [seconds, nanoseconds] = process.hrtime();
	return (seconds * 1e6 + nanoseconds / 1e3) | 0;
}

/** The longest alarm, ms: half of what the clock wraps around at, and less. */
export const longest = 1_000_000;
