import { type Clock, systemClock } from '../../rtps';
import { Watch } from '../../rtps/watch';
import type { Now } from '../clock';
import type { EndpointEvent, EndpointOptions, MessageInfo, Publisher, SubscribeOptions, Subscription } from '../graph';
import { incompatiblePolicy, type QosProfile } from '../qos';

interface Queued {
	readonly cdr: Uint8Array;
	readonly info: MessageInfo;
}

/**
 * Direct delivery between the publishers and subscriptions of one graph: the same bytes, without a socket. It
 * follows the rules of the wire: QoS and types have to fit, keep_last drops the oldest, transient_local serves late
 * joiners, a deadline that is missed is told.
 */
export class Hub {
	readonly #writers = new Map<string, Set<Writer>>();
	readonly #readers = new Map<string, Set<Reader>>();

	/** @param clock measures deadlines */
	constructor(private readonly clock: Clock = systemClock()) {}

	subscribe(
		topic: string,
		typeName: string,
		qos: QosProfile,
		onMessage: (cdr: Uint8Array, info: MessageInfo) => void,
		onError: (error: unknown) => void,
		options: SubscribeOptions = {},
	): Reader {
		const reader = new Reader(topic, typeName, qos, onMessage, onError, options, this.clock, () => {
			remove(this.#readers, topic, reader);
			for (const writer of reader.matches) writer.unmatch(reader);
		});
		add(this.#readers, topic, reader);
		for (const writer of this.#writers.get(topic) ?? []) this.#match(writer, reader);
		return reader;
	}

	advertise(topic: string, typeName: string, qos: QosProfile, now: Now, options: EndpointOptions = {}): Writer {
		const writer = new Writer(topic, typeName, qos, now, options, () => {
			remove(this.#writers, topic, writer);
			for (const reader of writer.matches) reader.unmatch(writer);
		});
		add(this.#writers, topic, writer);
		for (const reader of this.#readers.get(topic) ?? []) this.#match(writer, reader);
		return writer;
	}

	/** Publishers and subscriptions as they are now. */
	endpoints(): { writers: Writer[]; readers: Reader[] } {
		return {
			writers: [...this.#writers.values()].flatMap((set) => [...set]),
			readers: [...this.#readers.values()].flatMap((set) => [...set]),
		};
	}

	#match(writer: Writer, reader: Reader): void {
		const policy = writer.typeName !== reader.typeName ? 'type' : incompatiblePolicy(writer.qos, reader.qos);
		if (policy !== undefined) {
			const offered = policy === 'type' ? writer.typeName : policyText(writer.qos, policy);
			const asked = policy === 'type' ? reader.typeName : policyText(reader.qos, policy);
			writer.emit({
				kind: 'incompatible',
				policy,
				message: `a subscription of ${writer.topic} asks ${asked}; this publisher offers ${offered}`,
			});
			reader.emit({
				kind: 'incompatible',
				policy,
				message: `a publisher of ${reader.topic} offers ${offered}; this subscription asks ${asked}`,
			});
			return;
		}
		writer.match(reader);
		reader.match(writer);
	}
}

function policyText(qos: QosProfile, policy: 'reliability' | 'durability' | 'deadline'): string {
	if (policy !== 'deadline') return qos[policy];
	return qos.deadline === undefined ? 'no deadline' : `deadline ${qos.deadline} ms`;
}

function add<T>(sets: Map<string, Set<T>>, key: string, item: T): void {
	const set = sets.get(key);
	if (set) set.add(item);
	else sets.set(key, new Set([item]));
}

function remove<T>(sets: Map<string, Set<T>>, key: string, item: T): void {
	const set = sets.get(key);
	set?.delete(item);
	if (set?.size === 0) sets.delete(key);
}

class Endpoint<Other> {
	readonly matches = new Set<Other>();
	protected closed = false;

	constructor(
		readonly topic: string,
		readonly typeName: string,
		readonly qos: QosProfile,
		readonly options: EndpointOptions,
		private readonly leave: () => void,
	) {}

	/** Endpoints of the other kind that fit, here and on the network. */
	get matched(): number {
		return this.matches.size + this.#remote;
	}

	#remote = 0;

	/** The number of endpoints on the network that fit. */
	setRemote(count: number): void {
		this.#remote = count;
		this.emit({ kind: 'matched', count: this.matched });
	}

	match(other: Other): void {
		this.matches.add(other);
		this.emit({ kind: 'matched', count: this.matched });
	}

	unmatch(other: Other): void {
		if (this.matches.delete(other)) this.emit({ kind: 'matched', count: this.matched });
	}

	emit(event: EndpointEvent): void {
		if (!this.closed) this.options.onEvent?.(event);
	}

	close(): void {
		if (this.closed) return;
		this.closed = true;
		this.leave();
		this.matches.clear();
	}
}

/** A subscription of this process. */
export class Reader extends Endpoint<Writer> implements Subscription {
	#queue: Queued[] = [];
	#scheduled = false;
	/** Watches publishers of this process; those on the network are watched there. */
	#deadline: Watch | undefined;
	#missed = 0;
	readonly #limit: number;
	readonly #isNewestOnly: boolean;

	constructor(
		topic: string,
		typeName: string,
		qos: QosProfile,
		private readonly onMessage: (cdr: Uint8Array, info: MessageInfo) => void,
		private readonly onError: (error: unknown) => void,
		options: SubscribeOptions,
		private readonly clock: Clock,
		leave: () => void,
	) {
		super(topic, typeName, qos, options, leave);
		this.#isNewestOnly = options.newestOnly === true;
		this.#limit = options.newestOnly ? 1 : qos.history === 'keep_last' ? qos.depth : Number.POSITIVE_INFINITY;
	}

	override match(writer: Writer): void {
		super.match(writer);
		const { deadline } = this.qos;
		if (deadline !== undefined) {
			this.#deadline ??= new Watch(this.clock, deadline, () => {
				this.#missed++;
				this.emit({ kind: 'deadline', total: this.#missed });
			});
		}
		if (this.qos.durability === 'transient_local') for (const queued of writer.kept) this.take(queued);
	}

	override unmatch(writer: Writer): void {
		super.unmatch(writer);
		if (this.matches.size === 0) this.#endDeadline();
	}

	override close(): void {
		super.close();
		this.#endDeadline();
	}

	#endDeadline(): void {
		this.#deadline?.close();
		this.#deadline = undefined;
	}

	/**
	 * Takes a message from the network, on which no flow can feed itself within a turn: the first of a turn is handed over
	 * at once, which saves a round of the event loop. What comes with it waits as any other, so that no more than the
	 * depth does.
	 */
	takeNow(queued: Queued): void {
		if (this.#scheduled || this.#isNewestOnly) {
			this.take(queued);
			return;
		}
		if (this.closed) return;
		this.#deadline?.touch();
		this.#scheduled = true;
		setImmediate(this.#drain);
		this.#hand(queued);
	}

	/** Queues a message. It is handed over in a later turn, so that a flow that feeds itself cannot recurse. */
	take(queued: Queued): void {
		this.#deadline?.touch();
		if (this.#queue.length >= this.#limit) this.#queue.shift();
		this.#queue.push(queued);
		if (this.#scheduled) return;
		this.#scheduled = true;
		setImmediate(this.#drain);
	}

	readonly #drain = (): void => {
		this.#scheduled = false;
		const queue = this.#queue;
		if (queue.length === 0) return;
		this.#queue = [];
		for (const queued of queue) {
			if (this.closed) return;
			this.#hand(queued);
		}
	};

	#hand({ cdr, info }: Queued): void {
		try {
			this.onMessage(cdr, info);
		} catch (error) {
			this.onError(error);
		}
	}
}

/** A publisher of this process. */
export class Writer extends Endpoint<Reader> implements Publisher {
	/** What late joiners get; empty unless transient_local. */
	readonly kept: Queued[] = [];
	readonly #keep: number;
	/** Sends on the network, once there is one. */
	onPublish: ((cdr: Uint8Array) => void) | undefined;

	constructor(
		topic: string,
		typeName: string,
		qos: QosProfile,
		private readonly now: Now,
		options: EndpointOptions,
		leave: () => void,
	) {
		super(topic, typeName, qos, options, leave);
		this.#keep = qos.durability === 'volatile' ? 0 : qos.history === 'keep_last' ? qos.depth : Number.POSITIVE_INFINITY;
	}

	publish(cdr: Uint8Array): void {
		if (this.closed) throw new Error(`The publisher of ${this.topic} is closed`);
		if (cdr.length < 4) {
			throw new RangeError(`Expected a serialized message with its 4-byte header, got ${cdr.length} bytes`);
		}
		const queued = { cdr, info: { receivedAt: this.now() } };
		if (this.#keep > 0) {
			if (this.kept.length >= this.#keep) this.kept.shift();
			this.kept.push(queued);
		}
		for (const reader of this.matches) reader.take(queued);
		this.onPublish?.(cdr);
	}
}
