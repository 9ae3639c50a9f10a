/** The thread in which a model runs. Its other side is worker-host.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from './engine';
import { plainError } from './host';
import { NativeLock } from './lock';
import type { HostData, Reply, Request, RunRequest } from './protocol';

// onnxruntime-node takes float16 as Uint16Array, but its tensors insist on a Float16Array where there is one (Node 24).
Reflect.deleteProperty(globalThis, 'Float16Array');

const port = parentPort as NonNullable<typeof parentPort>;
const { source, options, lock: memory } = workerData as HostData;
const lock = new NativeLock(memory);

/** Outputs below this many bytes are cheaper to copy than to hand over. */
const smallest = 2048;

function reply(message: Reply, transfer: ArrayBuffer[] = []): void {
	port.postMessage(message, transfer);
}

async function run(engine: Engine, request: RunRequest): Promise<void> {
	if (!lock.enter()) return;
	try {
		const { outputs, time } = await engine.run(request);
		lock.leave();
		const transfer = [request.buffer];
		for (const { data } of outputs) {
			if (!Array.isArray(data) && data.byteLength >= smallest) transfer.push(data.buffer as ArrayBuffer);
		}
		reply({ kind: 'done', buffer: request.buffer, outputs, time }, transfer);
	} catch (error) {
		lock.leave();
		reply({ kind: 'refused', buffer: request.buffer, error: plainError(error) }, [request.buffer]);
	}
}

async function close(engine: Engine): Promise<void> {
	if (!lock.enter()) return;
	await engine.release();
	lock.leave();
	// Nothing is left to wait for, so the thread ends by itself: the one way out that is always safe.
	port.close();
}

async function main(): Promise<void> {
	if (!lock.enter()) return;
	let engine: Engine;
	try {
		engine = await Engine.load(source, options);
	} catch (error) {
		lock.leave();
		reply({ kind: 'failed', error: plainError(error) });
		return;
	}
	lock.leave();
	// One after the other: a run is not over when its handler returns, and closing has to wait for it.
	let work: Promise<void> = Promise.resolve();
	port.on('message', (request: Request) => {
		work = work.then(() => (request.kind === 'run' ? run(engine, request) : close(engine)));
	});
	reply({ kind: 'loaded', info: engine.info });
}

void main();
