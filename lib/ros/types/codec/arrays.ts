import { show } from '../../../check';
import type { Tensor, TensorType } from '../../../tensor/tensor';
import type { ArrayShape } from '../definition';
import type { Codec } from './codec';
import { Lately } from './lately';
import type { NumericCodec } from './numbers';
import { at, Problem } from './problem';
import { Reader } from './reader';
import { hostIsLittleEndian, type Writer } from './writer';

type Kind = 'float' | 'integer' | 'bool' | 'string' | 'structure';

/** The tag of a typed array of any realm, undefined for anything else; unlike `instanceof`, nobody can fake it. */
const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
	.get as (this: unknown) => string | undefined;

/** V8 keeps the numbers of an array of at most so many bytes beside the array: nothing is cheaper, also for a loop. */
const heapBytes = 64;

/** An array whose elements are no numbers: structures, texts and booleans. */
export function arrayCodec(element: Codec, shape: ArrayShape, kind: Kind, elementName: string): Codec<unknown[]> {
	const { size, bound, fixed } = limits(shape);
	const minBytes = fixed ? size * element.minBytes : 4;
	const lately = new Lately();
	return {
		minBytes,
		write(writer, value) {
			const items = elementsOf(value, kind, elementName);
			if (!Array.isArray(items) && kind !== 'bool') throw notAnArray(value, elementName);
			checkCount(items.length, shape);
			if (!fixed) writer.uint32(items.length);
			const isBytes = !Array.isArray(items);
			let i = 0;
			try {
				for (; i < items.length; i++) element.write(writer, isBytes ? items[i] === 1 : items[i]);
			} catch (error) {
				throw at(i, error);
			}
		},
		read(reader) {
			const known = kind === 'string' ? lately.find(reader) : undefined;
			if (known !== undefined) return known;
			const { offset: begin, surplus } = reader;
			const count = fixed ? size : reader.count(element.minBytes, bound);
			const items: unknown[] = [];
			try {
				while (items.length < count) items.push(element.read(reader));
			} catch (error) {
				throw at(items.length, error);
			}
			if (kind === 'string') lately.keep(reader, begin, surplus, items);
			return items;
		},
		create: () => Array.from({ length: size }, () => element.create()),
	};
}

/**
 * An array of numbers. Bytes decode to a Buffer on the memory of the message, all else to a typed array: of its own in a
 * large message, otherwise on a copy of the message that its arrays share.
 */
export function numericArrayCodec(element: NumericCodec, shape: ArrayShape): Codec {
	const { size, bound, fixed } = limits(shape);
	const { bytes, ArrayType, kind, name } = element;
	const isBytes = ArrayType === Uint8Array;
	const tag = ArrayType.name;
	const matches = (value: unknown) => {
		const given = typedArrayTag.call(value);
		return given === tag || (isBytes && given === 'Uint8ClampedArray');
	};
	return {
		minBytes: fixed ? size * bytes : 4,
		write(writer, value) {
			const items = elementsOf(value, kind, name);
			checkCount(items.length, shape);
			if (!fixed) writer.uint32(items.length);
			if (items.length === 0) return;
			if ((hostIsLittleEndian || bytes === 1) && matches(items)) {
				const view = items as unknown as Uint8Array;
				writer.align(bytes);
				writer.raw(isBytes ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
				return;
			}
			writeEach(writer, element, items);
		},
		read: isBytes
			? (reader) => readBytes(reader, fixed ? size : reader.count(1, bound))
			: (reader) => readNumbers(reader, element, fixed ? size : reader.count(bytes, bound)),
		create: () => (isBytes ? Buffer.alloc(size) : new ArrayType(size)),
	};
}

function limits(shape: ArrayShape): { size: number; bound: number; fixed: boolean } {
	if (shape.kind === 'fixed') return { size: shape.size, bound: shape.size, fixed: true };
	return { size: 0, bound: shape.kind === 'bounded' ? shape.size : Number.POSITIVE_INFINITY, fixed: false };
}

function writeEach(writer: Writer, element: NumericCodec, items: ArrayLike<unknown>): void {
	let i = 0;
	try {
		for (; i < items.length; i++) element.write(writer, items[i]);
	} catch (error) {
		throw at(i, error);
	}
}

function readBytes(reader: Reader, count: number): Buffer {
	const start = reader.take(count, 1);
	const { buffer, byteOffset } = reader.bytes;
	return Buffer.from(buffer as ArrayBuffer, byteOffset + start, count);
}

function readNumbers(reader: Reader, element: NumericCodec, count: number): unknown {
	const { bytes, ArrayType } = element;
	if (count === 0) {
		reader.empty(bytes);
		return new ArrayType(0);
	}
	const start = reader.take(count * bytes, bytes);
	const isCopied = count * bytes > heapBytes && (bytes === 1 || (hostIsLittleEndian && reader.littleEndian));
	const copy = isCopied ? reader.copy() : undefined;
	if (copy !== undefined) return new ArrayType(copy, start + Reader.copyOffset, count);
	const numbers = new ArrayType(count);
	if (isCopied) {
		new Uint8Array(numbers.buffer).set(reader.bytes.subarray(start, start + count * bytes));
		return numbers;
	}
	for (let i = 0; i < count; i++) {
		numbers[i] = element.get(reader.view, start + i * bytes, reader.littleEndian) as never;
	}
	return numbers;
}

function checkCount(count: number, shape: ArrayShape): void {
	if (shape.kind === 'fixed' && count !== shape.size) {
		throw new Problem(RangeError, `expected exactly ${shape.size} elements, got ${count}`);
	}
	if (shape.kind === 'bounded' && count > shape.size) {
		throw new Problem(RangeError, `expected at most ${shape.size} elements, got ${count}`);
	}
	if (count > 0xffffffff) throw new Problem(RangeError, `expected at most 4294967295 elements, got ${count}`);
}

function notAnArray(value: unknown, elementName: string): Problem {
	return new Problem(TypeError, `expected an array of ${elementName}, got ${show(value)}`);
}

/** What holds the elements of an array, a typed array of any realm, or a tensor of the field's kind. */
function elementsOf(value: unknown, kind: Kind, elementName: string): ArrayLike<unknown> {
	if (Array.isArray(value)) return value;
	const isNumeric = kind === 'float' || kind === 'integer';
	if (isNumeric && typedArrayTag.call(value) !== undefined) return value as ArrayLike<unknown>;
	if (!isTensor(value)) throw notAnArray(value, elementName);
	if (tensorKind(value.type) !== kind) {
		const hint = value.type === 'float16' ? '; convert it to float32 first' : '';
		throw new Problem(TypeError, `expected an array of ${elementName}, got a tensor of ${value.type}${hint}`);
	}
	return value.data;
}

function isTensor(value: unknown): value is Tensor {
	return typeof value === 'object' && value !== null && (value as Partial<Tensor>)[Symbol.toStringTag] === 'Tensor';
}

function tensorKind(type: TensorType): Kind | 'half' {
	if (type === 'float16') return 'half';
	if (type === 'bool' || type === 'string') return type;
	return type.startsWith('float') ? 'float' : 'integer';
}
