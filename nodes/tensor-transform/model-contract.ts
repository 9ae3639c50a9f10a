import type { ValueInfo } from '../../lib/onnx/header';

/** What a model says of its policy; the answer of the admin endpoint `tensor-transform/model`. */
export interface ModelContract {
	/** What the exporter noted. */
	readonly metadata: Readonly<Record<string, string>>;
	readonly inputs: readonly ValueInfo[];
}
