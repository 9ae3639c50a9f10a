/** The clock and timers that control code runs on: injected, so that tests never sleep. */
export interface Timers {
	/** Monotonic time, ms. */
	now(): number;
	/** Calls back once, `delay` ms from now. */
	setTimeout(callback: () => void, delay: number): unknown;
	clearTimeout(timer: unknown): void;
	/**
	 * Calls back every `interval` ms, without drift, where that can be done better than by timeouts.
	 * @returns what stops it; undefined when timeouts are as good
	 */
	every?(interval: number, callback: () => void): (() => void) | undefined;
}

/** The process's own. */
export const systemTimers: Timers = {
	now: () => performance.now(),
	setTimeout: (callback, delay) => setTimeout(callback, delay),
	clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
