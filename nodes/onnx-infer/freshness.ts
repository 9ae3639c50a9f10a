import { BriefError } from '../../lib/check';
import { systemNow } from '../../lib/ros/clock';
import { clockOf, knownTime, stampTime } from '../shared/ros-clock';
import type { RosInfo } from '../shared/ros-info';

/**
 * How old the sensor reading behind a message is, ms; undefined when the message does not say. It counts from the
 * receipt, in simulated time from the stamp: that time may run at any speed.
 * @throws BriefError when the time is simulated and not known yet.
 */
function measure(ros: Partial<RosInfo> | undefined): number | undefined {
	const clock = clockOf(ros);
	const stamp = clock.isSimulated ? stampTime(ros) : undefined;
	if (stamp !== undefined) return knownTime(clock) - stamp;
	const receivedAt = ros?.receivedAt;
	return typeof receivedAt === 'number' ? systemNow() - receivedAt : undefined;
}

/** How old the sensor reading behind a message is, ms; undefined when nobody can say. */
export function ageOf(ros: Partial<RosInfo> | undefined): number | undefined {
	return clockOf(ros).isKnown ? measure(ros) : undefined;
}

/**
 * @param limit ms
 * @throws BriefError when the reading is older, or its age is not known: then nobody can say that it is fresh.
 */
export function checkFresh(ros: Partial<RosInfo> | undefined, limit: number): void {
	const age = measure(ros);
	if (age === undefined) {
		throw new BriefError(
			'age unknown',
			`An age of at most ${limit} ms is asked for, but the message has no msg.ros.receivedAt that tells its age. Keep msg.ros on the way from ros2-subscribe, or clear the limit.`,
		);
	}
	// One of the future is as wrong: a clock has jumped.
	if (Math.abs(age) <= limit) return;
	throw new BriefError(
		'stale input',
		age < 0
			? `The sensor reading is of ${(-age).toFixed(1)} ms in the future: a clock has jumped since it was taken.`
			: `The sensor reading is ${age.toFixed(1)} ms old, at most ${limit} ms are allowed.`,
	);
}
