import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { BriefError } from '../check';
import type { Tensor } from '../tensor/tensor';
import { type Host, type HostResult, revive, type Settle } from './host';
import { TravellingBuffer } from './layout';
import type { LoadOptions, ModelInfo, ModelSource, ProcessReply, ProcessRequest } from './protocol';

const living = new Set<ChildProcess>();

/** The ids of the child processes of models. */
export function processIds(): number[] {
	return [...living].map(({ pid }) => pid).filter((pid) => pid !== undefined);
}

/** A child that is busy would not notice that this process has ended. */
function onExit(): void {
	for (const child of living) child.kill('SIGKILL');
}

/**
 * A model in a process of its own: nothing that goes wrong in it, a crash of native code included, harms this one, and
 * a run that hangs can be killed. A run costs more than in a thread, since everything is copied.
 */
export class ProcessHost implements Host {
	readonly ready: Promise<ModelInfo>;
	readonly #child: ChildProcess;
	readonly #buffer = new TravellingBuffer();
	readonly #gone: Promise<void>;
	#loading: Settle<ModelInfo> | undefined;
	#running: Settle<HostResult> | undefined;
	#death: BriefError | undefined;
	#hasEnded = false;
	#isClosing = false;

	/**
	 * @param onDeath the process has ended without being asked to; what it was doing is lost
	 * @param script what runs in the process
	 */
	constructor(
		source: ModelSource,
		options: LoadOptions,
		private readonly onDeath: (error: BriefError) => void,
		script = join(__dirname, 'process.js'),
	) {
		this.ready = new Promise((resolve, reject) => {
			this.#loading = { resolve, reject };
		});
		this.ready.catch(() => {});
		this.#child = fork(script, [], { serialization: 'advanced', execArgv: [] });
		if (living.size === 0) process.on('exit', onExit);
		living.add(this.#child);
		this.#child.on('message', (reply) => this.#onReply(reply as ProcessReply));
		this.#gone = new Promise((resolve) => {
			let isOver = false;
			const over = (how: string) => {
				if (isOver) return;
				isOver = true;
				living.delete(this.#child);
				if (living.size === 0) process.off('exit', onExit);
				this.#onExit(how);
				resolve();
			};
			this.#child.once('exit', (code, signal) => over(`it ended with ${signal ?? `code ${code}`}`));
			this.#child.on('error', (error) => over(error.message));
		});
		this.#post({ kind: 'load', source, options });
	}

	async run(inputs: readonly Tensor[], allowNonFinite: boolean): Promise<HostResult> {
		if (this.#death) throw this.#death;
		const { buffer, inputs: packed } = this.#buffer.pack(inputs);
		return new Promise((resolve, reject) => {
			this.#running = { resolve, reject };
			this.#post({ kind: 'run', bytes: new Uint8Array(buffer), inputs: packed, allowNonFinite });
			// The channel has copied it.
			this.#buffer.giveBack(buffer);
		});
	}

	kill(): void {
		this.#child.kill('SIGKILL');
	}

	close(): Promise<void> {
		if (!this.#isClosing) {
			this.#isClosing = true;
			this.#hasEnded = true;
			if (this.#running || this.#loading) this.kill();
			else this.#post({ kind: 'close' });
		}
		return this.#gone;
	}

	#post(request: ProcessRequest): void {
		// A channel that is closed means an exit that is about to be told.
		if (this.#child.connected) this.#child.send(request, () => {});
	}

	#onReply(reply: ProcessReply): void {
		const running = this.#running;
		switch (reply.kind) {
			case 'loaded':
				this.#loading?.resolve(reply.info);
				this.#loading = undefined;
				break;
			case 'failed':
				this.#hasEnded = true;
				this.#loading?.reject(revive(reply.error));
				this.#loading = undefined;
				break;
			case 'done':
				this.#running = undefined;
				running?.resolve(reply);
				break;
			case 'refused':
				this.#running = undefined;
				running?.reject(revive(reply.error));
				break;
		}
	}

	#onExit(how: string): void {
		const error = new BriefError(
			'process died',
			`The process of the model died: ${how}. It is started again with the next message.`,
		);
		this.#death = error;
		if (!this.#hasEnded) this.onDeath(error);
		this.#loading?.reject(error);
		this.#running?.reject(error);
		this.#loading = undefined;
		this.#running = undefined;
	}
}
