/**
 * A copy of a command that shares nothing that can be written, so that what a later node does to one of its repeats
 * does not reach the next. Objects of a kind of their own, such as Tensors, which are immutable, are shared.
 */
export function safeCopy(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(safeCopy);
	if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value);
	if (ArrayBuffer.isView(value)) return 'length' in value ? (value as unknown as Float64Array).slice() : value;
	if (Object.prototype.toString.call(value) !== '[object Object]') return value;
	const copy: Record<string, unknown> = {};
	for (const key of Object.keys(value)) copy[key] = safeCopy((value as Record<string, unknown>)[key]);
	return copy;
}

/** Whether all numbers in a command are finite. */
export function isFiniteThroughout(value: unknown): boolean {
	if (typeof value === 'number') return Number.isFinite(value);
	if (typeof value !== 'object' || value === null) return true;
	if (Array.isArray(value)) return value.every(isFiniteThroughout);
	if (ArrayBuffer.isView(value)) {
		const isFloat = /Float(16|32|64)Array/.test(Object.prototype.toString.call(value));
		return !isFloat || (value as Float64Array).every(Number.isFinite);
	}
	const { type, data } = value as { type?: unknown; data?: unknown };
	if (type === 'float16' && ArrayBuffer.isView(data) && 'length' in data)
		return (data as Uint16Array).every(isFiniteHalf);
	return Object.values(value).every(isFiniteThroughout);
}

/** Whether the bits of an IEEE 754 binary16 number, as tensors hold it, are of a finite one. */
function isFiniteHalf(bits: number): boolean {
	return (bits & 0x7c00) !== 0x7c00;
}

/**
 * The command without the stamp of its header: sent again, it is a command of another time, which the publisher
 * stamps. What is not stamped is returned as it is.
 */
export function withoutStamp(payload: unknown): unknown {
	if (typeof payload !== 'object' || payload === null) return payload;
	const { header } = payload as { header?: unknown };
	if (typeof header !== 'object' || header === null || !('stamp' in header)) return payload;
	const { stamp: _, ...rest } = header;
	return { ...payload, header: rest };
}
