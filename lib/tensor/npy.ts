import { show } from '../check';
import { createData, elementCount, Tensor, type TensorData, type TensorType } from './tensor';

/** NumPy's letters and sizes of element types. */
const types: Record<string, TensorType> = {
	f4: 'float32',
	f8: 'float64',
	f2: 'float16',
	i1: 'int8',
	u1: 'uint8',
	i2: 'int16',
	u2: 'uint16',
	i4: 'int32',
	u4: 'uint32',
	i8: 'int64',
	u8: 'uint64',
	b1: 'bool',
};

/**
 * An array of a NumPy file, .npy: numbers, booleans and texts (`<U5`), of either byte order, in C or Fortran order.
 * Pickled objects are refused: they are programs.
 * @param name what to call it in an error
 * @throws RangeError when it is no such file, is cut short or holds something else.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpy(bytes: Uint8Array, name = 'the file'): Tensor {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const magic = String.fromCharCode(...bytes.subarray(1, 6));
	if (bytes.length < 12 || bytes[0] !== 0x93 || magic !== 'NUMPY') {
		throw new RangeError(`Expected ${name} to be a NumPy array (.npy), got something else`);
	}
	const isFirstVersion = bytes[6] === 1;
	const length = isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true);
	const start = isFirstVersion ? 10 : 12;
	const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + length));
	const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
	const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
	if (descr === undefined || shape === undefined) {
		throw new RangeError(`Expected ${name} to be a plain array, got one of records: ${show(header.trim())}`);
	}
	const dims = (shape.match(/\d+/g) ?? []).map(Number);
	const data = bytes.subarray(start + length);
	const tensor = isText(descr) ? texts(data, descr, dims, name) : numbers(data, descr, dims, name);
	return /'fortran_order':\s*True/.test(header) && dims.length > 1 ? fromFortran(tensor) : tensor;
}

const isText = (descr: string) => /^[<>=|]?U\d+$/.test(descr);

function numbers(bytes: Uint8Array, descr: string, dims: readonly number[], name: string): Tensor {
	const [, order, code = ''] = /^([<>=|]?)([a-z]\d+)$/.exec(descr) ?? [];
	const type = Object.hasOwn(types, code) ? types[code] : undefined;
	if (type === undefined || type === 'string') {
		throw new RangeError(`Expected ${name} to hold numbers, booleans or texts, got NumPy's type ${show(descr)}`);
	}
	const count = elementCount(dims);
	const size = Number(code.slice(1));
	checkLength(bytes, count * size, dims, name);
	// A copy of its own: elements have to begin at a multiple of their size. (The slice of a Buffer is no copy.)
	const own = Uint8Array.from(bytes.subarray(0, count * size));
	if (order === '>') for (let i = 0; i < own.length; i += size) own.subarray(i, i + size).reverse();
	const ArrayType = createData(type, 0).constructor as Float32ArrayConstructor;
	return new Tensor(type, dims, new ArrayType(own.buffer, 0, count));
}

/** Texts of a fixed number of characters of 32 bits each, filled up with zeros. */
function texts(bytes: Uint8Array, descr: string, dims: readonly number[], name: string): Tensor {
	const width = Number(/\d+$/.exec(descr)?.[0]);
	const count = elementCount(dims);
	checkLength(bytes, count * width * 4, dims, name);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const items = Array.from({ length: count }, (_text, i) => {
		let text = '';
		for (let k = 0; k < width; k++) {
			const code = view.getUint32((i * width + k) * 4, !descr.startsWith('>'));
			if (code === 0) break;
			if (code > 0x10ffff) throw new RangeError(`Expected ${name} to hold texts, got the character ${code}`);
			text += String.fromCodePoint(code);
		}
		return text;
	});
	return new Tensor('string', dims, items);
}

function checkLength(bytes: Uint8Array, expected: number, dims: readonly number[], name: string): void {
	if (Number.isSafeInteger(expected) && bytes.length >= expected) return;
	throw new RangeError(
		`Expected ${name} to have ${expected} bytes for [${dims.join(', ')}], got ${bytes.length}: it is cut short`,
	);
}

/** The same elements with the last dimension changing fastest. */
function fromFortran({ type, dims, data }: Tensor): Tensor {
	const strides: number[] = [];
	let stride = 1;
	for (const dim of dims) {
		strides.push(stride);
		stride *= dim;
	}
	const out: TensorData = createData(type, data.length);
	const index = new Array<number>(dims.length).fill(0);
	let from = 0;
	for (let to = 0; to < data.length; to++) {
		out[to] = data[from] as never;
		for (let axis = dims.length - 1; axis >= 0; axis--) {
			from += strides[axis] as number;
			index[axis] = (index[axis] as number) + 1;
			if ((index[axis] as number) < (dims[axis] as number)) break;
			from -= (strides[axis] as number) * (dims[axis] as number);
			index[axis] = 0;
		}
	}
	return new Tensor(type, dims, out);
}
