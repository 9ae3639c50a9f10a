/** ms since the Unix epoch, with fractions. */
export type Now = () => number;

/** How far the two clocks may part before the fine one is set anew, ms. */
const tolerance = 2;

/**
 * The system's clock in fractions of a millisecond. `Date.now()` follows adjustments of the clock but ticks in whole
 * milliseconds, `performance.now()` is fine but knows nothing of adjustments: this is the second, set by the first
 * whenever they part.
 */
export function createSystemClock(coarse: Now = Date.now, fine: () => number = () => performance.now()): Now {
	let offset = coarse() - fine();
	return () => {
		const now = fine() + offset;
		const wall = coarse();
		// A coarse tick reads up to 1 ms early.
		if (Math.abs(wall + 0.5 - now) <= tolerance) return now;
		offset = wall - fine();
		return wall;
	};
}

/** The clock that everything shares unless it is given another. */
export const systemNow: Now = createSystemClock();
