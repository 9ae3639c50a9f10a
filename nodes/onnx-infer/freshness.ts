import { BriefError } from '../../lib/check';
import { systemNow } from '../../lib/ros/clock';
import type { RosInfo } from '../shared/ros-info';

/** How long ago the sensor reading behind a message came in, ms; undefined when the message does not say. */
export function ageOf(ros: Partial<RosInfo> | undefined): number | undefined {
	const receivedAt = ros?.receivedAt;
	return typeof receivedAt === 'number' ? systemNow() - receivedAt : undefined;
}

/**
 * @param limit ms
 * @throws BriefError when the reading is older, or its age is not known: then nobody can say that it is fresh.
 */
export function checkFresh(ros: Partial<RosInfo> | undefined, limit: number): void {
	const age = ageOf(ros);
	if (age === undefined) {
		throw new BriefError(
			'age unknown',
			`An age of at most ${limit} ms is asked for, but the message has no msg.ros.receivedAt that tells its age. Keep msg.ros on the way from ros2-subscribe, or clear the limit.`,
		);
	}
	if (age <= limit) return;
	throw new BriefError(
		'stale input',
		`The sensor reading is ${age.toFixed(1)} ms old, at most ${limit} ms are allowed.`,
	);
}
