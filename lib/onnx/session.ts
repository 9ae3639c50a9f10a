import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { BriefError } from '../check';
import { Tensor } from '../tensor/tensor';
import type { Host } from './host';
import type { LoadOptions, ModelInfo, ModelSource, TensorInfo } from './protocol';
import { type Figures, Statistics } from './statistics';
import { WorkerHost } from './worker-host';

export interface SessionOptions extends LoadOptions {
	/** Whether NaN and Inf pass, in and out. Default: false, which refuses them. */
	readonly allowNonFinite?: boolean;
	/** Where the model is loaded. Sessions that share a model use what the first of them brought. Default: a thread. */
	readonly createHost?: CreateHost;
	/** Milliseconds of a monotonic clock. Default: `performance.now`. */
	readonly now?: () => number;
}

/** Makes the place in which a model is loaded; `onDeath` is called when it ends without being asked to. */
export type CreateHost = (source: ModelSource, options: LoadOptions, onDeath: (error: Error) => void) => Host;

/** What one run gave. */
export interface RunResult {
	/** In the order of the model's outputs. */
	readonly outputs: readonly Tensor[];
	/** How long the inference took, ms. */
	readonly time: number;
	/** How long the request waited for its turn, ms. */
	readonly wait: number;
}

/** A request that waits or runs. */
interface Pending {
	readonly session: ModelSession;
	readonly inputs: readonly Tensor[];
	readonly since: number;
	settle(result: RunResult | 'dropped'): void;
	fail(error: Error): void;
}

/** How many deaths in a row without a result in between are answered with a new start. */
const mostDeaths = 3;

/** How long close() waits for a run under way, ms; after that the thread ends in the background. */
const longestClose = 2000;

const models = new Map<string, SharedModel>();

/** One loaded model, shared by the sessions that ask for the same file and settings. */
class SharedModel {
	readonly sessions = new Set<ModelSession>();
	/** Sessions with a request waiting, in the order of their turns, so that a fast one does not starve the others. */
	readonly #turns: ModelSession[] = [];
	#host: Host | undefined;
	/** Set while the host is ready. */
	#info: ModelInfo | undefined;
	#isBusy = false;
	#deaths = 0;

	constructor(
		private readonly key: string,
		private readonly source: ModelSource,
		private readonly options: LoadOptions,
		private readonly createHost: CreateHost,
	) {}

	/** Loads the model unless it is; the promise of the place that it is in now. */
	load(): Promise<ModelInfo> {
		if (!this.#host) {
			const host: Host = this.createHost(this.source, this.options, (error) => this.#onDeath(host, error));
			this.#host = host;
			host.ready.then(
				(info) => {
					if (this.#host === host) this.#info = info;
				},
				() => {},
			);
		}
		return this.#host.ready;
	}

	request(session: ModelSession): void {
		this.#turns.push(session);
		this.#next();
	}

	withdraw(session: ModelSession): void {
		const place = this.#turns.indexOf(session);
		if (place >= 0) this.#turns.splice(place, 1);
	}

	/** Ends the model with its last session. */
	async leave(session: ModelSession): Promise<void> {
		this.withdraw(session);
		this.sessions.delete(session);
		if (this.sessions.size > 0) return;
		if (models.get(this.key) === this) models.delete(this.key);
		const host = this.#host;
		this.#host = undefined;
		this.#info = undefined;
		if (!host) return;
		let timer: NodeJS.Timeout | undefined;
		const enough = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, longestClose);
		});
		await Promise.race([host.close(), enough]);
		clearTimeout(timer);
	}

	#next(): void {
		if (this.#isBusy || this.#turns.length === 0) return;
		const host = this.#host;
		const info = this.#info;
		if (!host || !info) {
			this.#isBusy = true;
			this.load().then(
				() => this.#goOn(),
				(error) => {
					for (const session of this.#turns.splice(0)) session.take()?.fail(error);
					this.#goOn();
				},
			);
			return;
		}
		const pending = this.#turns.shift()?.take();
		if (!pending) return;
		this.#isBusy = true;
		const { session } = pending;
		const begin = session.now();
		host.run(pending.inputs, session.allowNonFinite).then(
			({ outputs, time }) => {
				this.#deaths = 0;
				this.#goOn();
				const tensors = outputs.map(
					({ dims, data }, i) => new Tensor((info.outputs[i] as TensorInfo).type, dims, data),
				);
				pending.settle({ outputs: tensors, time, wait: begin - pending.since });
			},
			(error) => {
				this.#goOn();
				pending.fail(error);
			},
		);
	}

	#goOn(): void {
		this.#isBusy = false;
		this.#next();
	}

	/** A place that died is replaced with the next request, unless it keeps dying. */
	#onDeath(host: Host, error: Error): void {
		if (this.#host !== host) return;
		this.#deaths++;
		this.#info = undefined;
		if (this.#deaths < mostDeaths) {
			this.#host = undefined;
			return;
		}
		const reason = new BriefError(
			'worker keeps dying',
			`The thread of the model died ${mostDeaths} times in a row; it is not started again before the next deploy. ${error.message}`,
			{ cause: error },
		);
		const ready = Promise.reject(reason);
		ready.catch(() => {});
		this.#host = { ready, run: () => ready, close: async () => {} };
	}
}

