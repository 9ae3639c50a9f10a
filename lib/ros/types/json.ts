/**
 * A message as JSON can hold it, for showing and editing: typed arrays and Buffers as arrays, 64-bit integers as decimal
 * strings. `encode` takes the result back without loss, but for NaN and infinities, which JSON turns into null.
 */
export function messageToJson(value: unknown): unknown {
	if (typeof value === 'bigint') return value.toString();
	if (typeof value !== 'object' || value === null) return value;
	if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, messageToJson);
	if (Array.isArray(value)) return value.map(messageToJson);
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, messageToJson(item)]));
}
