import type { Clock } from '../rtps/clock';
import type { Stamp } from './time';

/** ms since the Unix epoch, with fractions. */
export type Now = () => number;

/** What measures how long somebody waits. */
export type Timers = Pick<Clock, 'setTimeout' | 'clearTimeout'>;

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

/** ROS time: that of the system, or of a simulation. */
export interface RosClock {
	/** Whether a simulation tells the time. */
	readonly isSimulated: boolean;
	/** Whether the time is known: that of a simulation is not before its first message, and is 0 until then. */
	readonly isKnown: boolean;
	/** How often time has jumped back, as at the reset of a simulation: what was kept before is of another time. */
	readonly jumps: number;
	/** ms, since the Unix epoch or the start of the simulation. */
	now(): number;
	/** The same as a stamp: of a simulation exactly what it said last, as in ROS 2. */
	stamp(): Stamp;
	/** Calls back once, when the time becomes known; not at all when it is already. @returns ends it */
	whenKnown(callback: () => void): () => void;
}

/** The system's clock as ROS time. */
export const systemRosClock: RosClock = {
	isSimulated: false,
	isKnown: true,
	jumps: 0,
	now: systemNow,
	stamp: () => stampOfMilliseconds(systemNow()),
	whenKnown: () => () => {},
};

/** The stamp of a time in ms. @throws RangeError when its seconds do not fit int32, as from the year 2038 on. */
function stampOfMilliseconds(time: number): Stamp {
	const sec = Math.floor(time / 1000);
	if (sec > 0x7fffffff) throw new RangeError(`Expected a time whose seconds fit int32, got ${time} ms`);
	return { sec, nanosec: Math.floor((time - sec * 1000) * 1e6) };
}

/**
 * The time that a simulation tells. It stands still from message to message, as ROS 2's does.
 * Source: https://design.ros2.org/articles/clock_and_time.html
 */
export class SimulatedClock implements RosClock {
	readonly isSimulated = true;
	#sec = 0;
	#nanosec = 0;
	#jumps = 0;
	readonly #waiting = new Set<() => void>();

	get isKnown(): boolean {
		return this.#sec > 0 || this.#nanosec > 0;
	}

	get jumps(): number {
		return this.#jumps;
	}

	now(): number {
		return this.#sec * 1000 + this.#nanosec / 1e6;
	}

	stamp(): Stamp {
		return { sec: this.#sec, nanosec: this.#nanosec };
	}

	whenKnown(callback: () => void): () => void {
		if (!this.isKnown) this.#waiting.add(callback);
		return () => void this.#waiting.delete(callback);
	}

	/** The simulation has told its time, `clock` of a rosgraph_msgs/msg/Clock. */
	set({ sec, nanosec }: Stamp): void {
		if (sec < this.#sec || (sec === this.#sec && nanosec < this.#nanosec)) this.#jumps++;
		this.#sec = sec;
		this.#nanosec = nanosec;
		if (this.#waiting.size === 0 || !this.isKnown) return;
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const callback of waiting) callback();
	}
}
