import { BriefError, show } from '../check';
import { createData, elementCount, isBigType, Tensor, type TensorData, type TensorType } from '../tensor/tensor';
import { toFloat16 } from './float16';
import type { TensorInfo } from './protocol';

type Shape = TensorInfo['shape'];

/** A shape for people: `[batch, 4]`; an unnamed dimension is `?`, an unknown rank `[...]`. */
export function showShape(shape: Shape): string {
	if (shape === undefined) return '[...]';
	return `[${shape.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}

/** An input or output for people: `obs float32 [batch, 4]`. */
export function showInfo(info: TensorInfo): string {
	return `${info.name} ${info.type} ${showShape(info.shape)}`;
}

function showAll(infos: readonly TensorInfo[]): string {
	return infos.map((info) => `\`${info.name}\` (${info.type} ${showShape(info.shape)})`).join(', ');
}

/**
 * The model's inputs from what a message holds: an object of tensors by input name, or one tensor when the model has
 * one input. Numbers in plain (nested) arrays take the type of the input; a Tensor or a typed array has to have it.
 * A leading dimension of 1 is added when the model wants one and the tensor lacks just that.
 * @param infos what has to be fed
 * @param value the payload
 * @param name what to call the value in an error
 * @returns tensors in the order of `infos`
 * @throws BriefError that names the input, what it expects and what came.
 */
export function bindInputs(infos: readonly TensorInfo[], value: unknown, name = 'payload'): Tensor[] {
	if (isNamed(value, infos)) {
		const known = new Set(infos.map((info) => info.name));
		for (const key of Object.keys(value)) {
			if (known.has(key)) continue;
			throw new BriefError(
				'unknown input',
				`\`${name}\` has ${show(key)}, which is no input of the model. Its inputs are: ${showAll(infos) || 'none'}.`,
			);
		}
		return infos.map((info) => {
			const item = Object.hasOwn(value, info.name) ? value[info.name] : undefined;
			if (item === undefined) {
				throw new BriefError(
					'input missing',
					`\`${name}\` lacks the model's input ${showAll([info])}. It has: ${Object.keys(value).join(', ') || 'nothing'}.`,
				);
			}
			return bindInput(info, item, `${name}.${info.name}`);
		});
	}
	const [only] = infos;
	if (infos.length !== 1 || only === undefined) {
		throw new BriefError(
			'inputs by name',
			`The model has ${infos.length} inputs, so \`${name}\` has to be an object of tensors by input name: ${showAll(infos)}. Got ${describe(value)}.`,
		);
	}
	return [bindInput(only, value, name)];
}

/** An object of named tensors, as opposed to one tensor in any of the forms it may come in. */
function isNamed(value: unknown, infos: readonly TensorInfo[]): value is Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
	if (value instanceof Tensor) return false;
	// A model may well have an input called `data`.
	if (infos.length > 0 && infos.every((info) => Object.hasOwn(value, info.name))) return true;
	return !('dims' in value && 'data' in value);
}

function describe(value: unknown): string {
	if (Tensor.isTensorLike(value)) {
		const { type, dims } = value as { type?: unknown; dims?: readonly number[] };
		if (Array.isArray(dims)) return `a ${String(type ?? '')} tensor of dims [${dims.join(', ')}]`;
	}
	return show(value);
}

function bindInput(info: TensorInfo, value: unknown, name: string): Tensor {
	const tensor = toTensor(info, value, name);
	if (tensor.type !== info.type) {
		throw new BriefError(
			`wrong type: ${tensor.type}`,
			`The input \`${info.name}\` expects ${info.type} ${showShape(info.shape)}, got ${tensor.type} [${tensor.dims.join(', ')}]. Add a step that casts to ${info.type} before the model.`,
		);
	}
	if (info.shape === undefined || fits(tensor.dims, info.shape, 0)) return tensor;
	const batch = info.shape[0];
	const mayBeAdded = batch === 1 || typeof batch === 'string';
	if (mayBeAdded && fits(tensor.dims, info.shape, 1)) return tensor.reshape([1, ...tensor.dims]);
	throw new BriefError(
		'wrong shape',
		`The input \`${info.name}\` expects ${info.type} ${showShape(info.shape)}, got ${tensor.type} [${tensor.dims.join(', ')}].`,
	);
}

/** Whether `dims` fit what is left of `shape` from `first` on; symbolic dimensions take any size. */
function fits(dims: readonly number[], shape: NonNullable<Shape>, first: number): boolean {
	if (dims.length !== shape.length - first) return false;
	for (let i = 0; i < dims.length; i++) {
		const expected = shape[i + first];
		if (typeof expected === 'number' && expected !== dims[i]) return false;
	}
	return true;
}

