import { writeSequenceNumber } from './bytes';
import type { Clock } from './clock';
import { guidToString, sameBytes } from './guid';
import { type Audience, everybody } from './history';
import { ParameterList, pids } from './parameters';
import { type IncompatiblePolicy, incompatiblePolicy, inDefaultPartition, type Qos, type QosOptions } from './qos';
import type { LivelinessStatus, Reader } from './reader';
import type { ReaderProxy } from './reader-proxy';
import type { EndpointInfo, RemoteReader, RemoteWriter } from './remote';
import type { SampleIdentity, SampleInfo } from './sample';
import { Watch } from './watch';
import type { Writer } from './writer';

/** An endpoint on the same topic that does not fit, so nothing will pass between the two. */
export interface Incompatibility {
	/** The policy that stands in the way; `type` when the names of the types differ. */
	readonly policy: IncompatiblePolicy;
	readonly endpoint: EndpointInfo;
}

/** Options that writers and readers share. */
export interface EndpointOptions {
	/** DDS topic name, such as `rt/chatter`. */
	readonly topic: string;
	/** DDS type name, such as `std_msgs::msg::dds_::String_`. */
	readonly typeName: string;
	readonly qos?: QosOptions;
	/** USER_DATA for others to see, at most 65,000 bytes. Default: none. */
	readonly userData?: Uint8Array;
	/** The number of endpoints that fit has changed. `endpoint` is the one that came or went. */
	readonly onMatched?: (count: number, endpoint: EndpointInfo) => void;
	readonly onIncompatible?: (incompatibility: Incompatibility) => void;
	/** The time `qos.deadline` has passed without a sample; `total` counts how often so far. */
	readonly onDeadlineMissed?: (total: number) => void;
}

export interface WriterOptions extends EndpointOptions {
	/** The time `qos.livelinessLease` has passed without a sign of life. Manual kinds of liveliness only. */
	readonly onLivelinessLost?: () => void;
	/** A reader has become one of {@link DataWriter.listeningEndpoints}. */
	readonly onListening?: (endpoint: EndpointInfo) => void;
}

export interface ReaderOptions extends EndpointOptions {
	/**
	 * Called for each sample, in the order of its writer, from within the socket's handler. `payload` is the
	 * encapsulation header and the CDR body. Nobody else writes into it and it may be kept; its ArrayBuffer may hold
	 * other samples too, so it may not be transferred. What this throws goes to the participant's onWarning.
	 */
	readonly onSample: (payload: Uint8Array, info: SampleInfo) => void;
	readonly onLiveliness?: (status: LivelinessStatus) => void;
}

export interface WriteOptions {
	/** The sample that this one answers, sent along as inline QoS. */
	readonly relatedSampleIdentity?: SampleIdentity;
	/** GUID of the one reader that is to get it; the others are told that it does not concern them. Default: all. */
	readonly reader?: Uint8Array;
	/**
	 * Which readers are to get it, those included that come later and get what is kept; the others are told that it does
	 * not concern them. Of a transient_local writer only. Default: all.
	 */
	readonly isFor?: (reader: EndpointInfo) => boolean;
}

/** Both numbers that the related sample identity goes by: Fast DDS before 2.13 knows only its own. */
function encodeRelated({ guid, sequenceNumber }: SampleIdentity): Uint8Array {
	const identity = new Uint8Array(24);
	identity.set(guid);
	if (sequenceNumber >= 0) writeSequenceNumber(identity, 16, sequenceNumber);
	else identity.fill(0xff, 16, 20);
	return new ParameterList()
		.raw(pids.relatedSampleIdentityFast, identity)
		.raw(pids.relatedSampleIdentity, identity)
		.finish(false);
}

/** What a local endpoint needs of its participant. */
export interface EndpointHost {
	readonly clock: Clock;
	/** Takes it off the network and off the participant. */
	remove(endpoint: DataWriter | DataReader): void;
	/** Runs a callback of the user's, whatever it throws. */
	guard(callback: () => void): void;
}

