import { BriefError } from '../check';
import type { Timers } from '../control/timers';
import { Tensor } from '../tensor/tensor';
import { FileWatch } from './file-watch';
import type { Host } from './host';
import { showInfo } from './inputs';
import { type Placement, PlacementAdvisor, type PlacementChoice } from './placement';
import type { LoadOptions, ModelInfo, ModelSource, TensorInfo } from './protocol';

/** A run that somebody waits for. */
export interface Request {
	readonly allowNonFinite: boolean;
	/** All inputs, as they are when the turn has come. What it throws fails the request. */
	prepare(): readonly Tensor[];
	/** @param time how long the inference took, ms */
	settle(outputs: readonly Tensor[], time: number): void;
	fail(error: Error): void;
}

/** Who asks for runs: it has its turn, and says then what to run. */
export interface Client {
	/** The next request, or undefined when it wants none any more. */
	take(): Request | undefined;
	/** Whether there is another one. */
	readonly hasMore: boolean;
	onEvent(event: ModelEvent): void;
}

/** What happens to a model beside its runs. */
export type ModelEvent =
	/** A changed file is in use from now on. */
	| { readonly kind: 'reloaded'; readonly info: ModelInfo }
	/** A changed file cannot be used; the old model goes on. */
	| { readonly kind: 'reload failed'; readonly error: Error }
	/** The model runs in another place now, or has been found to be in the right one. */
	| { readonly kind: 'placed'; readonly placement: Placement; readonly reason: string }
	/** A run without a deadline goes on and on. */
	| { readonly kind: 'long run'; readonly error: Error }
	/** A run hangs; its thread is left behind and another is started. */
	| { readonly kind: 'abandoned'; readonly error: Error };

/** Makes the place in which a model is loaded; `onDeath` is called when it ends without being asked to. */
export type CreateHost = (
	placement: Placement,
	source: ModelSource,
	options: LoadOptions,
	onDeath: (error: Error) => void,
) => Host;

export interface SharedModelOptions {
	readonly source: ModelSource;
	readonly load: LoadOptions;
	readonly placement: PlacementChoice;
	/** Whether a changed file is loaded anew. */
	readonly watch: boolean;
	readonly createHost: CreateHost;
	readonly timers: Timers;
	/** The last client has left. */
	onUnused(): void;
}

/** How many deaths in a row without a result in between, or threads left behind, are too many for a new start. */
const mostDeaths = 3;

/** How long close() waits for a run under way, ms; after that the thread ends in the background. */
const longestClose = 2000;

/** How long after its deadline a run in a thread counts as hanging, ms. */
const hangTime = 10_000;

/** How long a run goes on before it is told, ms. */
const longRun = 10_000;

/** One loaded model, which several clients share. One run at a time. */
export class SharedModel {
	readonly #clients = new Set<Client>();
	/** Clients with requests, in the order of their turns, so that a fast one does not starve the others. */
	readonly #turns: Client[] = [];
	readonly #advisor: PlacementAdvisor | undefined;
	#placement: Placement;
	#host: Host | undefined;
	/** The loading of the host. */
	#loaded: Promise<ModelInfo> | undefined;
	/** Set while the host is ready. */
	#info: ModelInfo | undefined;
	/** What the model last in use took and gave: those who use it count on that. */
	#signature: ModelInfo | undefined;
	/** What is loaded beside the host, to take its place. */
	#standby: Host | undefined;
	/** The ends of places that are no longer in use. */
	readonly #retiring = new Set<Promise<void>>();
	#running: Request | undefined;
	/** When the run under way has begun. */
	#begin = 0;
	/** The run that has been told to go on and on. */
	#told: Request | undefined;
	/** The place that is being killed for a run of it. */
	#killed: Host | undefined;
	#isLoading = false;
	#isClosed = false;
	#deaths = 0;
	/** How many threads have been left behind and not come out. */
	#hanging = 0;
	#hangTimer: unknown;
	/** The file has changed again while it was being loaded. */
	#hasChangedAgain = false;
	#watch: FileWatch | undefined;
	/** What the last run was given, to warm up a new model with. */
	#lastInputs: readonly Tensor[] | undefined;
	#lastAllowed = false;

	constructor(private readonly options: SharedModelOptions) {
		this.#placement = options.placement === 'auto' ? 'worker' : options.placement;
		if (options.placement === 'auto') this.#advisor = new PlacementAdvisor();
	}

	get info(): ModelInfo | undefined {
		return this.#info;
	}

	get placement(): Placement {
		return this.#placement;
	}

	join(client: Client): void {
		this.#clients.add(client);
	}

	/** Loads the model unless it is. */
	load(): Promise<ModelInfo> {
		if (!this.#host) {
			const host = this.#create(this.#placement);
			this.#host = host;
			this.#watch ??= this.#watchFiles();
			this.#loaded = host.ready.then((info) => {
				// After a death the file may be another than before.
				if (this.#signature) checkSameSignature(this.#signature, info);
				if (this.#host === host) this.#use(info);
				return info;
			});
			// Whoever asks later gets the error too; nobody has to have asked by now.
			this.#loaded.catch(() => {});
		}
		return this.#loaded as Promise<ModelInfo>;
	}

