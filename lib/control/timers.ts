import { type Alarm, clearAlarm, setAlarm } from './alarm';

/** The clock and timers that control code runs on: injected, so that tests never sleep. */
export interface Timers {
	/** Monotonic time, ms. */
	now(): number;
	/**
	 * Calls back once, `delay` ms from now.
	 * @param isPrecise to a fraction of a millisecond, which costs more
	 */
	setTimeout(callback: () => void, delay: number, isPrecise?: boolean): unknown;
	clearTimeout(timer: unknown): void;
}

/** The process's own. */
export const systemTimers: Timers = {
	now: () => performance.now(),
	setTimeout: (callback, delay, isPrecise = false) =>
		(isPrecise ? setAlarm(callback, delay) : undefined) ?? setTimeout(callback, delay),
	clearTimeout(timer) {
		if (typeof timer === 'number') clearAlarm(timer as Alarm);
		else clearTimeout(timer as NodeJS.Timeout);
	},
};
