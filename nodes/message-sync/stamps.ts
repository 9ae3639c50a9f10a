import { BriefError } from '../../lib/check';
import { systemNow } from '../../lib/ros/clock';
import { checkStamp, stampToNanoseconds } from '../../lib/ros/time';
import { clockOf, knownTime } from '../shared/ros-clock';
import type { RosInfo } from '../shared/ros-info';

/**
 * When the reading behind a message was taken, ns: the stamp of its header or of msg.ros, or, where that is allowed, the
 * time of its receipt.
 * @throws BriefError when it has no stamp, or the simulated time of its receipt is not known; TypeError or RangeError when its stamp is none.
 */
export function stampOf(
	message: { payload?: unknown; ros?: Partial<RosInfo> | undefined },
	allowHeaderless: boolean,
): bigint {
	const { header } = (message.payload ?? {}) as { header?: { stamp?: unknown } };
	const stamp = message.ros?.stamp ?? header?.stamp;
	if (stamp !== undefined) return stampToNanoseconds(checkStamp('stamp', stamp));
	if (!allowHeaderless) {
		throw new BriefError(
			'no stamp',
			'Expected a message with a stamp, in its header or in msg.ros: this type has none. Allow messages without a header, which then count from their receipt.',
		);
	}
	const clock = clockOf(message.ros);
	const time = clock.isSimulated ? knownTime(clock) : (message.ros?.receivedAt ?? systemNow());
	return BigInt(Math.round(time * 1e6));
}
