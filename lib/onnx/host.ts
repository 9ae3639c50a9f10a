import { BriefError } from '../check';
import type { Tensor, TensorData } from '../tensor/tensor';
import type { ModelInfo, PackedTensor, PlainError, PlainTensor } from './protocol';

/** A place where one model is loaded and runs: a thread, a process, or here. */
export interface Host {
	/** Rejects with a BriefError when the model cannot be loaded, or when the place dies before. */
	readonly ready: Promise<ModelInfo>;
	/**
	 * Runs the model; only when it is ready, and one run at a time. Reads `inputs` before it returns.
	 * Rejects when the run fails or the place dies meanwhile.
	 */
	run(inputs: readonly Tensor[], allowNonFinite: boolean): Promise<HostResult>;
	/** Ends it at once, in the middle of a run too, where that is possible. */
	kill?(): void;
	/** Ends the place once what runs in it has ended. Resolves when it is gone. */
	close(): Promise<void>;
}

export interface HostResult {
	readonly outputs: readonly PlainTensor[];
	/** How long the inference took, ms. */
	readonly time: number;
}

/** Who waits for an answer. */
export interface Settle<T> {
	resolve(value: T): void;
	reject(error: Error): void;
}

/** An error as it travels. */
export function plainError(error: unknown): PlainError {
	if (error instanceof BriefError) return { brief: error.brief, message: error.message };
	return { message: error instanceof Error ? error.message : String(error) };
}

/** An error that has travelled, as an Error again. */
export function revive(error: PlainError): Error {
	return error.brief === undefined ? new Error(error.message) : new BriefError(error.brief, error.message);
}

/** Elements of 8 bytes have to start at a multiple of 8. */
const alignment = 8;

const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;

function byteLength(data: TensorData): number {
	return Array.isArray(data) ? 0 : data.byteLength;
}

/**
 * One buffer that goes to the other side with the inputs and comes back with the answer. One is enough, since one run
 * is under way at a time.
 */
export class TravellingBuffer {
	#buffer: ArrayBuffer | undefined;

	/** Copies the tensors into the buffer, which grows when it has to. */
	pack(tensors: readonly Tensor[]): { buffer: ArrayBuffer; inputs: PackedTensor[] } {
		let size = 0;
		for (const { data } of tensors) size += aligned(byteLength(data));
		let buffer = this.#buffer;
		this.#buffer = undefined;
		if (buffer === undefined || buffer.byteLength < size) buffer = new ArrayBuffer(Math.max(size, alignment));
		const inputs: PackedTensor[] = [];
		let offset = 0;
		for (const { dims, data } of tensors) {
			if (Array.isArray(data)) {
				inputs.push({ dims, offset, length: data.length, strings: data });
				continue;
			}
			const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
			new Uint8Array(buffer, offset, data.byteLength).set(source);
			inputs.push({ dims, offset, length: data.length });
			offset += aligned(data.byteLength);
		}
		return { buffer, inputs };
	}

	/** Takes the buffer back. */
	giveBack(buffer: ArrayBuffer): void {
		this.#buffer = buffer;
	}
}
