/**
 * Writes small ONNX models for the tests: just enough protocol buffer for graphs of a few operators.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** Element types by their number in TensorProto.DataType. */
const elementTypes = {
	float32: 1,
	uint8: 2,
	int8: 3,
	uint16: 4,
	int16: 5,
	int32: 6,
	int64: 7,
	string: 8,
	bool: 9,
	float16: 10,
	float64: 11,
	uint32: 12,
	uint64: 13,
	complex64: 14,
	bfloat16: 16,
} as const;

export type ElementType = keyof typeof elementTypes;

export interface Value {
	name: string;
	type: ElementType;
	/** Left out: not even the rank is known. */
	shape?: (number | string)[];
	/** Left to be inferred from the graph: neither type nor shape are written. */
	isUntyped?: boolean;
	/** A sequence of such tensors instead of one. */
	isSequence?: boolean;
}

export interface Weights {
	name: string;
	type: ElementType;
	dims: number[];
	/** Raw little-endian bytes, or where in which file they are. */
	data: Uint8Array | { location: string; offset?: number; length?: number };
}

export type Attribute =
	| number
	| number[]
	| string
	| string[]
	| { float: number }
	| { tensor: Weights }
	| { graph: Graph };

export interface NodeDefinition {
	operator: string;
	inputs: string[];
	outputs: string[];
	domain?: string;
	attributes?: Record<string, Attribute>;
}

export interface Graph {
	name?: string;
	nodes: NodeDefinition[];
	inputs: Value[];
	outputs: Value[];
	weights?: Weights[];
}

export interface Model extends Graph {
	irVersion?: number;
	opset?: number;
	opsets?: Record<string, number>;
	producer?: string;
	metadata?: Record<string, string>;
}

function varint(value: number | bigint): Buffer {
	const bytes: number[] = [];
	let rest = BigInt.asUintN(64, BigInt(value));
	while (rest >= 0x80n) {
		bytes.push(Number(rest & 0x7fn) | 0x80);
		rest >>= 7n;
	}
	bytes.push(Number(rest));
	return Buffer.from(bytes);
}

const number = (field: number, value: number | bigint) => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, value: Uint8Array) =>
	Buffer.concat([varint(field * 8 + 2), varint(value.byteLength), value]);
const text = (field: number, value: string) => bytes(field, Buffer.from(value));
const entry = (field: number, key: string, value: string) =>
	bytes(field, Buffer.concat([text(1, key), text(2, value)]));

function float(field: number, value: number): Buffer {
	const encoded = Buffer.alloc(4);
	encoded.writeFloatLE(value);
	return Buffer.concat([varint(field * 8 + 5), encoded]);
}

function value(field: number, { name, type, shape, isSequence, isUntyped }: Value): Buffer {
	if (isUntyped) return bytes(field, text(1, name));
	const dims = shape?.map((dim) => bytes(1, typeof dim === 'number' ? number(1, dim) : text(2, dim)));
	const parts: Uint8Array[] = [number(1, elementTypes[type])];
	if (dims) parts.push(bytes(2, Buffer.concat(dims)));
	const tensor = bytes(1, Buffer.concat(parts));
	const typeProto = isSequence ? bytes(4, bytes(1, tensor)) : tensor;
	return bytes(field, Buffer.concat([text(1, name), bytes(2, typeProto)]));
}

function tensor(field: number, { name, type, dims, data }: Weights): Buffer {
	const parts: Uint8Array[] = [...dims.map((dim) => number(1, dim)), number(2, elementTypes[type]), text(8, name)];
	if (data instanceof Uint8Array) parts.push(bytes(9, data));
	else {
		parts.push(entry(13, 'location', data.location));
		if (data.offset !== undefined) parts.push(entry(13, 'offset', String(data.offset)));
		if (data.length !== undefined) parts.push(entry(13, 'length', String(data.length)));
		parts.push(number(14, 1));
	}
	return bytes(field, Buffer.concat(parts));
}

/** Numbers of AttributeProto.AttributeType. */
const kinds = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, ints: 7, strings: 8 };

function attribute(name: string, given: Attribute): Buffer {
	const parts: Uint8Array[] = [text(1, name)];
	if (typeof given === 'number') parts.push(number(3, given), number(20, kinds.int));
	else if (typeof given === 'string') parts.push(text(4, given), number(20, kinds.string));
	else if (Array.isArray(given)) {
		if (typeof given[0] === 'string') {
			parts.push(...(given as string[]).map((item) => text(9, item)), number(20, kinds.strings));
		} else parts.push(...(given as number[]).map((item) => number(8, item)), number(20, kinds.ints));
	} else if ('float' in given) parts.push(float(2, given.float), number(20, kinds.float));
	else if ('tensor' in given) parts.push(tensor(5, given.tensor), number(20, kinds.tensor));
	else parts.push(bytes(6, encodeGraph(given.graph)), number(20, kinds.graph));
	return bytes(5, Buffer.concat(parts));
}

function node({ operator, inputs, outputs, domain, attributes = {} }: NodeDefinition): Buffer {
	const parts: Uint8Array[] = [
		...inputs.map((name) => text(1, name)),
		...outputs.map((name) => text(2, name)),
		text(4, operator),
	];
	if (domain !== undefined) parts.push(text(7, domain));
	for (const [name, given] of Object.entries(attributes)) parts.push(attribute(name, given));
	return bytes(1, Buffer.concat(parts));
}

function encodeGraph({ name = 'test', nodes, inputs, outputs, weights = [] }: Graph): Buffer {
	return Buffer.concat([
		...nodes.map(node),
		text(2, name),
		...weights.map((item) => tensor(5, item)),
		...inputs.map((item) => value(11, item)),
		...outputs.map((item) => value(12, item)),
	]);
}

/** The bytes of a model. */
export function buildModel(model: Model): Buffer {
	const { irVersion = 8, opset = 17, opsets = { '': opset }, producer = 'model-builder', metadata = {} } = model;
	return Buffer.concat([
		number(1, irVersion),
		text(2, producer),
		text(3, '1.0'),
		bytes(7, encodeGraph(model)),
		...Object.entries(opsets).map(([domain, version]) =>
			bytes(8, Buffer.concat([...(domain === '' ? [] : [text(1, domain)]), number(2, version)])),
		),
		...Object.entries(metadata).map(([key, item]) => entry(14, key, item)),
	]);
}

/** float32 weights of numbers. */
export function float32(name: string, dims: number[], values: ArrayLike<number>): Weights {
	const data = Float32Array.from(values);
	return { name, type: 'float32', dims, data: new Uint8Array(data.buffer) };
}

/** int64 weights of numbers. */
export function int64(name: string, dims: number[], values: number[]): Weights {
	const data = BigInt64Array.from(values, BigInt);
	return { name, type: 'int64', dims, data: new Uint8Array(data.buffer) };
}
