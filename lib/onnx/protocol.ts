/** What the two sides of a model's thread say to each other: types only. */
import type { TensorData, TensorType } from '../tensor/tensor';
import type { ModelHeader } from './header';
import type { ModelFolders } from './model-path';

/** A model: a file, or the bytes of one with a name for messages. */
export type ModelSource = FileSource | { readonly bytes: Uint8Array; readonly name: string };

export interface FileSource {
	readonly path: string;
	/** Where the files with its weights may be, whose names come from the model. Default: anywhere. */
	readonly folders?: ModelFolders;
}

/** Which build of ONNX Runtime: `auto` takes the native one when it loads, otherwise WebAssembly. */
export const runtimeChoices = ['auto', 'native', 'wasm'] as const;
export type RuntimeChoice = (typeof runtimeChoices)[number];

/** How a model is loaded. Nodes whose settings are the same share one. */
export interface LoadOptions {
	/** Default: `auto`. */
	readonly runtime?: RuntimeChoice;
	/** Threads within an operator. Default: 1; more of them pay off for large models only. */
	readonly threads?: number;
	/** Execution providers in the order of preference, such as `cuda`, `cpu`. Default: `cpu`, which is always last. */
	readonly providers?: readonly string[];
	/** SHA-256 in hexadecimal that the model has to have, as `hashModel` computes it. Default: any. */
	readonly sha256?: string;
}

/** A tensor that a model takes or gives. */
export interface TensorInfo {
	readonly name: string;
	readonly type: TensorType;
	/**
	 * As in `ValueInfo`: numbers, names of symbolic dimensions, `''` for unnamed ones; undefined when not even the rank
	 * is known.
	 */
	readonly shape: readonly (number | string)[] | undefined;
}

/** What is known of a model once it is loaded. */
export interface ModelInfo {
	readonly header: ModelHeader;
	readonly inputs: readonly TensorInfo[];
	readonly outputs: readonly TensorInfo[];
	/** The build in use. */
	readonly runtime: 'native' | 'wasm';
	/** Its version. */
	readonly version: string;
	/** The execution provider in use, such as `cpu`. */
	readonly provider: string;
	/** What a person should know: why a fallback is in use, which outputs cannot be delivered. */
	readonly notes: readonly string[];
	/** How long the loading took, ms. */
	readonly loadTime: number;
	/** The files it was loaded from: the model, with the links in its path, and those with its weights; none for bytes. */
	readonly files: readonly string[];
	/** Their state then, by `fileState`. */
	readonly fileState: string;
}

/** Where a tensor lies in the buffer that goes to the thread; strings travel beside it. */
export interface PackedTensor {
	readonly dims: readonly number[];
	/** Bytes from the start of the buffer. */
	readonly offset: number;
	/** Elements. */
	readonly length: number;
	readonly strings?: readonly string[];
}

/** An output as it travels; its type is known from the model. */
export interface PlainTensor {
	readonly dims: readonly number[];
	readonly data: TensorData;
}

/** An error as it travels. */
export interface PlainError {
	readonly brief?: string;
	readonly message: string;
}

/** What a thread starts with. */
export interface HostData {
	readonly source: ModelSource;
	readonly options: LoadOptions;
	/** Memory of the NativeLock. */
	readonly lock: SharedArrayBuffer;
	/** Memory of the Bell that tells of requests. */
	readonly bell: SharedArrayBuffer;
	/** Memory of the Lanes of small inputs and outputs. */
	readonly inputs: SharedArrayBuffer;
	readonly outputs: SharedArrayBuffer;
}

export interface RunRequest {
	readonly kind: 'run';
	/** Holds the inputs; transferred, and sent back with the answer to be filled again. Without it they are in the lane. */
	readonly buffer?: ArrayBuffer;
	/** In the order of the model's inputs. */
	readonly inputs: readonly PackedTensor[];
	/** Whether NaN and Inf pass. */
	readonly allowNonFinite: boolean;
}

/** To the thread, by message; inputs in the lane that lie as before are told by the bell alone. */
export type Request = RunRequest | { readonly kind: 'close' };

/** From the thread. A number is the time of a run, ms, whose outputs are in the lane and lie as before. */
export type Reply =
	| number
	| { readonly kind: 'loaded'; readonly info: ModelInfo }
	| { readonly kind: 'failed'; readonly error: PlainError }
	/** The outputs are in the lane, from now on where `outputs` says. */
	| { readonly kind: 'laid'; readonly outputs: readonly PackedTensor[]; readonly time: number }
	| {
			readonly kind: 'done';
			readonly buffer?: ArrayBuffer;
			/** In the order of the model's outputs. */
			readonly outputs: readonly PlainTensor[];
			/** How long the inference took, ms. */
			readonly time: number;
	  }
	| { readonly kind: 'refused'; readonly buffer?: ArrayBuffer; readonly error: PlainError };

/** To a child process; everything is copied on the way. */
export type ProcessRequest =
	| { readonly kind: 'load'; readonly source: ModelSource; readonly options: LoadOptions }
	| (Omit<RunRequest, 'buffer'> & { readonly bytes: Uint8Array })
	| { readonly kind: 'close' };

/** From a child process. */
export type ProcessReply = Extract<Reply, { kind: 'loaded' | 'failed' | 'done' | 'refused' }>;
