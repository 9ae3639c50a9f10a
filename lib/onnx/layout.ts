import { arrayTypes, type TensorType } from '../tensor/tensor';
import type { PackedTensor, PlainTensor } from './protocol';

/** Elements of 8 bytes have to start at a multiple of 8. */
const alignment = 8;

/** Where tensors lie, one after the other, in a piece of memory. Strings are not in it; they go along. */
export interface Layout {
	readonly tensors: readonly PackedTensor[];
	/** Bytes. */
	readonly size: number;
	readonly hasStrings: boolean;
}

/**
 * Where to put the tensors.
 * @param last a layout of tensors of the same types: given back when it fits, as from one run to the next
 */
export function layOut(tensors: readonly PlainTensor[], last?: Layout): Layout {
	if (last && !last.hasStrings && fits(tensors, last)) return last;
	const packed: PackedTensor[] = [];
	let size = 0;
	let hasStrings = false;
	for (const tensor of tensors) {
		const { data } = tensor;
		// The flow may do with its own what it likes.
		const dims = Object.freeze([...tensor.dims]);
		if (Array.isArray(data)) {
			packed.push({ dims, offset: size, length: data.length, strings: data });
			hasStrings = true;
			continue;
		}
		packed.push({ dims, offset: size, length: data.length });
		size += Math.ceil(data.byteLength / alignment) * alignment;
	}
	return { tensors: packed, size, hasStrings };
}

function fits(tensors: readonly PlainTensor[], last: Layout): boolean {
	for (let i = 0; i < tensors.length; i++) {
		const { dims } = tensors[i] as PlainTensor;
		const known = (last.tensors[i] as PackedTensor).dims;
		if (dims.length !== known.length) return false;
		for (let k = 0; k < dims.length; k++) if (dims[k] !== known[k]) return false;
	}
	return true;
}

/** Copies the tensors to where they are laid out. */
export function copyInto(bytes: Uint8Array, tensors: readonly PlainTensor[], layout: Layout): void {
	for (let i = 0; i < tensors.length; i++) {
		const { data } = tensors[i] as PlainTensor;
		if (Array.isArray(data)) continue;
		bytes.set(
			new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
			(layout.tensors[i] as PackedTensor).offset,
		);
	}
}

/** One buffer that inputs are copied into, run after run, and that may be away meanwhile. */
export class TravellingBuffer {
	#buffer: ArrayBuffer | undefined;
	#layout: Layout | undefined;

	/**
	 * Copies the tensors into the buffer, which grows when it has to.
	 * @returns the buffer, and where they lie: the same array as before when they lie as before.
	 */
	pack(tensors: readonly PlainTensor[]): { buffer: ArrayBuffer; inputs: readonly PackedTensor[] } {
		const layout = layOut(tensors, this.#layout);
		this.#layout = layout;
		let buffer = this.#buffer;
		this.#buffer = undefined;
		if (buffer === undefined || buffer.byteLength < layout.size) {
			buffer = new ArrayBuffer(Math.max(layout.size, alignment));
		}
		copyInto(new Uint8Array(buffer), tensors, layout);
		return { buffer, inputs: layout.tensors };
	}

	/** Takes the buffer back. */
	giveBack(buffer: ArrayBuffer): void {
		this.#buffer = buffer;
	}
}

/** Bytes that fit a lane: the inputs and the outputs of nearly all policies do. */
export const laneSize = 16 * 1024;

/**
 * Memory that both sides of a thread see, for small tensors in one direction: half as dear as a message that brings
 * them along. What lies where is told when it changes. One side writes and the other reads, in turns.
 */
export class Lane {
	readonly #bytes: Uint8Array;
	#layout: Layout | undefined;

	constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(laneSize)) {
		this.#bytes = new Uint8Array(memory);
	}

	/**
	 * Lays tensors of the same types as before into the lane.
	 * @returns where they lie, `same` when that is as before, or undefined when they do not fit.
	 */
	write(tensors: readonly PlainTensor[]): readonly PackedTensor[] | 'same' | undefined {
		const layout = layOut(tensors, this.#layout);
		if (layout.hasStrings || layout.size > laneSize) return undefined;
		copyInto(this.#bytes, tensors, layout);
		if (layout === this.#layout) return 'same';
		this.#layout = layout;
		return layout.tensors;
	}

	/** Copies what is in its first `size` bytes. */
	readInto(bytes: Uint8Array, size: number): void {
		bytes.set(this.#bytes.subarray(0, size));
	}

	/** A tensor that lies in the lane, in memory of its own. */
	read(type: Exclude<TensorType, 'string'>, { dims, offset, length }: PackedTensor): PlainTensor {
		const shared = new arrayTypes[type](this.#bytes.buffer as ArrayBuffer, offset, length);
		return { dims, data: shared.slice() };
	}
}
