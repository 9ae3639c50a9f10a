import type { Channel } from './channel';
import type { Clock } from './clock';
import type { Qos } from './qos';
import type { ReassemblyBudget } from './reassembly';
import type { EndpointInfo, RemoteWriter } from './remote';
import type { SampleInfo } from './sample';
import { Watch } from './watch';
import { WriterProxy } from './writer-proxy';

export interface ReaderContext {
	readonly channel: Channel;
	readonly clock: Clock;
	readonly budget: ReassemblyBudget;
	/** Proxies that have to answer their writer once all of the datagram at hand has been delivered. */
	readonly answers: WriterProxy[];
	/** Bytes that may be asked for again at once: more would not fit into the receive buffer and be lost once more. */
	readonly repairBudget: () => number;
	/** Told of what a callback throws. */
	readonly onError: (error: unknown) => void;
	/** Told of the size of each sample that comes in fragments. */
	readonly onLargeSample: (size: number) => void;
	/** Told of a sample that is larger than is allowed. */
	readonly onTooLarge: (writer: EndpointInfo, size: number) => void;
}

/** How many matched writers show signs of life. */
export interface LivelinessStatus {
	readonly alive: number;
	readonly notAlive: number;
}

export interface ReaderCallbacks {
	readonly onSample: (payload: Uint8Array | undefined, info: SampleInfo) => void;
	readonly onDeadlineMissed?: ((total: number) => void) | undefined;
	readonly onLiveliness?: ((status: LivelinessStatus) => void) | undefined;
}

/** The receiving half of the protocol: one reader and what it knows of each writer (DDSI-RTPS 2.5, 8.4.12). */
export class Reader {
	readonly proxies: WriterProxy[] = [];
	readonly channel: Channel;
	readonly clock: Clock;
	readonly budget: ReassemblyBudget;
	readonly answers: WriterProxy[];
	readonly #context: ReaderContext;
	readonly #callbacks: ReaderCallbacks;
	#deadline: Watch | undefined;
	#deadlinesMissed = 0;
	#closed = false;
	#count = 0;

	constructor(
		readonly entityId: number,
		readonly qos: Qos,
		context: ReaderContext,
		callbacks: ReaderCallbacks,
	) {
		this.channel = context.channel;
		this.clock = context.clock;
		this.budget = context.budget;
		this.answers = context.answers;
		this.#context = context;
		this.#callbacks = callbacks;
	}

	/**
	 * The count of the next ACKNACK or NACK_FRAG. It goes on over all writers, so that one that is lost and found again
	 * does not take the messages of its new proxy for old ones.
	 */
	nextCount(): number {
		this.#count = (this.#count + 1) | 0;
		return this.#count;
	}

	addWriter(remote: RemoteWriter, entityId: number): WriterProxy {
		const proxy = new WriterProxy(this, remote, entityId);
		this.proxies.push(proxy);
		if (this.qos.deadline !== Number.POSITIVE_INFINITY) {
			this.#deadline ??= new Watch(this.clock, this.qos.deadline, () => {
				this.#deadlinesMissed++;
				this.#guard(() => this.#callbacks.onDeadlineMissed?.(this.#deadlinesMissed));
			});
		}
		if (remote.info.qos.livelinessLease !== Number.POSITIVE_INFINITY) this.livelinessChanged();
		return proxy;
	}

	removeWriter(proxy: WriterProxy): void {
		const index = this.proxies.indexOf(proxy);
		if (index < 0) return;
		this.proxies.splice(index, 1);
		proxy.close();
		if (proxy.remote.info.qos.livelinessLease !== Number.POSITIVE_INFINITY) this.livelinessChanged();
		if (this.proxies.length > 0) return;
		this.#deadline?.close();
		this.#deadline = undefined;
	}

	/** See {@link ReaderContext.repairBudget}. */
	get repairBudget(): number {
		return this.#context.repairBudget();
	}

	/** Hands a sample over, unless it is older than its writer's lifespan allows. */
	deliver(payload: Uint8Array | undefined, info: SampleInfo): void {
		if (this.#closed) return;
		this.#deadline?.touch();
		const { lifespan } = info.writer.qos;
		if (lifespan !== Number.POSITIVE_INFINITY && info.sourceSeconds !== 0) {
			const written = info.sourceSeconds * 1000 + (info.sourceFraction / 0x1_0000_0000) * 1000;
			if (this.clock.date() - written > lifespan) return;
		}
		try {
			this.#callbacks.onSample(payload, info);
		} catch (error) {
			this.#context.onError(error);
		}
	}

	livelinessChanged(): void {
		if (this.#closed) return;
		const alive = this.proxies.filter((proxy) => proxy.alive).length;
		this.#guard(() => this.#callbacks.onLiveliness?.({ alive, notAlive: this.proxies.length - alive }));
	}

	largeSample(size: number): void {
		this.#context.onLargeSample(size);
	}

	tooLarge(writer: EndpointInfo, size: number): void {
		this.#context.onTooLarge(writer, size);
	}

	close(): void {
		this.#closed = true;
		this.#deadline?.close();
		for (const proxy of this.proxies.splice(0)) proxy.close();
	}

	#guard(callback: () => void): void {
		try {
			callback();
		} catch (error) {
			this.#context.onError(error);
		}
	}
}
