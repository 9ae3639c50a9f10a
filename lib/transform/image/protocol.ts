/** What the two sides of the thread for images say to each other: types only. */
import type { TensorData, TensorType } from '../../tensor/tensor';

/** What the thread begins with. */
export interface WorkerSetup {
	/** The image step, as a node saves it. */
	readonly step: unknown;
}

/** An image to work on. */
export interface Job {
	/** The fields of the message that are no arrays: encoding, width, format ... */
	readonly fields: Readonly<Record<string, unknown>>;
	/** Its bytes; the buffer goes there and comes back with the answer. */
	readonly bytes: Uint8Array<ArrayBuffer>;
}

export type Answer =
	| {
			readonly kind: 'done';
			readonly buffer: ArrayBuffer;
			readonly type: TensorType;
			readonly dims: readonly number[];
			readonly data: TensorData;
	  }
	| {
			readonly kind: 'refused';
			readonly buffer: ArrayBuffer;
			readonly name: string;
			readonly message: string;
			/** The few words of a BriefError. */
			readonly brief: string | undefined;
	  };
