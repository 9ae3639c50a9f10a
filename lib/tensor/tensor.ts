import { show } from '../check';

/** Element types, by ONNX Runtime's names. */
export type TensorType = keyof typeof arrayTypes;

/**
 * What holds the elements of each type. float16 travels as its raw 16 bits, bool as one byte of 0 or 1 each, as in
 * ONNX Runtime's JavaScript API.
 */
export const arrayTypes = {
	float32: Float32Array,
	float64: Float64Array,
	float16: Uint16Array,
	int8: Int8Array,
	uint8: Uint8Array,
	int16: Int16Array,
	uint16: Uint16Array,
	int32: Int32Array,
	uint32: Uint32Array,
	int64: BigInt64Array,
	uint64: BigUint64Array,
	bool: Uint8Array,
	string: Array,
} as const;

export type TypedArray =
	| Float32Array
	| Float64Array
	| Int8Array
	| Uint8Array
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| BigInt64Array
	| BigUint64Array;

export type TensorData = TypedArray | string[];

/** The type a plain typed array has when nothing else is said. */
const typeOfArray: Record<string, TensorType> = {
	Float32Array: 'float32',
	Float64Array: 'float64',
	Int8Array: 'int8',
	Uint8Array: 'uint8',
	Int16Array: 'int16',
	Uint16Array: 'uint16',
	Int32Array: 'int32',
	Uint32Array: 'uint32',
	BigInt64Array: 'int64',
	BigUint64Array: 'uint64',
};

/** All element types. */
export const tensorTypes = Object.keys(arrayTypes) as TensorType[];

/** Whether elements of this type are BigInts. */
export function isBigType(type: TensorType): type is 'int64' | 'uint64' {
	return type === 'int64' || type === 'uint64';
}

/** A new zeroed array for `length` elements of `type`. */
export function createData(type: TensorType, length: number): TensorData {
	return type === 'string' ? new Array<string>(length).fill('') : new arrayTypes[type](length);
}

function isTensorType(type: unknown): type is TensorType {
	return typeof type === 'string' && Object.hasOwn(arrayTypes, type);
}

/** How many elements a tensor of these dimensions has; 1 for a scalar, `[]`. */
export function elementCount(dims: readonly number[]): number {
	let count = 1;
	for (const dim of dims) count *= dim;
	return count;
}

/** Typed arrays made in another realm (function nodes, vm contexts) fail `instanceof`; their tag tells them. */
function arrayTag(value: unknown): string {
	return ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice(8, -1) : '';
}

/** The same memory seen through this realm's class for `type`. */
function viewAs(type: Exclude<TensorType, 'string'>, value: ArrayBufferView): TypedArray {
	const ArrayType = arrayTypes[type];
	if (value instanceof ArrayType && value.constructor === ArrayType) return value;
	return new ArrayType(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength / ArrayType.BYTES_PER_ELEMENT);
}

/**
 * An immutable n-dimensional array. Its data is shared between the branches of a flow, so nobody writes into it.
 * Row-major (C order), as in ONNX and NumPy.
 */
export class Tensor {
	readonly type: TensorType;
	/** Sizes of the dimensions, outermost first; `[]` is a scalar. */
	readonly dims: readonly number[];
	readonly data: TensorData;

