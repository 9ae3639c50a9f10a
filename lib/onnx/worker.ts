/** The thread in which a model runs. Its other side is worker-host.ts. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Bell, calls } from './bell';
import { Engine, type RunOutcome } from './engine';
import { plainError } from './host';
import { Lane, laneSize } from './layout';
import { NativeLock } from './lock';
import type { HostData, PackedTensor, Reply, Request, RunRequest } from './protocol';

// onnxruntime-node takes float16 as Uint16Array, but its tensors insist on a Float16Array where there is one (Node 24).
Reflect.deleteProperty(globalThis, 'Float16Array');

const port = parentPort as NonNullable<typeof parentPort>;
const data = workerData as HostData;
const lock = new NativeLock(data.lock);
const bell = new Bell(data.bell);
const inputLane = new Lane(data.inputs);
const outputLane = new Lane(data.outputs);

/** What is in the lane of the inputs, in memory of this thread alone: ONNX Runtime refuses shared memory. */
const local = new ArrayBuffer(laneSize);
const localBytes = new Uint8Array(local);
let laid: readonly PackedTensor[] = [];
let laidSize = 0;

/** Outputs below this many bytes are cheaper to copy than to hand over. */
const smallest = 2048;

function reply(message: Reply, transfer?: ArrayBuffer[]): void {
	port.postMessage(message, transfer);
}

/** Where inputs lie in the lane from now on. */
function lay(inputs: readonly PackedTensor[], engine: Engine): void {
	laid = inputs;
	laidSize = 0;
	for (const [i, { offset, length }] of inputs.entries()) {
		laidSize = Math.max(laidSize, offset + length * engine.bytesOf(i));
	}
}

async function runLaid(engine: Engine, allowNonFinite: boolean): Promise<void> {
	if (!lock.enter()) return;
	let outcome: RunOutcome;
	try {
		inputLane.readInto(localBytes, laidSize);
		outcome = await engine.run(local, laid, allowNonFinite);
	} catch (error) {
		lock.leave();
		reply({ kind: 'refused', error: plainError(error) });
		return;
	}
	lock.leave();
	answer(outcome);
}

async function runSent(engine: Engine, buffer: ArrayBuffer, request: RunRequest): Promise<void> {
	if (!lock.enter()) return;
	try {
		const outcome = await engine.run(buffer, request.inputs, request.allowNonFinite);
		lock.leave();
		answer(outcome, buffer);
	} catch (error) {
		lock.leave();
		reply({ kind: 'refused', buffer, error: plainError(error) }, [buffer]);
	}
}

/** @param buffer goes back */
function answer({ outputs, time }: RunOutcome, buffer?: ArrayBuffer): void {
	const where = buffer ? undefined : outputLane.write(outputs);
	if (where === 'same') {
		reply(time);
		return;
	}
	if (where) {
		reply({ kind: 'laid', outputs: where, time });
		return;
	}
	const transfer = buffer ? [buffer] : [];
	for (const { data } of outputs) {
		if (!Array.isArray(data) && data.byteLength >= smallest) transfer.push(data.buffer as ArrayBuffer);
	}
	reply({ kind: 'done', ...(buffer && { buffer }), outputs, time }, transfer);
}

/** Does what is asked until the end is asked for, one after the other, and sleeps in between. */
async function serve(engine: Engine): Promise<void> {
	for (;;) {
		const { rings } = bell;
		const call = bell.answer();
		if (call !== calls.none) {
			await runLaid(engine, call === calls.runNonFinite);
			continue;
		}
		const request = receiveMessageOnPort(port)?.message as Request | undefined;
		if (!request) bell.wait(rings);
		else if (request.kind === 'close') return;
		else if (request.buffer) await runSent(engine, request.buffer, request);
		else {
			lay(request.inputs, engine);
			await runLaid(engine, request.allowNonFinite);
		}
	}
}

async function main(): Promise<void> {
	if (!lock.enter()) return;
	let engine: Engine;
	try {
		engine = await Engine.load(data.source, data.options);
	} catch (error) {
		lock.leave();
		reply({ kind: 'failed', error: plainError(error) });
		return;
	}
	lock.leave();
	reply({ kind: 'loaded', info: engine.info });
	await serve(engine);
	if (!lock.enter()) return;
	await engine.release();
	lock.leave();
	// Nothing is left to wait for, so the thread ends by itself: the one way out that is always safe.
}

void main();
