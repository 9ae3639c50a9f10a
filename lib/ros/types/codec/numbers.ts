import { show } from '../../../check';
import { integerRanges, type PrimitiveName } from '../definition';
import type { Codec } from './codec';
import { Problem } from './problem';
import type { Reader } from './reader';
import type { Writer } from './writer';

/** The typed array that holds elements of a numeric type, and how to read one element. */
export interface NumericCodec extends Codec<number | bigint> {
	readonly name: PrimitiveName;
	readonly bytes: 1 | 2 | 4 | 8;
	readonly ArrayType: NumericArrayConstructor;
	/** Which kind of tensor fits. */
	readonly kind: 'float' | 'integer';
	get(view: DataView, offset: number, littleEndian: boolean): number | bigint;
}

type NumericArrayConstructor =
	| typeof Int8Array
	| typeof Uint8Array
	| typeof Int16Array
	| typeof Uint16Array
	| typeof Int32Array
	| typeof Uint32Array
	| typeof BigInt64Array
	| typeof BigUint64Array
	| typeof Float32Array
	| typeof Float64Array;

function wrongInteger(name: PrimitiveName, value: unknown): Problem {
	const [min, max] = integerRanges[name]!;
	const kinds = min < -0xffffffffn || max > 0xffffffffn ? 'BigInt, safe integer or decimal string' : 'whole number';
	const kind = typeof value === 'number' || typeof value === 'bigint' ? RangeError : TypeError;
	return new Problem(kind, `expected ${name}, a ${kinds} from ${min} to ${max}, got ${show(value)}`);
}

/** A 64-bit integer without losing digits. */
function bigInteger(name: 'int64' | 'uint64', value: unknown): bigint {
	let big: bigint;
	if (typeof value === 'bigint') big = value;
	else if (typeof value === 'number' && Number.isSafeInteger(value)) big = BigInt(value);
	else if (typeof value === 'string' && /^[+-]?\d{1,20}$/.test(value)) big = BigInt(value.replace('+', ''));
	else throw wrongInteger(name, value);
	const [min, max] = integerRanges[name]!;
	if (big < min || big > max) throw wrongInteger(name, typeof value === 'string' ? big : value);
	return big;
}

function checkFloat(name: PrimitiveName, value: unknown): void {
	if (typeof value !== 'number') throw new Problem(TypeError, `expected ${name}, got ${show(value)}`);
}

// Each type has functions of its own: shared ones would be slow, since they would meet all types.

const int8: NumericCodec = {
	name: 'int8',
	bytes: 1,
	minBytes: 1,
	ArrayType: Int8Array,
	kind: 'integer',
	write(writer: Writer, value: unknown) {
		if (typeof value !== 'number' || (value << 24) >> 24 !== value) throw wrongInteger('int8', value);
		writer.int8(value);
	},
	read: (reader: Reader) => reader.view.getInt8(reader.take(1, 1)),
	create: () => 0,
	get: (view, offset) => view.getInt8(offset),
};

function unsignedByte(name: 'uint8' | 'byte' | 'char'): NumericCodec {
	return {
		name,
		bytes: 1,
		minBytes: 1,
		ArrayType: Uint8Array,
		kind: 'integer',
		write(writer: Writer, value: unknown) {
			if (typeof value !== 'number' || (value & 255) !== value) throw wrongInteger(name, value);
			writer.uint8(value);
		},
		read: (reader: Reader) => reader.view.getUint8(reader.take(1, 1)),
		create: () => 0,
		get: (view, offset) => view.getUint8(offset),
	};
}

const int16: NumericCodec = {
	name: 'int16',
	bytes: 2,
	minBytes: 2,
	ArrayType: Int16Array,
	kind: 'integer',
	write(writer: Writer, value: unknown) {
		if (typeof value !== 'number' || (value << 16) >> 16 !== value) throw wrongInteger('int16', value);
		writer.int16(value);
	},
	read: (reader: Reader) => reader.view.getInt16(reader.take(2, 2), reader.littleEndian),
	create: () => 0,
	get: (view, offset, littleEndian) => view.getInt16(offset, littleEndian),
};

