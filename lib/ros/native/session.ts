import { stat } from 'node:fs';
import type { DiscoverySettings } from '../discovery';
import type { Addon, Entry, Handle, ShadowNode } from './addon';

/** The lists of entities that the executor reads from its ShadowNode. */
type List = '_subscriptions' | '_clients' | '_services' | '_actionClients' | '_actionServers' | '_events';
const lists: readonly List[] = [
	'_subscriptions',
	'_clients',
	'_services',
	'_actionClients',
	'_actionServers',
	'_events',
];

/** How long the executor's thread waits at most, ms. It is woken when there is something to do. */
const longestWait = 1000;
/** How long works may hold the event loop in one turn, ms. */
const turn = 5;
/** How long close() waits for the executor's thread, ms. */
const patience = 2000;

/** How long a session is kept after its end, ms, and how many. */
const linger = 2000;
const mostIdle = 4;
/** Sessions that wait for their node to come back. */
const idle = new Map<string, Session>();

export interface SessionOptions {
	readonly nodeName: string;
	readonly namespace: string;
	readonly domainId: number;
	/** What to look for others with, where it is not the environment that says so. */
	readonly discovery: Partial<DiscoverySettings>;
	/** What a callback throws. */
	readonly onError: (error: unknown) => void;
}

/**
 * A context and node of rcl, and the thread that waits for its entities.
 *
 * The lists that the thread waits with are locked while it waits, so adding to them would hold the event loop, for ever
 * with an endless wait. Works are therefore queued, a guard condition wakes the thread, and it stands still, its lock
 * released, until the event loop has done what is ready: in that moment the works are done. One wake-up serves them
 * all, and works that take longer than a few milliseconds together are spread over turns of the event loop.
 */
export class Session {
	readonly addon: Addon;
	readonly node: Handle;
	readonly #context: Handle;
	readonly #guard: Handle;
	readonly #shadow: ShadowNode;
	#onError: (error: unknown) => void;
	readonly #ready = new Map<Handle, () => void>();
	readonly #lists = new Map<Handle, List>();
	/** What is to be freed once the thread no longer waits for it. */
	readonly #gone = new Set<Handle>();
	#works: (() => void)[] = [];
	#isChanged = false;
	#isWoken = false;
	#isExecuting = false;
	#last: (() => void) | undefined;
	#idle: NodeJS.Timeout | undefined;

