/** Stands in for the process of a model: loads, and crashes at its first run as native code would. */
import type { ModelInfo, ProcessReply, ProcessRequest } from '../../../lib/onnx/protocol';

const info = {
	header: { externalFiles: [] },
	inputs: [{ name: 'obs', type: 'float32', shape: ['batch', 4] }],
	outputs: [{ name: 'actions', type: 'float32', shape: ['batch', 2] }],
	notes: [],
} as unknown as ModelInfo;
process.on('message', (request: ProcessRequest) => {
	if (request.kind === 'load') process.send?.({ kind: 'loaded', info } satisfies ProcessReply);
	else process.kill(process.pid, 'SIGSEGV');
});