const uint16: NumericCodec = {
	name: 'uint16',
	bytes: 2,
	minBytes: 2,
	ArrayType: Uint16Array,
	kind: 'integer',
	write(writer: Writer, value: unknown) {
		if (typeof value !== 'number' || (value & 0xffff) !== value) throw wrongInteger('uint16', value);
		writer.uint16(value);
	},
	read: (reader: Reader) => reader.view.getUint16(reader.take(2, 2), reader.littleEndian),
	create: () => 0,
	get: (view, offset, littleEndian) => view.getUint16(offset, littleEndian),
};

const int32: NumericCodec = {
	name: 'int32',
	bytes: 4,
	minBytes: 4,
	ArrayType: Int32Array,
	kind: 'integer',
	write(writer: Writer, value: unknown) {
		if (typeof value !== 'number' || (value | 0) !== value) throw wrongInteger('int32', value);
		writer.int32(value);
	},
	read: (reader: Reader) => reader.view.getInt32(reader.take(4, 4), reader.littleEndian),
	create: () => 0,
	get: (view, offset, littleEndian) => view.getInt32(offset, littleEndian),
};

const uint32: NumericCodec = {
	name: 'uint32',
	bytes: 4,
	minBytes: 4,
	ArrayType: Uint32Array,
	kind: 'integer',
	write(writer: Writer, value: unknown) {
		if (typeof value !== 'number' || value >>> 0 !== value) throw wrongInteger('uint32', value);
		writer.uint32(value);
	},
	read: (reader: Reader) => reader.uint32(),
	create: () => 0,
	get: (view, offset, littleEndian) => view.getUint32(offset, littleEndian),
};

const int64: NumericCodec = {
	name: 'int64',
	bytes: 8,
	minBytes: 8,
	ArrayType: BigInt64Array,
	kind: 'integer',
	write: (writer: Writer, value: unknown) => writer.int64(bigInteger('int64', value)),
	read: (reader: Reader) => reader.view.getBigInt64(reader.take(8, 8), reader.littleEndian),
	create: () => 0n,
	get: (view, offset, littleEndian) => view.getBigInt64(offset, littleEndian),
};

const uint64: NumericCodec = {
	name: 'uint64',
	bytes: 8,
	minBytes: 8,
	ArrayType: BigUint64Array,
	kind: 'integer',
	write: (writer: Writer, value: unknown) => writer.uint64(bigInteger('uint64', value)),
	read: (reader: Reader) => reader.view.getBigUint64(reader.take(8, 8), reader.littleEndian),
	create: () => 0n,
	get: (view, offset, littleEndian) => view.getBigUint64(offset, littleEndian),
};

const float32: NumericCodec = {
	name: 'float32',
	bytes: 4,
	minBytes: 4,
	ArrayType: Float32Array,
	kind: 'float',
	write(writer: Writer, value: unknown) {
		checkFloat('float32', value);
		// NaN and infinities are values that ROS knows; a finite number that turns into one is a mistake.
		if (!Number.isFinite(Math.fround(value as number)) && Number.isFinite(value)) {
			throw new Problem(RangeError, `expected float32, a number within +-3.4028234663852886e38, got ${value}`);
		}
		writer.float32(value as number);
	},
	read: (reader: Reader) => reader.view.getFloat32(reader.take(4, 4), reader.littleEndian),
	create: () => 0,
	get: (view, offset, littleEndian) => view.getFloat32(offset, littleEndian),
};

const float64: NumericCodec = {
	name: 'float64',
	bytes: 8,
	minBytes: 8,
	ArrayType: Float64Array,
	kind: 'float',
	write(writer: Writer, value: unknown) {
		checkFloat('float64', value);
		writer.float64(value as number);
	},
	read: (reader: Reader) => reader.view.getFloat64(reader.take(8, 8), reader.littleEndian),
	create: () => 0,
	get: (view, offset, littleEndian) => view.getFloat64(offset, littleEndian),
};

/** The numeric types of ROS 2 interfaces, by name. */
export const numericCodecs: Readonly<Record<string, NumericCodec>> = {
	int8,
	uint8: unsignedByte('uint8'),
	byte: unsignedByte('byte'),
	char: unsignedByte('char'),
	int16,
	uint16,
	int32,
	uint32,
	int64,
	uint64,
	float32,
	float64,
};
