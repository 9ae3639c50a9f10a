/**
 * Messages as JSON and back without loss, which JSON by itself has not: arrays of numbers with their type, integers of
 * 64 bits, NaN and infinity.
 */

const arrays = {
	Uint8Array,
	Int8Array,
	Uint16Array,
	Int16Array,
	Uint32Array,
	Int32Array,
	Float32Array,
	Float64Array,
	BigInt64Array,
	BigUint64Array,
};

/** A message as text. */
export function toSampleJson(value: unknown): string {
	return JSON.stringify(value, pack);
}

function pack(_key: string, value: unknown): unknown {
	if (typeof value === 'bigint') return { '@bigint': value.toString() };
	if (typeof value === 'number' && !Number.isFinite(value)) return { '@number': String(value) };
	// Buffers say JSON of themselves before this is asked.
	if (isBufferJson(value)) return { '@Uint8Array': value.data };
	if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
		const tag = Object.prototype.toString.call(value).slice(8, -1);
		return { [`@${tag}`]: Array.from(value as Uint8Array, (item) => (Number.isFinite(item) ? item : String(item))) };
	}
	return value;
}

/** Reads what toSampleJson wrote, JSON as people paste it, and what the debug sidebar copies of a Buffer. */
export function fromSampleJson(text: string): unknown {
	return JSON.parse(text, unpack);
}

function unpack(_key: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	if (isBufferJson(value)) return Uint8Array.from(value.data);
	const keys = Object.keys(value);
	const key = keys[0];
	if (keys.length !== 1 || !key?.startsWith('@')) return imageBytes(value as Record<string, unknown>);
	const content = (value as Record<string, unknown>)[key];
	if (key === '@bigint') return BigInt(String(content));
	if (key === '@number') return Number(content);
	const name = key.slice(1);
	if (!Object.hasOwn(arrays, name) || !Array.isArray(content)) return value;
	const isBig = name.startsWith('Big');
	const items = content.map((item) => (isBig ? BigInt(item) : Number(item)));
	return arrays[name as 'Float64Array'].from(items as number[]);
}

/** Pasted images and clouds have their bytes as a plain array. */
function imageBytes(message: Record<string, unknown>): unknown {
	const isBytes = ['encoding', 'format', 'point_step'].some((field) => field in message) && Array.isArray(message.data);
	return isBytes ? { ...message, data: Uint8Array.from(message.data as number[]) } : message;
}

function isBufferJson(value: unknown): value is { data: number[] } {
	const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
	return type === 'Buffer' && Array.isArray(data);
}