function toTensor(info: TensorInfo, value: unknown, name: string): Tensor {
	if (value instanceof Tensor) return value;
	try {
		if (Tensor.isTensorLike(value)) return fromArrayLike(info, value, name);
		return fromNested(info, value, name);
	} catch (error) {
		if (error instanceof BriefError) throw error;
		throw new BriefError(
			error instanceof RangeError ? 'wrong value' : 'not a tensor',
			`The input \`${info.name}\` expects ${info.type} ${showShape(info.shape)}: ${(error as Error).message}`,
			{ cause: error },
		);
	}
}

/** A typed array says its type itself, except where JavaScript has none of that kind: bool and float16. */
function fromArrayLike(info: TensorInfo, value: unknown, name: string): Tensor {
	const tag = Object.prototype.toString.call(value).slice(8, -1);
	if (tag === 'Float16Array') {
		const view = value as { buffer: ArrayBuffer; byteOffset: number; length: number };
		return new Tensor('float16', [view.length], new Uint16Array(view.buffer, view.byteOffset, view.length));
	}
	const isRaw = (info.type === 'bool' && tag === 'Uint8Array') || (info.type === 'float16' && tag === 'Uint16Array');
	const { type, dims, data } = value as { type?: unknown; dims?: unknown; data?: unknown };
	if (type === undefined && Array.isArray(data) && Array.isArray(dims)) {
		return fromNested(info, data, `${name}.data`).reshape(dims);
	}
	const tensor = Tensor.from(value, name);
	return isRaw ? new Tensor(info.type, tensor.dims, tensor.data) : tensor;
}

/** A number, boolean, string or nested arrays of them, taken as elements of the input's type. */
function fromNested(info: TensorInfo, value: unknown, name: string): Tensor {
	const dims: number[] = [];
	let level: unknown = value;
	while (Array.isArray(level)) {
		dims.push(level.length);
		level = level[0];
	}
	const data = createData(info.type, elementCount(dims)) as TensorData;
	let next = 0;
	const fill = (item: unknown, depth: number, path: string): void => {
		if (depth === dims.length) {
			data[next++] = element(info.type, item, path) as never;
			return;
		}
		if (!Array.isArray(item) || item.length !== dims[depth]) {
			throw new RangeError(
				`Expected \`${path}\` to be an array of ${dims[depth]} like those before it, got ${show(item)}`,
			);
		}
		for (let i = 0; i < item.length; i++) fill(item[i], depth + 1, `${path}[${i}]`);
	};
	fill(value, 0, name);
	return new Tensor(info.type, dims, data);
}

/** Smallest and largest value of the integer types that hold plain numbers. */
const ranges: Partial<Record<TensorType, readonly [number, number]>> = {
	int8: [-128, 127],
	uint8: [0, 255],
	int16: [-32768, 32767],
	uint16: [0, 65535],
	int32: [-(2 ** 31), 2 ** 31 - 1],
	uint32: [0, 2 ** 32 - 1],
};

function element(type: TensorType, value: unknown, path: string): number | bigint | string {
	const wrong = () => new TypeError(`expected \`${path}\` to be ${kindOf(type)}, got ${show(value)}`);
	if (type === 'string') {
		if (typeof value !== 'string') throw wrong();
		return value;
	}
	if (type === 'bool') {
		if (typeof value !== 'boolean') throw wrong();
		return value ? 1 : 0;
	}
	if (isBigType(type)) return bigElement(type, value, wrong);
	if (typeof value !== 'number') throw wrong();
	const range = ranges[type];
	if (range && !(Number.isInteger(value) && value >= range[0] && value <= range[1])) {
		throw new RangeError(`expected \`${path}\` to be a whole number from ${range[0]} to ${range[1]}, got ${value}`);
	}
	return type === 'float16' ? toFloat16(value) : value;
}

function bigElement(type: 'int64' | 'uint64', value: unknown, wrong: () => Error): bigint {
	if (typeof value !== 'bigint' && !(typeof value === 'number' && Number.isSafeInteger(value))) throw wrong();
	const big = BigInt(value);
	if (big !== (type === 'int64' ? BigInt.asIntN(64, big) : BigInt.asUintN(64, big))) throw wrong();
	return big;
}

function kindOf(type: TensorType): string {
	if (type === 'string') return 'a text';
	if (type === 'bool') return 'true or false';
	if (isBigType(type)) return `a whole number that fits ${type}`;
	return 'a number';
}
