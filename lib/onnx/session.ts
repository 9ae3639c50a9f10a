import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BriefError } from '../check';
import { systemTimers, type Timers } from '../control/timers';
import type { Tensor } from '../tensor/tensor';
import { hashBytes } from './hash';
import type { Host } from './host';
import { InlineHost } from './inline-host';
import type { Placement, PlacementChoice } from './placement';
import { ProcessHost } from './process-host';
import type { LoadOptions, ModelInfo, ModelSource } from './protocol';
import { RecurrentState, type StateHolder, type StatePair } from './recurrent';
import { type Client, type CreateHost, type ModelEvent, type Request, SharedModel } from './shared-model';
import { type Figures, Statistics } from './statistics';
import { WorkerHost } from './worker-host';

/** What happens to requests that come while the model runs. */
export const waitingChoices = ['newest', 'queue', 'drop'] as const;
export type Waiting = (typeof waitingChoices)[number];

export interface SessionOptions extends LoadOptions {
	/** Where the model runs. Default: `worker`. */
	readonly placement?: PlacementChoice;
	/** Whether a changed file is loaded anew while the old model goes on. Default: false. */
	readonly watch?: boolean;
	/** Whether NaN and Inf pass, in and out. Default: false, which refuses them. */
	readonly allowNonFinite?: boolean;
	/**
	 * While a run is under way, keep the `newest` request, `queue` requests, or `drop` them. Default: `newest`.
	 */
	readonly waiting?: Waiting;
	/** How many requests are queued; beyond, the oldest is dropped. Default: 10. */
	readonly queueLength?: number;
	/** How long after a request its result is of use, ms; a later one is an error and thrown away. Default: for ever. */
	readonly deadline?: number | undefined;
	/** Outputs that are fed back into inputs. Default: none. */
	readonly state?: readonly StatePair[];
	readonly onEvent?: (event: ModelEvent) => void;
	/** Makes the places in which models are loaded. Sessions of one model use what the first of them brought. */
	readonly createHost?: CreateHost;
	/** Default: the system's. */
	readonly timers?: Timers;
}

/** How one request is to be run. */
export interface RunOptions {
	/** Whose recurrent state to use. Default: one state for all. */
	readonly key?: string;
	/** Begin with the initial state. Default: false. */
	readonly reset?: boolean;
	/** When the message came, by the session's clock, ms; the deadline counts from then. Default: now. */
	readonly since?: number;
	/** Called when the turn of the request has come; what it throws fails the request. */
	readonly check?: () => void;
}

/** What one run gave. */
export interface RunResult {
	/** In the order of the model's outputs, those left out that are state. */
	readonly outputs: readonly Tensor[];
	/** How long the inference took, ms. */
	readonly time: number;
	/** How long the request waited for its turn, ms. */
	readonly wait: number;
}

const models = new Map<string, SharedModel>();

/** A node's hold on a model: its requests, its recurrent state, its figures. Get one with `openSession`. */
export class ModelSession implements Client {
	readonly #model: SharedModel;
	readonly #options: SessionOptions;
	readonly #timers: Timers;
	readonly #statistics: Statistics;
	readonly #waiting: SessionRequest[] = [];
	readonly #mostWaiting: number;
	#current: SessionRequest | undefined;
	#state: RecurrentState | undefined;
	#isClosed = false;

	constructor(model: SharedModel, options: SessionOptions) {
		this.#model = model;
		this.#options = options;
		this.#timers = options.timers ?? systemTimers;
		this.#statistics = new Statistics(() => this.#timers.now());
		this.#mostWaiting = options.waiting === 'queue' ? (options.queueLength ?? 10) : 1;
		model.join(this);
	}

