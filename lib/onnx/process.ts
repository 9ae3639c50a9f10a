/** The child process in which a model runs. Its other side is process-host.ts. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Engine } from './engine';
import { plainError } from './host';
import type { ProcessReply, ProcessRequest } from './protocol';

Reflect.deleteProperty(globalThis, 'Float16Array');

function reply(message: ProcessReply): void {
	process.send?.(message);
}

// Its heap needs next to nothing, and it does not keep this process from ending.
new Worker(join(__dirname, 'process-watch.js'), {
	workerData: process.ppid,
	resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
}).unref();

let engine: Engine | undefined;

async function handle(request: ProcessRequest): Promise<void> {
	try {
		if (request.kind === 'load') {
			engine = await Engine.load(request.source, request.options);
			reply({ kind: 'loaded', info: engine.info });
		} else if (request.kind === 'run') {
			const { bytes, inputs, allowNonFinite } = request;
			const { outputs, time } = await (engine as Engine).run(alone(bytes), inputs, allowNonFinite);
			reply({ kind: 'done', outputs, time });
		} else {
			await engine?.release();
			process.disconnect();
		}
	} catch (error) {
		reply({ kind: request.kind === 'load' ? 'failed' : 'refused', error: plainError(error) });
	}
}

/** What came through the channel may lie anywhere in a larger buffer; tensors need it aligned. */
function alone(bytes: Uint8Array): ArrayBuffer {
	return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

let work: Promise<void> = Promise.resolve();
process.on('message', (request: ProcessRequest) => {
	work = work.then(() => handle(request));
});
// Whoever wanted the results is gone. Should a run be under way, the other thread looks after it.
process.on('disconnect', () => process.exit(0));
