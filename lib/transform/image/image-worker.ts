import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BriefError, show } from '../../check';
import { Tensor } from '../../tensor/tensor';
import type { Message } from '../step';
import type { Answer, Job, WorkerSetup } from './protocol';

/** An image that somebody waits for. */
interface Request {
	readonly message: Message;
	resolve(result: Tensor | 'dropped'): void;
	reject(error: Error): void;
}

/**
 * An image step in a thread of its own, for images that would hold up everything else: one at a time, and of those that
 * come meanwhile the newest. The other side is worker.ts. This room's importer of node:worker_threads.
 */
export class ImageWorker {
	readonly #step: unknown;
	readonly #script: string;
	#worker: Worker | undefined;
	#running: Request | undefined;
	#waiting: Request | undefined;
	/** Memory that travels to the thread and back; undefined while it is there. */
	#spare: ArrayBuffer | undefined;
	#isClosed = false;

	/**
	 * @param step the image step as a node saves it, checked
	 * @param script what runs in the thread
	 */
	constructor(step: unknown, script = join(__dirname, 'worker.js')) {
		this.#step = step;
		this.#script = script;
	}

	/**
	 * What the step makes of an image. Resolves as `dropped` when a newer image took its place, or `forget` or `close`
	 * was called.
	 * @param message a sensor_msgs/msg/Image or CompressedImage; not to be changed before its turn has come
	 * @returns rejects with what the step throws, or BriefError when the thread has ended
	 */
	run(message: Message): Promise<Tensor | 'dropped'> {
		if (this.#isClosed) return Promise.resolve('dropped');
		if (!ArrayBuffer.isView(message.data)) {
			// As the step says it.
			const text = `step 1 image: Expected \`data\` to be bytes, got ${show(message.data)}`;
			return Promise.reject(new TypeError(text));
		}
		return new Promise((resolve, reject) => {
			this.#waiting?.resolve('dropped');
			this.#waiting = { message, resolve, reject };
			if (this.#running === undefined) this.#next();
		});
	}

	/** Drops what is under way and what waits. */
	forget(): void {
		for (const request of [this.#running, this.#waiting]) request?.resolve('dropped');
		this.#waiting = undefined;
	}

	/** Ends the thread. */
	async close(): Promise<void> {
		this.#isClosed = true;
		this.forget();
		this.#running = undefined;
		const worker = this.#worker;
		this.#worker = undefined;
		await worker?.terminate();
	}

	#next(): void {
		const request = this.#waiting;
		this.#running = request;
		this.#waiting = undefined;
		if (request === undefined) return;
		const job = this.#pack(request.message);
		try {
			this.#worker ??= this.#start();
			this.#worker.postMessage(job, [job.bytes.buffer]);
		} catch (error) {
			this.#running = undefined;
			request.reject(error as Error);
		}
	}

	/** The message as it can travel; its bytes are copied, because others have the message too. */
	#pack(message: Message): Job {
		const fields: Record<string, unknown> = {};
		for (const [name, value] of Object.entries(message)) {
			if (typeof value !== 'object' && typeof value !== 'function') fields[name] = value;
		}
		const { buffer, byteOffset, byteLength } = message.data as Uint8Array;
		const spare = this.#spare;
		this.#spare = undefined;
		const fits = spare !== undefined && spare.byteLength >= byteLength && spare.byteLength <= 4 * byteLength + 4096;
		const bytes = new Uint8Array(fits ? spare : new ArrayBuffer(byteLength), 0, byteLength);
		bytes.set(new Uint8Array(buffer, byteOffset, byteLength));
		return { fields, bytes };
	}

	#start(): Worker {
		const workerData: WorkerSetup = { step: this.#step };
		// Flags that Node-RED was started with, such as an inspector's port, are not for this thread.
		const worker = new Worker(this.#script, { workerData, execArgv: [], name: 'image' });
		let reason: unknown;
		worker.on('message', (answer: Answer) => {
			if (worker === this.#worker) this.#answered(answer);
		});
		worker.on('error', (error) => {
			reason = error;
		});
		worker.once('exit', (code) => {
			if (worker !== this.#worker) return;
			// The next image starts another one.
			this.#worker = undefined;
			const text = reason instanceof Error ? reason.message : `code ${code}`;
			const error = new BriefError('thread ended', `The thread for images has ended: ${text}`, { cause: reason });
			this.#running?.reject(error);
			this.#next();
		});
		return worker;
	}

	#answered(answer: Answer): void {
		this.#spare = answer.buffer;
		const request = this.#running;
		this.#next();
		if (answer.kind === 'done') request?.resolve(new Tensor(answer.type, answer.dims, answer.data));
		else request?.reject(revive(answer));
	}
}

function revive({ name, message, brief }: Answer & { kind: 'refused' }): Error {
	if (brief !== undefined) return new BriefError(brief, message);
	return name === 'TypeError' ? new TypeError(message) : new RangeError(message);
}
