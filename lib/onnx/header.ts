import { basename, dirname, resolve } from 'node:path';
import { diagnose, diagnosedBytes, truncated } from './diagnose';
import { type ByteSource, bufferSource, fileSource, MessageReader, TruncatedError } from './protobuf';

/** An input or output of a model. */
export interface ValueInfo {
	readonly name: string;
	/**
	 * Element type by ONNX Runtime's name (`float32`, `int64`, `bool` ...), including those the runtime cannot take
	 * (`bfloat16`), or `sequence`, `map`, `optional` for what is not a tensor.
	 */
	readonly type: string;
	/**
	 * Sizes of the dimensions, outermost first; a symbolic one by its name, an unnamed one as `''`. `undefined` when
	 * the model leaves even the rank open. `[]` is a scalar.
	 */
	readonly shape: readonly (number | string)[] | undefined;
}

/** What an ONNX file says of itself, weights left aside. */
export interface ModelHeader {
	/** Version of the ONNX format. */
	readonly irVersion: number;
	/** Operator sets: version by domain; the standard one is `ai.onnx`. */
	readonly opsets: Readonly<Record<string, number>>;
	/** Program that wrote the file, with its version. */
	readonly producer: string;
	/** Name of the graph. */
	readonly graphName: string;
	readonly description: string;
	/** Initializers that old formats list as inputs too are left out: nobody has to feed them. */
	readonly inputs: readonly ValueInfo[];
	readonly outputs: readonly ValueInfo[];
	/** What the exporter noted: joint names, gains, scales ... Texts, JSON or comma-separated. */
	readonly metadata: Readonly<Record<string, string>>;
	/** Files beside the model that hold its weights, relative to its folder. */
	readonly externalFiles: readonly string[];
	/** How many weights the model has. */
	readonly parameters: number;
	/** How often each operator is used, main graph and subgraphs. */
	readonly operators: Readonly<Record<string, number>>;
	/** Bytes of the model file itself. */
	readonly size: number;
}

/** Where the files with a model's weights are: their names are relative to its folder. */
export function externalPaths(model: string, { externalFiles }: Pick<ModelHeader, 'externalFiles'>): string[] {
	return externalFiles.map((name) => resolve(dirname(model), name));
}

/**
 * Reads what a model says of itself, without loading its weights.
 * @param model path of a file, or the bytes of one
 * @param name what to call the model in an error; by default the file's name
 * @throws BriefError that says what the file is when it is no ONNX model; what `fs` throws when it cannot be read.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function readHeader(model: string | Uint8Array, name?: string): ModelHeader {
	const source = typeof model === 'string' ? fileSource(model) : bufferSource(model);
	const called = name ?? (typeof model === 'string' ? basename(model) : 'The model');
	try {
		return readModel(source);
	} catch (error) {
		const head = Buffer.from(source.view(0, diagnosedBytes));
		if (error instanceof TruncatedError && looksLikeModel(head)) throw truncated(called, source.size, error.missing);
		throw diagnose(called, head, source.size, (error as Error).message);
	} finally {
		source.close();
	}
}

/** A model begins with its format version, field 1 as a varint. */
function looksLikeModel(head: Buffer): boolean {
	return head[0] === 0x08 && head.length > 2;
}

/** Element types by their number in TensorProto.DataType, by ONNX Runtime's names. */
export const elementTypes: Readonly<Record<number, string>> = {
	1: 'float32',
	2: 'uint8',
	3: 'int8',
	4: 'uint16',
	5: 'int16',
	6: 'int32',
	7: 'int64',
	8: 'string',
	9: 'bool',
	10: 'float16',
	11: 'float64',
	12: 'uint32',
	13: 'uint64',
	14: 'complex64',
	15: 'complex128',
	16: 'bfloat16',
	17: 'float8e4m3fn',
	18: 'float8e4m3fnuz',
	19: 'float8e5m2',
	20: 'float8e5m2fnuz',
	21: 'uint4',
	22: 'int4',
	23: 'float4e2m1',
};

/** What is gathered from the graph and its subgraphs. */
interface Gathered {
	initializers: Set<string>;
	externalFiles: Set<string>;
	operators: Record<string, number>;
	parameters: number;
}

/** Deepest nesting of If and Loop bodies that is followed; a file made to exhaust the stack is not. */
const deepest = 64;

function readModel(source: ByteSource): ModelHeader {
	const opsets: Record<string, number> = {};
	const metadata: Record<string, string> = {};
	const gathered: Gathered = { initializers: new Set(), externalFiles: new Set(), operators: {}, parameters: 0 };
	let irVersion = 0;
	let producer = '';
	let producerVersion = '';
	let graph: ReturnType<typeof readGraph> | undefined;
	const model = new MessageReader(source);
	while (model.next()) {
		switch (model.field) {
			case 1:
				irVersion = model.integer();
				break;
			case 2:
				producer = model.text();
				break;
			case 3:
				producerVersion = model.text();
				break;
			case 7:
				graph = readGraph(model.message(), gathered);
				break;
			case 8:
				readOpset(model.message(), opsets);
				break;
			case 14:
				readEntry(model.message(), metadata);
				break;
			case 25:
				readFunction(model.message(), gathered);
				break;
		}
	}
	if (!graph) throw new Error('there is no graph in it');
	if (Object.keys(opsets).length === 0) throw new Error('it names no operator set');
	return {
		irVersion,
		opsets,
		producer: `${producer} ${producerVersion}`.trim(),
		graphName: graph.name,
		description: graph.description,
		inputs: graph.inputs.filter((input) => !gathered.initializers.has(input.name)),
		outputs: graph.outputs,
		metadata,
		externalFiles: [...gathered.externalFiles],
		parameters: gathered.parameters,
		operators: gathered.operators,
		size: source.size,
	};
}

