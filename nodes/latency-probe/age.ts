import { systemNow } from '../../lib/ros/clock';
import { clockOf, stampTime } from '../shared/ros-clock';
import type { RosInfo } from '../shared/ros-info';

/** The age of a message, ms; undefined when it does not tell, or a simulation has not told its time yet. */
export function ageOf(ros: Partial<RosInfo> | undefined, from: 'receipt' | 'stamp'): number | undefined {
	if (from === 'receipt') {
		return typeof ros?.receivedAt === 'number' ? systemNow() - ros.receivedAt : undefined;
	}
	const clock = clockOf(ros);
	const stamp = clock.isKnown ? stampTime(ros) : undefined;
	return stamp === undefined ? undefined : clock.now() - stamp;
}
