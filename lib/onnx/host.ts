import { BriefError } from '../check';
import type { Tensor } from '../tensor/tensor';
import type { ModelInfo, PlainError, PlainTensor } from './protocol';

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