	/** The client has a request. */
	request(client: Client): void {
		this.#turns.push(client);
		this.#next();
	}

	/** The client waits for nothing any more. */
	withdraw(client: Client): void {
		const place = this.#turns.indexOf(client);
		if (place >= 0) this.#turns.splice(place, 1);
	}

	/** Ends the model with its last client. */
	async leave(client: Client): Promise<void> {
		this.withdraw(client);
		this.#clients.delete(client);
		if (this.#clients.size > 0) return;
		this.#isClosed = true;
		this.options.onUnused();
		this.#watch?.close();
		this.options.timers.clearTimeout(this.#hangTimer);
		for (const host of [this.#host, this.#standby]) if (host) void this.#retire(host);
		this.#host = undefined;
		this.#info = undefined;
		this.#standby = undefined;
		let timer: NodeJS.Timeout | undefined;
		const enough = new Promise<void>((resolve) => {
			// What has ended while this very event loop was held up is told before the immediate.
			timer = setTimeout(() => setImmediate(resolve), longestClose);
		});
		await Promise.race([Promise.all(this.#retiring), enough]);
		clearTimeout(timer);
	}

	/** A request comes: whoever waits for a run that does not end should know why nothing comes of it. */
	lookForLongRun(): void {
		const running = this.#running;
		// Past a deadline that run is taken care of.
		if (!running || this.#told === running || this.#hangTimer !== undefined) return;
		const time = this.options.timers.now() - this.#begin;
		if (time < longRun) return;
		this.#told = running;
		const error = new BriefError(
			'run goes on',
			`A run has not ended for ${(time / 1000).toFixed(0)} s, and what comes meanwhile is dropped or has to wait. With a deadline a run that takes too long is given up; in the placement process it is ended as well.`,
		);
		this.#tell({ kind: 'long run', error });
	}

	/** Looks whether the file has changed, without waiting for the next look. */
	async lookForChanges(): Promise<void> {
		await this.#watch?.look();
	}

	/** The request's time is over while it runs. */
	overdue(request: Request): void {
		const host = this.#host;
		if (this.#running !== request || !host) return;
		if (host.kill) {
			this.#killed = host;
			host.kill();
			return;
		}
		this.#hangTimer = this.options.timers.setTimeout(() => {
			if (this.#running === request && this.#host === host) this.#abandon(host);
		}, hangTime);
	}

	/** Ends a place that is no longer in use, after what runs in it. */
	#retire(host: Host): Promise<void> {
		const gone = host.close().finally(() => this.#retiring.delete(gone));
		this.#retiring.add(gone);
		return gone;
	}

	#create(placement: Placement): Host {
		const { source, load, createHost } = this.options;
		const host: Host = createHost(placement, source, load, (error) => this.#onDeath(host, error));
		return host;
	}

	#next(): void {
		if (this.#running || this.#isLoading || this.#turns.length === 0) return;
		const host = this.#host;
		const info = this.#info;
		if (!host || !info) {
			this.#isLoading = true;
			this.load().then(
				() => {
					this.#isLoading = false;
					this.#next();
				},
				(error) => {
					this.#isLoading = false;
					this.#failAll(error);
				},
			);
			return;
		}
		const client = this.#turns.shift() as Client;
		const request = client.take();
		if (client.hasMore) this.#turns.push(client);
		if (request) this.#run(host, info, request);
		else this.#next();
	}

	#run(host: Host, info: ModelInfo, request: Request): void {
		let inputs: readonly Tensor[];
		try {
			inputs = request.prepare();
		} catch (error) {
			request.fail(error as Error);
			this.#next();
			return;
		}
		this.#running = request;
		this.#begin = this.options.timers.now();
		this.#lastInputs = inputs;
		this.#lastAllowed = request.allowNonFinite;
		host.run(inputs, request.allowNonFinite).then(
			({ outputs, time }) => {
				this.#deaths = 0;
				const tensors = outputs.map(
					({ dims, data }, i) => new Tensor((info.outputs[i] as TensorInfo).type, dims, data),
				);
				// Before the next run: it may be fed with what this one gave.
				request.settle(tensors, time);
				this.#over(request);
				this.#advise(time);
			},
			(error) => {
				request.fail(error);
				this.#over(request);
			},
		);
	}

	/** The run is over; unless it had been abandoned, the next one has its turn. */
	#over(request: Request): void {
		if (this.#running !== request) return;
		this.#running = undefined;
		this.#told = undefined;
		this.options.timers.clearTimeout(this.#hangTimer);
		this.#hangTimer = undefined;
		this.#next();
	}

	#failAll(error: Error): void {
		for (const client of this.#turns.splice(0)) {
			for (let request = client.take(); request; request = client.take()) request.fail(error);
		}
	}

	#tell(event: ModelEvent): void {
		for (const client of this.#clients) client.onEvent(event);
	}

	/** A place that died is replaced with the next request, unless it keeps dying. */
	#onDeath(host: Host, error: Error): void {
		if (this.#host !== host) return;
		this.#host = undefined;
		this.#info = undefined;
		if (this.#killed === host) {
			// It was asked for, however often, so the next one is brought up at once.
			this.#killed = undefined;
			if (!this.#isClosed) void this.load();
		} else if (++this.#deaths >= mostDeaths || this.#hanging >= mostDeaths) this.#giveUp(error);
	}

	#giveUp(cause: Error): void {
		const reason = new BriefError(
			'model keeps dying',
			`The ${this.#placement} of the model has died or hung ${mostDeaths} times; it is not started again before the next deploy. ${cause.message}`,
			{ cause },
		);
		const never = Promise.reject(reason);
		never.catch(() => {});
		this.#host = { ready: never, run: () => never, close: async () => {} };
		this.#loaded = never;
	}

	/** A thread in native code cannot be ended, only left behind; should it come out, it ends by itself. */
	#abandon(host: Host): void {
		const error = new BriefError(
			'run hangs',
			`A run has not ended ${hangTime / 1000} s after its deadline. Its thread is left behind, where it goes on using a core, and another is started. For models that may hang choose the placement process.`,
		);
		this.#hanging++;
		void this.#retire(host).then(() => {
			this.#hanging--;
		});
		this.#onDeath(host, error);
		this.#tell({ kind: 'abandoned', error });
		this.#hangTimer = undefined;
		this.#running = undefined;
		this.#next();
	}

	/** The model is loaded. */
	#use(info: ModelInfo): void {
		// Unless what has changed again is yet to be loaded.
		if (!this.#hasChangedAgain) this.#watch?.loaded(info.files, info.fileState);
		this.#info = info;
		this.#signature = info;
	}

	#watchFiles(): FileWatch | undefined {
		const { source, watch, timers } = this.options;
		if (!watch || !('path' in source)) return undefined;
		return new FileWatch([source.path], () => void this.#reload(), timers);
	}

	async #reload(): Promise<void> {
		if (this.#standby) {
			this.#hasChangedAgain = true;
			return;
		}
		try {
			const info = await this.#replace(this.#placement);
			if (info) this.#tell({ kind: 'reloaded', info });
		} catch (error) {
			if (!this.#isClosed) this.#tell({ kind: 'reload failed', error: error as Error });
		}
	}

	#advise(time: number): void {
		const advisor = this.#advisor;
		if (!advisor) return;
		const judged = advisor.reason !== '';
		const place = advisor.observe(time, this.options.timers.now());
		const { reason } = advisor;
		// The first judgement is told even when it is to stay.
		if (!judged && reason !== '' && !place) this.#tell({ kind: 'placed', placement: this.#placement, reason });
		if (!place || this.#standby || this.#isClosed) return;
		this.#replace(place).then(
			(info) => {
				if (!info) return;
				this.#placement = place;
				advisor.moved(place);
				this.#tell({ kind: 'placed', placement: place, reason });
			},
			// It stays where it is, and works there; it would be refused the next time too.
			() => advisor.refused(),
		);
	}

	/**
	 * Loads the model anew beside the one in use, runs it once on what the last run was given, and puts it in its place
	 * between two runs.
	 * @returns its info, or undefined when there is nothing to replace any more.
	 */
	async #replace(placement: Placement): Promise<ModelInfo | undefined> {
		if (this.#standby) return undefined;
		const host = this.#create(placement);
		this.#standby = host;
		try {
			const info = await host.ready;
			if (this.#signature) checkSameSignature(this.#signature, info);
			if (this.#lastInputs && !this.#isClosed) await host.run(this.#lastInputs, this.#lastAllowed);
			if (this.#isClosed) {
				void this.#retire(host);
				return undefined;
			}
			const old = this.#host;
			this.#host = host;
			this.#loaded = Promise.resolve(info);
			this.#use(info);
			this.#deaths = 0;
			// What runs there ends first.
			if (old) void this.#retire(old);
			this.#next();
			return info;
		} catch (error) {
			void this.#retire(host);
			throw error;
		} finally {
			this.#standby = undefined;
			if (this.#hasChangedAgain && !this.#isClosed) {
				this.#hasChangedAgain = false;
				void this.#reload();
			}
		}
	}
}

/** What feeds a model and what takes its outputs are made for what it had. */
function checkSameSignature(old: ModelInfo, fresh: ModelInfo): void {
	const show = (infos: readonly TensorInfo[]) => infos.map(showInfo).join(', ');
	for (const side of ['inputs', 'outputs'] as const) {
		if (show(old[side]) === show(fresh[side])) continue;
		throw new BriefError(
			'other model',
			`The changed file is a model with other ${side} (${show(fresh[side])} instead of ${show(old[side])}), so it is not taken. Deploy to use it all the same.`,
		);
	}
}
