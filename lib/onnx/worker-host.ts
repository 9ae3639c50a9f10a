import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BriefError } from '../check';
import type { Tensor, TensorType } from '../tensor/tensor';
import { Bell, calls } from './bell';
import { type Host, type HostResult, revive, type Settle } from './host';
import { Lane, TravellingBuffer } from './layout';
import { guardExit, NativeLock } from './lock';
import type {
	HostData,
	LoadOptions,
	ModelInfo,
	ModelSource,
	PackedTensor,
	PlainTensor,
	Reply,
	Request,
} from './protocol';

let living = 0;

/** How many threads of models there are in this process. */
export function workerCount(): number {
	return living;
}

/** A model in a thread of its own. The other side is worker.ts. */
export class WorkerHost implements Host {
	readonly ready: Promise<ModelInfo>;
	readonly #worker: Worker;
	readonly #bell = new Bell();
	readonly #inputs = new Lane();
	readonly #outputs = new Lane();
	/** Where the outputs lie in their lane, and of which types they are. */
	#laid: readonly PackedTensor[] = [];
	#types: readonly TensorType[] = [];
	/** For what does not fit the lane. */
	readonly #buffer = new TravellingBuffer();
	readonly #gone: Promise<void>;
	/** Who waits for what the thread does now: its loading or a run. */
	#loading: Settle<ModelInfo> | undefined;
	#running: Settle<HostResult> | undefined;
	#failure: Error | undefined;
	/** Why there is no thread any more. */
	#death: BriefError | undefined;
	#isClosing = false;
	/** Whether the end of the thread is expected: it was asked to, or its model could not be loaded. */
	#hasEnded = false;

	/**
	 * @param onDeath the thread has ended without being asked to; what it was doing is lost
	 * @param script what runs in the thread
	 */
	constructor(
		source: ModelSource,
		options: LoadOptions,
		private readonly onDeath: (error: BriefError) => void,
		script = join(__dirname, 'worker.js'),
	) {
		const lock = new NativeLock();
		const data: HostData = {
			source,
			options,
			lock: lock.buffer,
			bell: this.#bell.memory,
			inputs: this.#inputs.memory,
			outputs: this.#outputs.memory,
		};
		this.ready = new Promise((resolve, reject) => {
			this.#loading = { resolve, reject };
		});
		// Whoever is not waiting yet still gets the error later; without this the process would end with it.
		this.ready.catch(() => {});
		// Flags that Node-RED was started with, such as an inspector's port, are not for this thread.
		this.#worker = new Worker(script, { workerData: data, execArgv: [], name: 'onnx' });
		const unguard = guardExit(lock);
		living++;
		this.#worker.on('message', (reply: Reply) => this.#onReply(reply));
		this.#worker.on('error', (error) => {
			this.#failure = error instanceof Error ? error : new Error(String(error));
		});
		this.#gone = new Promise((resolve) => {
			this.#worker.once('exit', (code) => {
				living--;
				unguard();
				this.#onExit(code);
				resolve();
			});
		});
	}

	run(inputs: readonly Tensor[], allowNonFinite: boolean): Promise<HostResult> {
		if (this.#death) return Promise.reject(this.#death);
		const where = this.#inputs.write(inputs);
		return new Promise((resolve, reject) => {
			this.#running = { resolve, reject };
			if (where === 'same') this.#bell.ring(allowNonFinite ? calls.runNonFinite : calls.run);
			else if (where) this.#post({ kind: 'run', inputs: where, allowNonFinite });
			else {
				const { buffer, inputs: packed } = this.#buffer.pack(inputs);
				this.#post({ kind: 'run', buffer, inputs: packed, allowNonFinite }, [buffer]);
			}
		});
	}

	close(): Promise<void> {
		if (!this.#isClosing) {
			this.#isClosing = true;
			this.#hasEnded = true;
			// The thread reads this after the run it is in. Ending it from here in the middle of a run would abort the
			// process; so would an exit of the process, which the guard holds up.
			this.#post({ kind: 'close' });
			this.#worker.unref();
		}
		return this.#gone;
	}

	#post(request: Request, transfer?: ArrayBuffer[]): void {
		this.#worker.postMessage(request, transfer);
		this.#bell.ring();
	}

	#onReply(reply: Reply): void {
		if (typeof reply === 'number') {
			this.#done(this.#fromLane(), reply);
			return;
		}
		switch (reply.kind) {
			case 'loaded':
				this.#types = reply.info.outputs.map(({ type }) => type);
				this.#loading?.resolve(reply.info);
				this.#loading = undefined;
				break;
			case 'failed':
				this.#hasEnded = true;
				this.#loading?.reject(revive(reply.error));
				this.#loading = undefined;
				break;
			case 'laid':
				// They are handed out with each result from now on.
				for (const { dims } of reply.outputs) Object.freeze(dims);
				this.#laid = reply.outputs;
				this.#done(this.#fromLane(), reply.time);
				break;
			case 'done':
				if (reply.buffer) this.#buffer.giveBack(reply.buffer);
				this.#done(reply.outputs, reply.time);
				break;
			case 'refused': {
				if (reply.buffer) this.#buffer.giveBack(reply.buffer);
				const running = this.#running;
				this.#running = undefined;
				running?.reject(revive(reply.error));
				break;
			}
		}
	}

	#fromLane(): PlainTensor[] {
		const outputs: PlainTensor[] = [];
		for (let i = 0; i < this.#laid.length; i++) {
			// Strings never lie in a lane.
			const type = this.#types[i] as Exclude<TensorType, 'string'>;
			outputs.push(this.#outputs.read(type, this.#laid[i] as PackedTensor));
		}
		return outputs;
	}

	#done(outputs: readonly PlainTensor[], time: number): void {
		const running = this.#running;
		this.#running = undefined;
		running?.resolve({ outputs, time });
	}

	#onExit(code: number): void {
		const reason = this.#failure ? this.#failure.message : `it ended with code ${code}`;
		const error = new BriefError(
			'worker died',
			`The thread of the model died: ${reason}. It is started again with the next message.`,
			this.#failure ? { cause: this.#failure } : undefined,
		);
		this.#death = error;
		// First of all, so that whoever asks again because of the rejection gets a new thread.
		if (!this.#hasEnded) this.onDeath(error);
		this.#loading?.reject(error);
		this.#running?.reject(error);
		this.#loading = undefined;
		this.#running = undefined;
	}
}