	/**
	 * A session, or the one of the same node that has just been closed: it takes a while to put a node on the network or to
	 * take it off, in which nothing else goes on, so a node that comes back at once has never left.
	 * @throws Error when rcl cannot make the node
	 */
	static open(addon: Addon, options: SessionOptions): Session {
		const { onError, ...rest } = options;
		const key = JSON.stringify([rest, process.env]);
		const kept = idle.get(key);
		if (kept === undefined || kept.addon !== addon) return new Session(addon, options, key);
		idle.delete(key);
		clearTimeout(kept.#idle);
		kept.#onError = onError;
		return kept;
	}

	private constructor(
		addon: Addon,
		options: SessionOptions,
		private readonly key: string,
	) {
		const { nodeName, namespace, domainId, discovery, onError } = options;
		this.addon = addon;
		this.#onError = onError;
		this.#context = addon.createContext();
		try {
			this.node = withEnvironment({ ...discoveryVariables(discovery), ...middlewareVariables(addon) }, () => {
				addon.init(this.#context, [], BigInt(domainId));
				return addon.createNode(nodeName, namespace, this.#context, [], false, null);
			});
		} catch (error) {
			this.#context.release();
			throw error;
		}
		this.#guard = addon.createGuardCondition(this.#context);
		const shadow = new addon.ShadowNode();
		for (const list of lists) shadow[list] = [];
		shadow._timers = [];
		shadow._guards = [{ _handle: this.#guard }];
		shadow.execute = (ready) => this.#execute(ready);
		this.#shadow = shadow;
		shadow.start(this.#context, longestWait);
	}

	/** Does `work` soon, in the order of the calls, when entities may be made and released. What it throws is told. */
	run(work: () => void): void {
		this.#works.push(work);
		this.#wake();
	}

	/** Waits for an entity from now on. Within run() only. */
	add(list: List, handle: Handle, onReady: () => void): void {
		this.#lists.set(handle, list);
		this.#ready.set(handle, onReady);
		this.#isChanged = true;
	}

	/** Ends waiting for an entity, and frees it at the end of this turn, in the order of the calls. Within run() only. */
	release(handle: Handle): void {
		if (this.#lists.delete(handle)) this.#isChanged = true;
		this.#ready.delete(handle);
		this.#gone.add(handle);
	}

	/** Ends it after what has been given to run(). All entities have to be released by then. */
	async close(): Promise<void> {
		const done = new Promise<void>((resolve) => {
			this.run(() => {
				this.#last = resolve;
			});
		});
		await within(patience, done);
		this.#last = undefined;
		const oldest = [...idle].slice(0, Math.max(0, idle.size - mostIdle + 1));
		for (const [key, session] of oldest) session.#discard(key);
		// Another node of the same name may be closed meanwhile.
		if (idle.has(this.key)) return this.#discard();
		idle.set(this.key, this);
		this.#idle = setTimeout(() => this.#discard(this.key), linger);
	}

	/** Takes the node off the network. */
	#discard(key?: string): void {
		clearTimeout(this.#idle);
		if (key !== undefined) idle.delete(key);
		this.#last = () => {
			this.#last = undefined;
			// With nothing left to wait for the thread waits for a semaphore, from which stop() wakes it for certain.
			this.#shadow._guards = [];
			this.#shadow.syncHandles();
			fromPoll(() => this.#guarded(() => this.#stop()));
		};
		this.#guarded(() => this.#wake());
	}

	#stop(): void {
		this.#shadow.stop();
		this.#guard.release();
		this.node.release();
		this.#context.release();
	}

	/** Takes those that are kept off the network, so that others need not wait until their time is over. */
	static {
		process.on('exit', () => {
			for (const session of idle.values()) session.#guarded(() => session.#stop());
		});
	}

	#wake(): void {
		if (this.#isWoken || this.#isExecuting) return;
		this.#isWoken = true;
		this.addon.triggerGuardCondition(this.#guard);
	}

	/** Called on the event loop while the thread stands still. What it threw would end the process. */
	#execute(ready: readonly Handle[]): void {
		this.#isExecuting = true;
		this.#isWoken = false;
		for (const handle of ready) this.#guarded(this.#ready.get(handle));
		const end = performance.now() + turn;
		let done = 0;
		while (done < this.#works.length && performance.now() < end) this.#guarded(this.#works[done++]);
		this.#works = this.#works.slice(done);
		this.#guarded(() => this.#sync());
		for (const handle of this.#gone) {
			this.#gone.delete(handle);
			this.#guarded(() => handle.release());
			if (performance.now() >= end) break;
		}
		this.#isExecuting = false;
		if (this.#works.length > 0 || this.#gone.size > 0) this.#guarded(() => this.#wake());
		else this.#guarded(this.#last);
	}

	#guarded(callback: (() => void) | undefined): void {
		try {
			callback?.();
		} catch (error) {
			this.#onError(error);
		}
	}

	#sync(): void {
		if (!this.#isChanged) return;
		this.#isChanged = false;
		for (const list of lists) this.#shadow[list] = [];
		for (const [handle, list] of this.#lists) this.#shadow[list].push({ _handle: handle } satisfies Entry);
		this.#shadow.syncHandles();
	}
}

/** The variables that rcl takes its settings of discovery from; undefined ones stay as they are. */
function discoveryVariables({ range, staticPeers }: Partial<DiscoverySettings>): Record<string, string> {
	return {
		...(range === undefined
			? {}
			: {
					ROS_AUTOMATIC_DISCOVERY_RANGE: range.toUpperCase(),
					// Humble's. Later distributions heed it too, and warn of it.
					...(process.env.ROS_DISTRO === 'humble' ? { ROS_LOCALHOST_ONLY: range === 'localhost' ? '1' : '0' } : {}),
				}),
		...(staticPeers === undefined ? {} : { ROS_STATIC_PEERS: staticPeers.join(';') }),
	};
}

/**
 * Cyclone DDS holds who deletes a writer, that of a service too, until its last sample has been acknowledged: 0.1 s or so,
 * and 1 s for a reader that has been killed. Publishers wait for that by themselves, without holding the event loop. What
 * the user has configured comes later and wins.
 */
function middlewareVariables(addon: Addon): Record<string, string> {
	if (addon.getRMWImplementationIdentifier() !== 'rmw_cyclonedds_cpp') return {};
	const ours =
		'<CycloneDDS><Domain><Internal><WriterLingerDuration>0 s</WriterLingerDuration></Internal></Domain></CycloneDDS>';
	return { CYCLONEDDS_URI: [ours, process.env.CYCLONEDDS_URI].filter(Boolean).join(',') };
}

/** Sets variables of the environment for the length of a call: rcl knows these settings by them only. */
function withEnvironment<T>(variables: Record<string, string>, work: () => T): T {
	const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
	Object.assign(process.env, variables);
	try {
		return work();
	} finally {
		for (const [name, value] of before) {
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		}
	}
}

/**
 * Calls back from the event loop's poll phase. rclnodejs runs the event loop once more from within stop(); from an
 * immediate or a timer that leaves Node.js's lists of these in disorder, and the loop turns for nothing from then on.
 */
function fromPoll(callback: () => void): void {
	stat(__filename, callback);
}

async function within(time: number, promise: Promise<void>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, time);
	});
	await Promise.race([promise, late]);
	clearTimeout(timer);
}
