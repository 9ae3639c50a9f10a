import { show } from '../check';
import type { Carrier } from './step';

/** A ROS time: builtin_interfaces/msg/Time. */
export interface Stamp {
	readonly sec: number;
	readonly nanosec: number;
}

/**
 * The stamp of the sensor message behind a value.
 * @throws TypeError when the carrier has none.
 */
export function stampOf(carrier: Carrier): Stamp {
	const stamp = (carrier.ros as { stamp?: unknown } | null | undefined)?.stamp as Partial<Stamp> | null | undefined;
	if (typeof stamp?.sec !== 'number' || typeof stamp.nanosec !== 'number') {
		throw new TypeError(
			`Expected \`msg.ros.stamp\` to be the stamp {sec, nanosec} of a sensor message, got ${show(stamp)}`,
		);
	}
	return { sec: stamp.sec, nanosec: stamp.nanosec };
}
