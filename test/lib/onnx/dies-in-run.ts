/** Stands in for the thread of a model: loads, and throws at its first run. */
import { parentPort } from 'node:worker_threads';
import type { ModelInfo, Reply } from '../../../lib/onnx/protocol';

const info = {
	inputs: [{ name: 'obs', type: 'float32', shape: ['batch', 4] }],
	outputs: [{ name: 'actions', type: 'float32', shape: ['batch', 2] }],
	header: { externalFiles: [] },
	notes: [],
} as unknown as ModelInfo;
parentPort?.on('message', () => {
	throw new Error('out of order');
});
parentPort?.postMessage({ kind: 'loaded', info } satisfies Reply);