	/**
	 * What is known of the model, once it is loaded, with the inputs and outputs that are state left out. Rejects with a
	 * BriefError when the model cannot be loaded or the state does not fit it.
	 */
	async ready(): Promise<ModelInfo> {
		if (this.#isClosed) throw closedError();
		return this.#reduced(await this.#model.load());
	}

	/** Where the model runs at present. */
	get placement(): Placement {
		return this.#model.placement;
	}

	/**
	 * Runs the model, or waits for its turn. Resolves as `dropped` when the request is superseded or there is no room
	 * for it.
	 * @param inputs in the order of the inputs that `ready` names, as `bindInputs` gives them
	 */
	run(inputs: readonly Tensor[], options: RunOptions = {}): Promise<RunResult | 'dropped'> {
		if (this.#isClosed) return Promise.reject(closedError());
		this.#model.lookForLongRun();
		return new Promise((resolve, reject) => {
			const request = new SessionRequest(this.#owner, inputs, options, resolve, reject);
			const { waiting = 'newest', deadline } = this.#options;
			if (waiting === 'drop' && (this.#current || this.#waiting.length > 0)) {
				this.#drop(request);
				return;
			}
			if (deadline !== undefined) {
				const left = request.since + deadline - this.#timers.now();
				request.timer = this.#timers.setTimeout(() => this.#expire(request, deadline), Math.max(left, 0));
			}
			const isWaiting = this.#waiting.length > 0;
			this.#waiting.push(request);
			if (this.#waiting.length > this.#mostWaiting) this.#drop(this.#waiting.shift() as SessionRequest);
			if (!isWaiting) this.#model.request(this);
		});
	}

	/** Back to the initial state: of one key, or of all. A run under way leaves nothing behind. */
	resetState(key?: string): void {
		this.#state?.reset(key);
	}

	figures(): Figures {
		return this.#statistics.figures();
	}

	/** Looks whether the model's file has changed, without waiting for the next look. */
	lookForChanges(): Promise<void> {
		return this.#model.lookForChanges();
	}

	/**
	 * Lets go of the model. Requests that wait or run resolve as `dropped`. The last session ends the model: resolves
	 * when its place is gone, or after 2 s while a longer run goes on in the background.
	 */
	async close(): Promise<void> {
		if (this.#isClosed) return;
		this.#isClosed = true;
		for (const request of this.#waiting.splice(0)) request.finish(this.#timers, 'dropped');
		this.#current?.finish(this.#timers, 'dropped');
		this.#current = undefined;
		await this.#model.leave(this);
	}

	/** For the model: the request whose turn has come. */
	take(): Request | undefined {
		this.#current = this.#waiting.shift();
		return this.#current;
	}

	/** For the model. */
	get hasMore(): boolean {
		return this.#waiting.length > 0;
	}

	/** For the model. */
	onEvent(event: ModelEvent): void {
		const { onEvent } = this.#options;
		if (!onEvent) return;
		if (event.kind !== 'reloaded') {
			onEvent(event);
			return;
		}
		let info: ModelInfo;
		try {
			info = this.#reduced(event.info);
		} catch (error) {
			// The model is fine; it is this session's state that does not fit it.
			onEvent({ kind: 'reload failed', error: error as Error });
			return;
		}
		onEvent({ kind: 'reloaded', info });
	}

	/** What requests need of their session. */
	readonly #owner: RequestOwner = {
		isAllowed: () => this.#options.allowNonFinite ?? false,
		now: () => this.#timers.now(),
		deadline: () => this.#options.deadline,
		state: () => {
			// A request may come before anybody has asked what the model takes.
			if (this.#model.info) this.#reduced(this.#model.info);
			return this.#state;
		},
		settle: (request, result) => {
			if (this.#current === request) this.#current = undefined;
			this.#statistics.addRun(result.time);
			request.finish(this.#timers, result);
		},
		fail: (request, error) => {
			if (this.#current === request) this.#current = undefined;
			this.#statistics.failed++;
			request.finish(this.#timers, error);
		},
	};

	#reduced(info: ModelInfo): ModelInfo {
		const pairs = this.#options.state ?? [];
		if (pairs.length === 0) return info;
		this.#state ??= new RecurrentState(info, pairs);
		return { ...info, inputs: this.#state.inputs, outputs: this.#state.outputs };
	}

	#drop(request: SessionRequest): void {
		this.#statistics.dropped++;
		// All requests that remain came after it, and the run under way before it.
		if (request.options.reset) this.#state?.reset(request.options.key ?? '');
		request.finish(this.#timers, 'dropped');
	}

	#expire(request: SessionRequest, deadline: number): void {
		const place = this.#waiting.indexOf(request);
		const isRunning = this.#current === request;
		if (place >= 0) {
			this.#waiting.splice(place, 1);
			if (request.options.reset) this.#state?.reset(request.options.key ?? '');
			if (this.#waiting.length === 0) this.#model.withdraw(this);
		}
		this.#owner.fail(request, lateError(isRunning, deadline));
		if (isRunning) this.#model.overdue(request);
	}
}

function lateError(isRunning: boolean, deadline: number): BriefError {
	const what = isRunning ? 'The run was not over' : 'The request had not had its turn';
	return new BriefError('deadline passed', `${what} ${deadline} ms after the message came; its result is thrown away.`);
}

interface RequestOwner {
	isAllowed(): boolean;
	now(): number;
	/** ms */
	deadline(): number | undefined;
	state(): RecurrentState | undefined;
	settle(request: SessionRequest, result: RunResult): void;
	fail(request: SessionRequest, error: Error): void;
}

/** One request of a session, from its coming to its result. */
class SessionRequest implements Request {
	timer: unknown;
	readonly since: number;
	#begin = 0;
	#isOver = false;
	#holder: StateHolder | undefined;

	constructor(
		private readonly owner: RequestOwner,
		private readonly inputs: readonly Tensor[],
		readonly options: RunOptions,
		private readonly resolve: (result: RunResult | 'dropped') => void,
		private readonly reject: (error: Error) => void,
	) {
		this.since = options.since ?? owner.now();
	}

	get allowNonFinite(): boolean {
		return this.owner.isAllowed();
	}

	prepare(): readonly Tensor[] {
		const { key = '', reset, check } = this.options;
		const state = this.owner.state();
		// A request that fails its check begins an episode all the same.
		if (reset) state?.reset(key);
		this.#begin = this.owner.now();
		this.#checkInTime(false);
		check?.();
		if (!state) return this.inputs;
		this.#holder = state.holder(key);
		return state.feed(this.#holder, this.inputs);
	}

	settle(outputs: readonly Tensor[], time: number): void {
		// What came too late is thrown away, its state included.
		if (this.#isOver) return;
		try {
			this.#checkInTime(true);
		} catch (error) {
			this.fail(error as Error);
			return;
		}
		const state = this.owner.state();
		const given = state && this.#holder ? state.keep(this.#holder, outputs) : outputs;
		this.owner.settle(this, { outputs: given, time, wait: this.#begin - this.since });
	}

	fail(error: Error): void {
		if (!this.#isOver) this.owner.fail(this, error);
	}

	/** A timer comes late to an event loop that is held up, as by a run inline, and then the result is there first. */
	#checkInTime(isRunning: boolean): void {
		const deadline = this.owner.deadline();
		if (deadline !== undefined && this.owner.now() - this.since > deadline) throw lateError(isRunning, deadline);
	}

	/** Tells whoever waits, once. */
	finish(timers: Timers, result: RunResult | 'dropped' | Error): void {
		if (this.#isOver) return;
		this.#isOver = true;
		if (this.timer !== undefined) timers.clearTimeout(this.timer);
		if (result instanceof Error) this.reject(result);
		else this.resolve(result);
	}
}

function closedError(): BriefError {
	return new BriefError('closed', 'The session is closed.');
}

/** The places as they are. */
export const createHost: CreateHost = (placement, source, options, onDeath): Host => {
	if (placement === 'inline') return new InlineHost(source, options);
	if (placement === 'process') return new ProcessHost(source, options, onDeath);
	return new WorkerHost(source, options, onDeath);
};

function keyOf(source: ModelSource, load: Required<LoadOptions>, options: SessionOptions): string {
	const { placement = 'worker', watch = false } = options;
	const settings = JSON.stringify([load, placement, watch]);
	if ('bytes' in source) return `${hashBytes(source.bytes)} ${settings}`;
	// A link that is watched may point elsewhere tomorrow.
	if (watch) return `${resolve(source.path)} ${settings}`;
	const path = realpathSync(source.path);
	// A file that has changed since it was loaded is another model.
	const { mtimeMs, size } = statSync(path);
	return `${path} ${mtimeMs} ${size} ${settings}`;
}

/**
 * A session of a model. The model is loaded once, in a thread of its own by default, for all sessions of the same file
 * and settings.
 * @throws what `fs` throws when the file is not there.
 */
export function openSession(source: ModelSource, options: SessionOptions = {}): ModelSession {
	const { runtime = 'auto', threads = 1, providers = [], sha256 = '' } = options;
	const load = { runtime, threads, providers, sha256 };
	const key = keyOf(source, load, options);
	let model = models.get(key);
	if (!model) {
		const created = new SharedModel({
			source,
			load,
			placement: options.placement ?? 'worker',
			watch: options.watch ?? false,
			createHost: options.createHost ?? createHost,
			timers: options.timers ?? systemTimers,
			onUnused() {
				if (models.get(key) === created) models.delete(key);
			},
		});
		model = created;
		models.set(key, model);
	}
	return new ModelSession(model, options);
}