/** A node's hold on a model: its requests, its figures. Get one with `openSession`. */
export class ModelSession {
	readonly now: () => number;
	readonly allowNonFinite: boolean;
	readonly #model: SharedModel;
	readonly #statistics: Statistics;
	#waiting: Pending | undefined;
	#current: Pending | undefined;
	#isClosed = false;

	constructor(model: SharedModel, options: SessionOptions) {
		this.#model = model;
		this.now = options.now ?? (() => performance.now());
		this.allowNonFinite = options.allowNonFinite ?? false;
		this.#statistics = new Statistics(this.now);
		model.sessions.add(this);
	}

	/** What is known of the model, once it is loaded. Rejects with a BriefError when it cannot be. */
	ready(): Promise<ModelInfo> {
		if (this.#isClosed) return Promise.reject(closedError());
		return this.#model.load();
	}

	/**
	 * Runs the model, or waits for its turn; a newer request of this session takes the place of one that waits, which
	 * then resolves as `dropped`.
	 * @param inputs in the order of the model's inputs, as `bindInputs` gives them
	 */
	run(inputs: readonly Tensor[]): Promise<RunResult | 'dropped'> {
		if (this.#isClosed) return Promise.reject(closedError());
		return new Promise((resolve, reject) => {
			const replaced = this.#waiting;
			const pending: Pending = {
				session: this,
				inputs,
				since: this.now(),
				settle: (result) => {
					if (this.#current === pending) this.#current = undefined;
					if (result !== 'dropped') this.#statistics.addRun(result.time);
					resolve(result);
				},
				fail: (error) => {
					if (this.#current === pending) this.#current = undefined;
					this.#statistics.failed++;
					reject(error);
				},
			};
			this.#waiting = pending;
			if (replaced) {
				this.#statistics.dropped++;
				replaced.settle('dropped');
			} else this.#model.request(this);
		});
	}

	/** The request that waits, which then is under way. For the model. */
	take(): Pending | undefined {
		const pending = this.#waiting;
		this.#waiting = undefined;
		this.#current = pending;
		return pending;
	}

	figures(): Figures {
		return this.#statistics.figures();
	}

	/**
	 * Lets go of the model. Requests that wait or run resolve as `dropped`. The last session ends the model: resolves
	 * when its thread has ended, or after 2 s while a longer run goes on in the background.
	 */
	async close(): Promise<void> {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#waiting?.settle('dropped');
		this.#current?.settle('dropped');
		this.#waiting = undefined;
		this.#current = undefined;
		await this.#model.leave(this);
	}
}

function keyOf(source: ModelSource, options: LoadOptions): string {
	const settings = JSON.stringify([options.runtime ?? 'auto', options.threads ?? 1]);
	if ('bytes' in source) return `${createHash('sha256').update(source.bytes).digest('hex')} ${settings}`;
	// A file that has changed since it was loaded is another model.
	const { mtimeMs, size } = statSync(source.path);
	return `${realpathSync(source.path)} ${mtimeMs} ${size} ${settings}`;
}

/**
 * A session of a model. The model is loaded in a thread of its own, which sessions of the same file and settings share.
 * @throws what `fs` throws when the file is not there.
 */
export function openSession(source: ModelSource, options: SessionOptions = {}): ModelSession {
	const key = keyOf(source, options);
	let model = models.get(key);
	if (!model) {
		const createHost: CreateHost = options.createHost ?? ((...given) => new WorkerHost(...given));
		model = new SharedModel(
			key,
			source,
			{ runtime: options.runtime ?? 'auto', threads: options.threads ?? 1 },
			createHost,
		);
		models.set(key, model);
	}
	return new ModelSession(model, options);
}

function closedError(): BriefError {
	return new BriefError('closed', 'The session is closed.');
}
