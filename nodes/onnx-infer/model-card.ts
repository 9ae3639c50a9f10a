import type { ModelHeader } from '../../lib/onnx/header';
import type { StatePair } from '../../lib/onnx/recurrent';

/** What the editor shows of a model; the answer of the admin endpoint `onnx-infer/card`. */
export interface ModelCard extends ModelHeader {
	/** As in the header, long values cut. */
	readonly metadata: ModelHeader['metadata'];
	/** The file that the path means, without links. */
	readonly path: string;
	/** Files beside the model that it needs, with their sizes in bytes; undefined when one is not there. */
	readonly external: readonly { readonly name: string; readonly size: number | undefined }[];
	/** SHA-256 of the model file followed by its external files, in hexadecimal. */
	readonly sha256: string;
	/** Outputs that look as if they were to be fed back into inputs. */
	readonly statePairs: readonly StatePair[];
}
