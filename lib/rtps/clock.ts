/** Time and timers, injected so that the state machines run on a simulated clock in tests. */
export interface Clock {
	/** Milliseconds that only go forward, from any origin. */
	now(): number;
	/** Milliseconds since the Unix epoch, with a fraction. */
	date(): number;
	/** Calls back once, `delay` milliseconds from now. */
	setTimeout(callback: () => void, delay: number): unknown;
	/** Takes what setTimeout returned, also when it has fired already. */
	clearTimeout(timer: unknown): void;
	/** Calls back after what is waiting to be read now has been read. */
	setImmediate(callback: () => void): void;
}

/** How far the wall clock may run away from the monotonic one before the difference is measured anew, ms. */
const drift = 5;

/** The clock of this machine. */
export function systemClock(): Clock {
	// Date.now() counts whole milliseconds; the monotonic clock has the microseconds that a source timestamp is worth.
	let origin = performance.timeOrigin;
	return {
		now: () => performance.now(),
		date: () => {
			const fine = origin + performance.now();
			const coarse = Date.now();
			if (Math.abs(fine - coarse) <= drift) return fine;
			origin += coarse - fine;
			return coarse;
		},
		setTimeout: (callback, delay) => setTimeout(callback, delay),
		clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
		setImmediate: (callback) => {
			setImmediate(callback);
		},
	};
}
