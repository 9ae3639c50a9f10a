import type { RosClock } from '../../lib/ros/clock';

/**
 * The message with the present time in `header.stamp`, when the stamp was left out: controllers refuse commands that
 * are stamped 1970. A stamp that is there stays, and the message itself is not written.
 */
export function withStamp(payload: unknown, clock: Pick<RosClock, 'stamp'>): unknown {
	if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return payload;
	const header = (payload as { header?: unknown }).header ?? {};
	if (typeof header !== 'object' || 'stamp' in header) return payload;
	return { ...payload, header: { ...header, stamp: clock.stamp() } };
}
