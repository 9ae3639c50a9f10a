import { checkNumber, checkObject } from '../check';

/** A `builtin_interfaces/msg/Time`: seconds since the Unix epoch, or since the start of a simulation. */
export interface Stamp {
	/** Whole seconds, int32. */
	sec: number;
	/** Nanoseconds after `sec`, from 0 to 999999999. */
	nanosec: number;
}

const perSecond = 1_000_000_000n;

/** Nanoseconds of a stamp. */
export function stampToNanoseconds(stamp: Stamp): bigint {
	return BigInt(stamp.sec) * perSecond + BigInt(stamp.nanosec);
}

/**
 * The stamp of a time in nanoseconds. Times before zero have a negative `sec` and a positive `nanosec`, as in ROS.
 * @throws RangeError when the seconds do not fit int32, as from the year 2038 on.
 */
export function nanosecondsToStamp(nanoseconds: bigint): Stamp {
	let sec = nanoseconds / perSecond;
	let nanosec = nanoseconds % perSecond;
	if (nanosec < 0n) {
		sec -= 1n;
		nanosec += perSecond;
	}
	if (sec < -0x80000000n || sec > 0x7fffffffn) {
		throw new RangeError(`Expected \`nanoseconds\` to be a time whose seconds fit int32, got ${nanoseconds}n`);
	}
	return { sec: Number(sec), nanosec: Number(nanosec) };
}

/** Seconds of a stamp as a number, good to about 0.2 us for present times. */
export function stampToSeconds(stamp: Stamp): number {
	return stamp.sec + stamp.nanosec / 1e9;
}

/**
 * A stamp that came from outside.
 * @param name what to call it in an error, such as `header.stamp`
 * @throws TypeError or RangeError
 */
export function checkStamp(name: string, value: unknown): Stamp {
	const { sec, nanosec } = checkObject(name, value);
	return {
		sec: checkNumber(`${name}.sec`, sec, { min: -0x80000000, max: 0x7fffffff, integer: true, unit: 's' }),
		nanosec: checkNumber(`${name}.nanosec`, nanosec, { min: 0, max: 999_999_999, integer: true, unit: 'ns' }),
	};
}