abstract class Endpoint<Options extends EndpointOptions> {
	readonly topic: string;
	readonly typeName: string;
	protected closed = false;

	constructor(
		/** 16 bytes. */
		readonly guid: Uint8Array,
		readonly qos: Qos,
		protected readonly options: Options,
		protected readonly host: EndpointHost,
	) {
		this.topic = options.topic;
		this.typeName = options.typeName;
	}

	/** Whether a remote endpoint fits; the user is told of one that would but for a policy. */
	protected fits(remote: EndpointInfo): boolean {
		if (remote.topic !== this.topic || !inDefaultPartition(remote.qos.partitions)) return false;
		const [offered, asked] = remote.kind === 'writer' ? [remote.qos, this.qos] : [this.qos, remote.qos];
		const policy = remote.typeName !== this.typeName ? 'type' : incompatiblePolicy(offered, asked);
		if (policy === undefined) return true;
		this.host.guard(() => this.options.onIncompatible?.({ policy, endpoint: remote }));
		return false;
	}

	/** Remote endpoints that fit, by entity of discovery: so that one that goes is told of once. */
	readonly #matches = new Set<EndpointInfo['guid']>();

	protected met(endpoint: EndpointInfo): void {
		this.#matches.add(endpoint.guid);
		this.#tell(endpoint);
	}

	/** @internal A remote endpoint of this topic is gone. */
	forget(endpoint: EndpointInfo): void {
		if (this.#matches.delete(endpoint.guid)) this.#tell(endpoint);
	}

	/** Endpoints of the other kind that fit at this moment. */
	get matched(): number {
		return this.#matches.size;
	}

	#tell(endpoint: EndpointInfo): void {
		if (!this.closed) this.host.guard(() => this.options.onMatched?.(this.matched, endpoint));
	}
}

/** Writes samples of one topic. */
export class DataWriter extends Endpoint<WriterOptions> {
	readonly #writer: Writer;
	#deadline: Watch | undefined;
	#deadlinesMissed = 0;
	#liveliness: Watch | undefined;
	/** @internal Set by signs of life of a manual_by_participant writer, until the participant has passed them on. */
	isAsserted = false;

	/** @internal */
	constructor(guid: Uint8Array, writer: Writer, options: WriterOptions, host: EndpointHost) {
		super(guid, writer.qos, options, host);
		this.#writer = writer;
		const { deadline, liveliness, livelinessLease } = this.qos;
		if (deadline !== Number.POSITIVE_INFINITY) {
			this.#deadline = new Watch(host.clock, deadline, () => {
				this.#deadlinesMissed++;
				host.guard(() => options.onDeadlineMissed?.(this.#deadlinesMissed));
			});
		}
		if (liveliness !== 'automatic' && livelinessLease !== Number.POSITIVE_INFINITY) {
			this.#liveliness = new Watch(host.clock, livelinessLease, () => host.guard(() => options.onLivelinessLost?.()));
		}
	}

	/** The remote readers that fit at this moment. */
	matchedEndpoints(): EndpointInfo[] {
		return this.#writer.proxies.map(({ remote }) => remote.info);
	}

	/**
	 * Those of them that have shown that they know this writer, and so will get what is written from now on. Their side
	 * of discovery may be later than ours, and a volatile reader gets nothing that was written before it. Best-effort
	 * readers cannot show it and count at once.
	 */
	listeningEndpoints(): EndpointInfo[] {
		return this.#writer.proxies.filter(({ isListening }) => isListening).map(({ remote }) => remote.info);
	}

	/** Samples held for readers to come, or because a reader has not acknowledged them. */
	get stored(): number {
		return this.#writer.stored;
	}

	/** True while write() would throw because a keep_all history is full. */
	get isFull(): boolean {
		return this.#writer.isFull;
	}

