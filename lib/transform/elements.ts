import { isBigType, type TensorType, type TypedArray } from '../tensor/tensor';
import type { Block } from './step';

/** Arrays whose elements are JavaScript numbers. */
export type NumberArray = Exclude<TypedArray, BigInt64Array | BigUint64Array>;

/**
 * The numbers of a tensor.
 * @throws TypeError for types whose elements are not numbers to calculate with.
 */
export function numbersOf(block: Block): NumberArray {
	if (isBigType(block.type) || block.type === 'string' || block.type === 'float16') {
		const advice = block.type === 'string' ? '' : '; put a cast step before';
		throw new TypeError(`Expected a tensor of numbers to calculate with, got ${describe(block)}${advice}`);
	}
	return block.data as NumberArray;
}

/**
 * The type a calculation gives: float32 and float64 stay; 32-bit integers become float64, which holds each of them;
 * smaller ones float32.
 */
export function resultType(type: TensorType): 'float32' | 'float64' {
	return type === 'float64' || type === 'int32' || type === 'uint32' ? 'float64' : 'float32';
}

/** `float32[1, 4]` */
export function describe(block: Block): string {
	return `${block.type}[${block.dims.join(', ')}]`;
}

/** `4 factors`, `1 factor` */
export function countOf(count: number, noun: string): string {
	return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

/**
 * Which dimension is meant: negative counts from the last.
 * @throws RangeError when the tensor has none such.
 */
export function axisIn(axis: number, block: Block): number {
	const rank = block.dims.length;
	const at = axis < 0 ? axis + rank : axis;
	if (at < 0 || at >= rank) {
		throw new RangeError(`Expected a tensor with an axis ${axis}, got ${describe(block)}`);
	}
	return at;
}

/** How an axis divides the elements: `outer` groups of `size` slices of `inner` elements. */
export interface Slices {
	readonly outer: number;
	readonly size: number;
	readonly inner: number;
}

export function slicesAlong(axis: number, dims: readonly number[]): Slices {
	let outer = 1;
	let inner = 1;
	for (let i = 0; i < axis; i++) outer *= dims[i] as number;
	for (let i = axis + 1; i < dims.length; i++) inner *= dims[i] as number;
	return { outer, size: dims[axis] as number, inner };
}
