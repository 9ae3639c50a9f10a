/**
 * The message with the present time in `header.stamp`, when the stamp was left out: controllers refuse commands that
 * are stamped 1970. A stamp that is there stays, and the message itself is not written.
 * @param now ms since the Unix epoch
 */
export function withStamp(payload: unknown, now: number): unknown {
	if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return payload;
	const header = (payload as { header?: unknown }).header ?? {};
	if (typeof header !== 'object' || 'stamp' in header) return payload;
	const sec = Math.floor(now / 1000);
	const nanosec = Math.floor((now - sec * 1000) * 1e6);
	return { ...payload, header: { ...header, stamp: { sec, nanosec } } };
}