	/** Resolves when a full keep_all history has room again; at once when it is not full. */
	drained(): Promise<void> {
		return this.#writer.drained();
	}

	/**
	 * Sends one sample: encapsulation header and CDR body. The bytes belong to the writer from then on and may not be
	 * written any more, since a late or slow reader still gets them.
	 * @returns its sequence number, from 1
	 * @throws BriefError when a keep_all history is full; RangeError when `reader` is none that fits, or for `isFor` on a
	 * volatile writer; Error on a closed writer
	 */
	write(payload: Uint8Array, options?: WriteOptions): number {
		if (this.closed) throw new Error(`The writer of ${this.topic} has been closed`);
		const related = options?.relatedSampleIdentity;
		const inlineQos = related === undefined ? undefined : encodeRelated(related);
		const sequenceNumber = this.#writer.write(payload, inlineQos, false, this.#audienceOf(options));
		this.#deadline?.touch();
		this.#liveliness?.touch();
		this.isAsserted = true;
		return sequenceNumber;
	}

	#audienceOf(options: WriteOptions | undefined): Audience {
		const reader = options?.reader;
		const isFor = options?.isFor;
		if (reader === undefined && isFor === undefined) return everybody;
		if (isFor !== undefined && this.qos.durability === 'volatile') {
			throw new RangeError(`Expected \`isFor\` on a transient_local writer, that of ${this.topic} is volatile`);
		}
		return { only: reader === undefined ? undefined : this.#proxyOf(reader), isFor };
	}

	#proxyOf(guid: Uint8Array): ReaderProxy {
		const proxy = this.#writer.proxies.find(({ remote }) => sameBytes(remote.info.guid, 0, guid, 0, 16));
		if (proxy !== undefined) return proxy;
		throw new RangeError(`Expected \`reader\` to be the GUID of a matched reader, got ${guidToString(guid)}`);
	}

	/** A sign of life without a sample, for the manual kinds of liveliness. */
	assertLiveliness(): void {
		if (this.closed) return;
		this.#liveliness?.touch();
		this.isAsserted = true;
		if (this.qos.liveliness === 'manual_by_topic') this.#writer.assertLiveliness();
	}

	close(): void {
		if (this.closed) return;
		this.closed = true;
		this.#deadline?.close();
		this.#liveliness?.close();
		this.host.remove(this);
		for (const proxy of [...this.#writer.proxies]) {
			proxy.remote.proxies.splice(proxy.remote.proxies.indexOf(proxy), 1);
			this.#writer.removeReader(proxy);
		}
		this.#writer.close();
	}

	/** @internal */
	consider(remote: RemoteReader, entityId: number): void {
		if (this.closed || !this.fits(remote.info)) return;
		remote.proxies.push(this.#writer.addReader(remote, entityId));
		this.met(remote.info);
	}

	/** @internal */
	refreshDestinations(): void {
		this.#writer.refreshDestinations();
	}
}

/** Reads samples of one topic. */
export class DataReader extends Endpoint<ReaderOptions> {
	readonly #reader: Reader;

	/** @internal */
	constructor(guid: Uint8Array, reader: Reader, options: ReaderOptions, host: EndpointHost) {
		super(guid, reader.qos, options, host);
		this.#reader = reader;
	}

	/** The remote writers that fit at this moment. */
	matchedEndpoints(): EndpointInfo[] {
		return this.#reader.proxies.map(({ remote }) => remote.info);
	}

	close(): void {
		if (this.closed) return;
		this.closed = true;
		this.host.remove(this);
		for (const proxy of this.#reader.proxies) {
			proxy.remote.proxies.splice(proxy.remote.proxies.indexOf(proxy), 1);
		}
		this.#reader.close();
	}

	/** @internal */
	consider(remote: RemoteWriter, entityId: number): void {
		if (this.closed || !this.fits(remote.info)) return;
		remote.proxies.push(this.#reader.addWriter(remote, entityId));
		this.met(remote.info);
	}
}