function readOpset(opset: MessageReader, opsets: Record<string, number>): void {
	let domain = '';
	let version = 0;
	while (opset.next()) {
		if (opset.field === 1) domain = opset.text();
		else if (opset.field === 2) version = opset.integer();
	}
	opsets[domain || 'ai.onnx'] = version;
}

function readEntry(entry: MessageReader, into: Record<string, string>): void {
	let key = '';
	let value = '';
	while (entry.next()) {
		if (entry.field === 1) key = entry.text();
		else if (entry.field === 2) value = entry.text();
	}
	// A key from a file may be `__proto__`, which an assignment would take for something else.
	Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
}

function readGraph(graph: MessageReader, gathered: Gathered, depth = 0) {
	const result = { name: '', description: '', inputs: [] as ValueInfo[], outputs: [] as ValueInfo[] };
	while (graph.next()) {
		switch (graph.field) {
			case 1:
				readNode(graph.message(), gathered, depth);
				break;
			case 2:
				result.name = graph.text();
				break;
			case 5:
				readTensor(graph.message(), gathered, depth === 0);
				break;
			case 10:
				result.description = graph.text();
				break;
			case 11:
				if (depth === 0) result.inputs.push(readValue(graph.message()));
				break;
			case 12:
				if (depth === 0) result.outputs.push(readValue(graph.message()));
				break;
			case 15:
				readSparseTensor(graph.message(), gathered, depth === 0);
				break;
		}
	}
	return result;
}

function readFunction(definition: MessageReader, gathered: Gathered): void {
	while (definition.next()) {
		if (definition.field === 7) readNode(definition.message(), gathered, 1);
	}
}

function readNode(node: MessageReader, gathered: Gathered, depth: number): void {
	let operator = '';
	let domain = '';
	while (node.next()) {
		if (node.field === 4) operator = node.text();
		else if (node.field === 5) readAttribute(node.message(), gathered, depth);
		else if (node.field === 7) domain = node.text();
	}
	const name = domain === '' || domain === 'ai.onnx' ? operator : `${domain}.${operator}`;
	gathered.operators[name] = (gathered.operators[name] ?? 0) + 1;
}

/** Weights hide in attributes as well: in constants, and in the graphs of If and Loop. */
function readAttribute(attribute: MessageReader, gathered: Gathered, depth: number): void {
	if (depth >= deepest) throw new Error(`its graphs are nested more than ${deepest} deep`);
	while (attribute.next()) {
		if (attribute.field === 5 || attribute.field === 10) readTensor(attribute.message(), gathered, false);
		else if (attribute.field === 6 || attribute.field === 11) readGraph(attribute.message(), gathered, depth + 1);
		else if (attribute.field === 22 || attribute.field === 23) {
			readSparseTensor(attribute.message(), gathered, false);
		}
	}
}

function readSparseTensor(sparse: MessageReader, gathered: Gathered, isInitializer: boolean): void {
	while (sparse.next()) {
		if (sparse.field === 1) readTensor(sparse.message(), gathered, isInitializer);
		else if (sparse.field === 2) readTensor(sparse.message(), gathered, false);
	}
}

function readTensor(tensor: MessageReader, gathered: Gathered, isInitializer: boolean): void {
	let name = '';
	let count = 1;
	let isExternal = false;
	let location = '';
	while (tensor.next()) {
		switch (tensor.field) {
			case 1:
				for (const dim of tensor.integers()) count *= dim;
				break;
			case 8:
				name = tensor.text();
				break;
			case 13: {
				const entry: Record<string, string> = {};
				readEntry(tensor.message(), entry);
				location = entry.location ?? location;
				break;
			}
			case 14:
				isExternal = tensor.integer() === 1;
				break;
		}
	}
	if (isInitializer) {
		gathered.initializers.add(name);
		gathered.parameters += count;
	}
	if (isExternal && location !== '') gathered.externalFiles.add(location);
}

function readValue(value: MessageReader): ValueInfo {
	let name = '';
	let type: Omit<ValueInfo, 'name'> = { type: 'unknown', shape: undefined };
	while (value.next()) {
		if (value.field === 1) name = value.text();
		else if (value.field === 2) type = readType(value.message());
	}
	return { name, ...type };
}

const containers: Readonly<Record<number, string>> = { 4: 'sequence', 5: 'map', 8: 'sparse', 9: 'optional' };

function readType(type: MessageReader): Omit<ValueInfo, 'name'> {
	let result: Omit<ValueInfo, 'name'> = { type: 'unknown', shape: undefined };
	while (type.next()) {
		if (type.field === 1) result = readTensorType(type.message());
		else if (type.field in containers) result = { type: containers[type.field] as string, shape: undefined };
	}
	return result;
}

function readTensorType(type: MessageReader): Omit<ValueInfo, 'name'> {
	let element = 'unknown';
	let shape: (number | string)[] | undefined;
	while (type.next()) {
		if (type.field === 1) {
			const number = type.integer();
			element = elementTypes[number] ?? `type ${number}`;
		} else if (type.field === 2) {
			shape = [];
			const dims = type.message();
			while (dims.next()) {
				if (dims.field === 1) shape.push(readDimension(dims.message()));
			}
		}
	}
	return { type: element, shape };
}

function readDimension(dimension: MessageReader): number | string {
	let result: number | string = '';
	while (dimension.next()) {
		if (dimension.field === 1) {
			const size = dimension.integer();
			// Some exporters write -1 for a size they leave open.
			result = size >= 0 ? size : '';
		} else if (dimension.field === 2) result = dimension.text();
	}
	return result;
}
