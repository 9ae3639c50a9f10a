import { BriefError } from '../../lib/check';
import { checkStamp, stampToNanoseconds } from '../../lib/ros/time';
import type { RosInfo } from '../shared/ros-info';

/**
 * When the reading behind a message was taken, ns: the stamp of its header or of msg.ros, or, where that is allowed, the
 * time of its receipt.
 * @param now the clock, ms since the Unix epoch
 * @throws BriefError when it has no stamp; TypeError or RangeError when its stamp is none.
 */
export function stampOf(
	message: { payload?: unknown; ros?: Partial<RosInfo> | undefined },
	allowHeaderless: boolean,
	now: () => number,
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
	return BigInt(Math.round((message.ros?.receivedAt ?? now()) * 1e6));
}
