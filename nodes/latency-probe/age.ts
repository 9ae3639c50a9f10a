import { systemNow } from '../../lib/ros/clock';
import type { RosInfo } from '../shared/ros-info';

/** The age of a message, ms; undefined when it does not tell. */
export function ageOf(ros: Partial<RosInfo> | undefined, from: 'receipt' | 'stamp'): number | undefined {
	if (from === 'receipt') {
		return typeof ros?.receivedAt === 'number' ? systemNow() - ros.receivedAt : undefined;
	}
	const { sec, nanosec } = ros?.stamp ?? {};
	// A stamp of zero is one that nobody has set.
	if (typeof sec !== 'number' || typeof nanosec !== 'number' || (sec === 0 && nanosec === 0)) return undefined;
	return systemNow() - (sec * 1000 + nanosec / 1e6);
}