	/**
	 * Takes `data` as it is, without a copy.
	 * @throws TypeError when `type` is not a tensor type or `data` not the array of that type.
	 * @throws RangeError when `dims` are not whole numbers >= 0 or do not multiply to the length of `data`.
	 */
	constructor(type: TensorType, dims: readonly number[], data: TensorData) {
		if (!isTensorType(type)) {
			throw new TypeError(`Expected the tensor's type to be one of ${tensorTypes.join(', ')}, got ${show(type)}`);
		}
		if (type === 'string') {
			if (!Array.isArray(data)) {
				throw new TypeError(`Expected the data of a string tensor to be an array of strings, got ${show(data)}`);
			}
			const wrong = data.findIndex((item) => typeof item !== 'string');
			if (wrong >= 0) throw new TypeError(`Expected data[${wrong}] to be a string, got ${show(data[wrong])}`);
			this.data = data;
		} else if (ArrayBuffer.isView(data) && data.constructor === arrayTypes[type]) {
			// Of this realm and exactly of this class, as nearly all are: told without its name being put together.
			this.data = data;
		} else {
			// The tag is a new text each time: it is asked for only where the class does not tell.
			if (!(data instanceof arrayTypes[type]) && arrayTag(data) !== arrayTypes[type].name) {
				throw new TypeError(
					`Expected the data of a ${type} tensor to be a ${arrayTypes[type].name}, got ${show(data)}`,
				);
			}
			this.data = viewAs(type, data as TypedArray);
		}
		for (let i = 0; i < dims.length; i++) {
			const dim = dims[i];
			if (!Number.isSafeInteger(dim) || (dim as number) < 0) {
				throw new RangeError(`Expected dims[${i}] to be a whole number >= 0, got ${show(dim)}`);
			}
		}
		const expected = elementCount(dims);
		if (expected !== data.length) {
			throw new RangeError(
				`Expected ${expected} elements for dims [${dims.join(', ')}], got ${data.length} elements of data`,
			);
		}
		this.type = type;
		this.dims = dims;
	}

	/**
	 * A tensor from what a function node or another package may hand over: a Tensor (returned as it is), a plain
	 * `{type, dims, data}` (data a typed array or an array), a typed array (1-D), a Buffer (uint8), a number or boolean
	 * (scalar), or nested arrays of numbers (float32), booleans, BigInts (int64) or strings.
	 * @param name what to call the value in an error, such as `payload`
	 * @throws TypeError when it is none of these; RangeError when nested arrays are ragged or dims do not fit.
	 */
	static from(value: unknown, name = 'tensor'): Tensor {
		if (value instanceof Tensor) return value;
		const tag = arrayTag(value);
		if (tag !== '') {
			const type = typeOfArray[tag];
			if (type === undefined || type === 'string') {
				throw new TypeError(`Expected \`${name}\` to be a tensor or a numeric array, got ${tag}`);
			}
			const data = viewAs(type, value as ArrayBufferView);
			return new Tensor(type, [data.length], data);
		}
		if (typeof value === 'object' && value !== null && 'dims' in value && 'data' in value) {
			return fromParts(value as { type?: unknown; dims: unknown; data: unknown }, name);
		}
		return fromNested(value, name);
	}

	/** Whether `value` is a Tensor or would be taken by `from` as one: it has dims and data. */
	static isTensorLike(value: unknown): boolean {
		return (
			value instanceof Tensor ||
			arrayTag(value) !== '' ||
			(typeof value === 'object' && value !== null && 'dims' in value && 'data' in value)
		);
	}

	/** The same data under other dimensions. */
	reshape(dims: readonly number[]): Tensor {
		return new Tensor(this.type, dims, this.data);
	}

	/**
	 * Node-RED clones a message for the second and further wires of an output with lodash, which copies element by
	 * element whatever it takes for a plain object; an object with a tag of its own it passes by reference.
	 */
	get [Symbol.toStringTag](): 'Tensor' {
		return 'Tensor';
	}

	toString(): string {
		const shown = Array.from(this.data.slice(0, 8) as ArrayLike<number | bigint | string>, (item) =>
			typeof item === 'number' ? String(Number(item.toPrecision(6))) : String(item),
		);
		const more = this.data.length > 8 ? ', ...' : '';
		return `${this.type}[${this.dims.join(', ')}] (${shown.join(', ')}${more})`;
	}

	/** Plain JSON; BigInts as decimal strings, since JSON has none. */
	toJSON(): { type: TensorType; dims: readonly number[]; data: (number | string)[] } {
		const data = Array.from(this.data as ArrayLike<number | bigint | string>, (item) =>
			typeof item === 'bigint' ? item.toString() : item,
		);
		return { type: this.type, dims: this.dims, data };
	}
}

function fromParts(parts: { type?: unknown; dims: unknown; data: unknown }, name: string): Tensor {
	if (!Array.isArray(parts.dims)) {
		throw new TypeError(`Expected \`${name}.dims\` to be an array of whole numbers, got ${show(parts.dims)}`);
	}
	const dims = Array.from(parts.dims as number[]);
	const type = parts.type ?? typeOfArray[arrayTag(parts.data)] ?? 'float32';
	if (!isTensorType(type)) {
		throw new TypeError(`Expected \`${name}.type\` to be one of ${tensorTypes.join(', ')}, got ${show(type)}`);
	}
	if (Array.isArray(parts.data)) return new Tensor(type, dims, fillData(type, parts.data, `${name}.data`));
	return new Tensor(type, dims, parts.data as TensorData);
}

function fillData(type: TensorType, values: readonly unknown[], name: string): TensorData {
	const data = createData(type, values.length);
	for (let i = 0; i < values.length; i++) data[i] = elementOf(type, values[i], `${name}[${i}]`) as never;
	return data;
}

function elementOf(type: TensorType, value: unknown, name: string): number | bigint | string {
	const wrong = () => new TypeError(`Expected \`${name}\` to be an element of type ${type}, got ${show(value)}`);
	if (type === 'string') {
		if (typeof value !== 'string') throw wrong();
		return value;
	}
	if (isBigType(type)) {
		if (typeof value === 'bigint') return value;
		// A decimal string is what toJSON() writes for the integers that a JSON number would round.
		if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
		if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
		throw wrong();
	}
	if (type === 'bool' && typeof value === 'boolean') return value ? 1 : 0;
	if (typeof value !== 'number') throw wrong();
	const range = integerRanges[type];
	// A typed array would cut a fraction off and wrap what is out of range.
	if (range && !(Number.isInteger(value) && value >= range[0] && value <= range[1])) {
		throw new RangeError(
			`Expected \`${name}\` to be a whole number from ${range[0]} to ${range[1]} (${type}), got ${show(value)}`,
		);
	}
	return value;
}

/** Smallest and largest value of the integer types; float16 is given as its raw bits. */
const integerRanges: Partial<Record<TensorType, readonly [number, number]>> = {
	int8: [-128, 127],
	uint8: [0, 255],
	int16: [-32_768, 32_767],
	uint16: [0, 65_535],
	float16: [0, 65_535],
	int32: [-2_147_483_648, 2_147_483_647],
	uint32: [0, 4_294_967_295],
	bool: [0, 1],
};

function fromNested(value: unknown, name: string): Tensor {
	const dims: number[] = [];
	let level: unknown = value;
	while (Array.isArray(level)) {
		dims.push(level.length);
		level = level[0];
	}
	const type = nestedTypes[typeof level];
	if (dims.length > 0 && level === undefined) return new Tensor('float32', dims, new Float32Array(0));
	if (type === undefined) {
		throw new TypeError(
			`Expected \`${name}\` to be a tensor, a numeric array or nested arrays of numbers, got ${show(value)}`,
		);
	}
	const data = createData(type, elementCount(dims));
	let next = 0;
	const fill = (item: unknown, depth: number, path: string): void => {
		if (depth === dims.length) {
			data[next++] = elementOf(type, item, path) as never;
			return;
		}
		if (!Array.isArray(item) || item.length !== dims[depth]) {
			throw new RangeError(
				`Expected \`${path}\` to be an array of ${dims[depth]} like the ones before it, got ${show(item)}`,
			);
		}
		for (let i = 0; i < item.length; i++) fill(item[i], depth + 1, `${path}[${i}]`);
	};
	fill(value, 0, name);
	return new Tensor(type, dims, data);
}

const nestedTypes: Record<string, TensorType | undefined> = {
	number: 'float32',
	boolean: 'bool',
	bigint: 'int64',
	string: 'string',
};
