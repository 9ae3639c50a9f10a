import { randomBytes } from 'node:crypto';
import { checkBoolean, checkNumber, checkString, show } from '../check';
import { type Clock, systemClock } from './clock';
import { Discovery } from './discovery';
import {
	DataReader,
	DataWriter,
	type EndpointHost,
	type EndpointOptions,
	type ReaderOptions,
	type WriterOptions,
} from './endpoints';
import { entityIdOf, entityIds, entityKinds, makeGuid, prefixLength } from './guid';
import { Network, type NetworkOptions, wantedReceiveBuffer } from './network';
import { completeQos } from './qos';
import { Reader, type ReaderContext } from './reader';
import { ReassemblyBudget } from './reassembly';
import { Receiver } from './receiver';
import type { EndpointInfo, ParticipantInfo, RemoteParticipant, RemoteReader, RemoteWriter } from './remote';
import type { Transport } from './transport';
import { udpTransport } from './udp';
import { Writer } from './writer';

/** What deserves attention although everything goes on. */
export interface Warning {
	readonly kind: 'receive-buffer' | 'sample-too-large' | 'network' | 'flood' | 'callback';
	/** What was found, and what to do. */
	readonly message: string;
	readonly cause?: unknown;
}

export interface ParticipantOptions {
	/** Participants of different domains do not see each other: 0 to 232. Default: 0. */
	readonly domainId?: number;
	/** ENTITY_NAME for others to see. Default: none. */
	readonly name?: string;
	/** USER_DATA for others to see, at most 65,000 bytes. Default: none. */
	readonly userData?: Uint8Array;
	readonly network?: NetworkOptions;
	/** Time without a sign of life after which others may forget this participant, ms. Default: 20,000. */
	readonly leaseDuration?: number;
	/** A larger payload is sent in fragments of this size, bytes: a multiple of 4 from 1024 to 64,000. Default: 60,000. */
	readonly fragmentSize?: number;
	/** Largest sample that is put together from fragments, bytes. Default: 128 MiB. */
	readonly maxSampleSize?: number;
	/** Default: UDP of this machine. */
	readonly transport?: Transport;
	/** Default: the clock of this machine. */
	readonly clock?: Clock;
	readonly onParticipant?: (kind: 'joined' | 'left', participant: ParticipantInfo) => void;
	/** Every endpoint that others announce, whether it matches one of this participant or not. */
	readonly onEndpoint?: (kind: 'added' | 'changed' | 'removed', endpoint: EndpointInfo) => void;
	readonly onWarning?: (warning: Warning) => void;
}

/** Bytes that may be asked for again at once, however small the receive buffer: one fragment of the largest. */
const leastRepair = 65_536;
const maxUserData = 65_000;
/** Between two warnings of the same error of the sockets, ms. */
const networkErrorPeriod = 60_000;
const maxDomainId = 232;
const maxSampleSize = 128 * 1024 * 1024;

function checkUserData(name: string, value: unknown): Uint8Array {
	if (value === undefined) return new Uint8Array(0);
	if (!(value instanceof Uint8Array)) throw new TypeError(`Expected \`${name}\` to be bytes, got ${show(value)}`);
	if (value.length > maxUserData) {
		throw new RangeError(`Expected \`${name}\` to be at most ${maxUserData} bytes, got ${value.length}`);
	}
	return value.slice();
}

/** The command that lets the kernel grant the receive buffer that is wanted. */
function receiveBufferFix(): string {
	if (process.platform === 'linux') return `sudo sysctl -w net.core.rmem_max=${wantedReceiveBuffer}`;
	if (process.platform === 'darwin') return `sudo sysctl -w kern.ipc.maxsockbuf=${2 * wantedReceiveBuffer}`;
	return 'raise the largest UDP receive buffer of this system';
}

/** A participant in a DDS domain: it finds others and exchanges samples with them (DDSI-RTPS 2.5). */
export class Participant {
	/** 16 bytes. */
	readonly guid: Uint8Array;
	readonly domainId: number;
	readonly #options: ParticipantOptions;
	readonly #clock: Clock;
	readonly #prefix: Uint8Array;
	readonly #receiver: Receiver;
	readonly #fragmentSize: number;
	readonly #lease: number;
	readonly #userData: Uint8Array;
	readonly #readerContext: Omit<ReaderContext, 'channel'>;
	readonly #host: EndpointHost;
	readonly #writers = new Map<string, Set<DataWriter>>();
	readonly #readers = new Map<string, Set<DataReader>>();
	#network!: Network;
	#discovery!: Discovery;
	#entityKey = 0;
	#assertTimer: unknown;
	/** When each kind of error of the sockets was told last. */
	readonly #networkErrors = new Map<string, number>();
	#warnedOfBuffer = false;
	#warnedOfSize = false;
	#closing: Promise<void> | undefined;

	private constructor(options: ParticipantOptions) {
		this.#options = options;
		this.domainId = checkNumber('domainId', options.domainId ?? 0, { min: 0, max: maxDomainId, integer: true });
		checkString('name', options.name ?? '', { allowEmpty: true });
		checkBoolean('network.multicast', options.network?.multicast ?? true);
		this.#userData = checkUserData('userData', options.userData);
		this.#lease = checkNumber('leaseDuration', options.leaseDuration ?? 20_000, { min: 100, unit: 'ms' });
		this.#fragmentSize =
			checkNumber('fragmentSize', options.fragmentSize ?? 60_000, { min: 1024, max: 64_000, unit: 'bytes' }) & ~3;
		const largest = checkNumber('maxSampleSize', options.maxSampleSize ?? maxSampleSize, { above: 0, unit: 'bytes' });
		this.#clock = options.clock ?? systemClock();
		// The prefix begins with the id of the vendor, here the unknown one (DDSI-RTPS 2.5, 9.3.1.5).
		this.#prefix = new Uint8Array(prefixLength);
		this.#prefix.set(randomBytes(prefixLength - 2), 2);
		this.guid = makeGuid(this.#prefix, entityIds.participant);
		const onError = (error: unknown) => this.#failed(error);
		this.#receiver = new Receiver(
			this.#prefix,
			(submessage, data) => this.#discovery?.onAnnouncement(submessage, data),
			onError,
		);
		this.#readerContext = {
			clock: this.#clock,
			budget: new ReassemblyBudget(largest, 2 * largest),
			answers: this.#receiver.answers,
			repairBudget: () => Math.max(leastRepair, 0.75 * this.#network.receiveBufferSize),
			onError,
			onLargeSample: (size) => this.#checkReceiveBuffer(size),
			onTooLarge: (writer, size) => this.#warnOfSize(writer, size, largest),
		};
		this.#host = {
			clock: this.#clock,
			remove: (endpoint) => this.#removeEndpoint(endpoint),
			guard: (callback) => this.#guard(callback),
		};
	}

	/** @internal Use {@link createParticipant}. */
	static async create(options: ParticipantOptions): Promise<Participant> {
		const participant = new Participant(options);
		await participant.#start();
		return participant;
	}

	async #start(): Promise<void> {
		const { transport, network = {}, name = '' } = this.#options;
		this.#network = await Network.open(transport ?? udpTransport(), network, this.domainId, this.#prefix, {
			onDatagram: (data) => {
				if (this.#closing === undefined) this.#receiver.receive(data);
			},
			onError: (error) => this.#warnOfNetwork(error),
		});
		this.#discovery = new Discovery({
			own: {
				prefix: this.#prefix,
				domainId: this.domainId,
				name,
				userData: this.#userData,
				lease: this.#lease,
			},
			network: this.#network,
			clock: this.#clock,
			receiver: this.#receiver,
			readerContext: { ...this.#readerContext, channel: this.#network.metatraffic },
			fragmentSize: this.#fragmentSize,
			callbacks: {
				onJoined: (remote) => this.#guard(() => this.#options.onParticipant?.('joined', remote.info)),
				onLeft: (remote) => this.#guard(() => this.#options.onParticipant?.('left', remote.info)),
				onWriter: (remote) => this.#onWriter(remote),
				onReader: (remote) => this.#onReader(remote),
				onChanged: (remote) => this.#onChanged(remote),
				onWriterGone: (remote) => this.#onGone(remote.info),
				onReaderGone: (remote) => this.#onGone(remote.info),
				onFlood: (message) => this.#warn({ kind: 'flood', message }),
				onError: (error) => this.#warnOfNetwork(error),
			},
		});
		this.#discovery.start();
	}

	/** Bytes that the kernel granted for receiving samples. */
	get receiveBufferSize(): number {
		return this.#network.receiveBufferSize;
	}

	/** Messages that were dropped as malformed. */
	get malformed(): number {
		return this.#receiver.parser.malformed;
	}

	/** The participants known now, without this one. */
	participants(): ParticipantInfo[] {
		return [...this.#receiver.participants.values()].map(({ info }) => info);
	}

	/** The endpoints of other participants known now. */
	endpoints(): EndpointInfo[] {
		const list: EndpointInfo[] = [];
		for (const remote of this.#receiver.participants.values()) {
			for (const { info } of remote.writers.values()) if (info.topic !== '') list.push(info);
			for (const { info } of remote.readers.values()) if (info.topic !== '') list.push(info);
		}
		return list;
	}

	/**
	 * A writer that is known to others from now on. It does not match readers of this same participant.
	 * @throws TypeError or RangeError that names the option that is wrong.
	 */
	createWriter(options: WriterOptions): DataWriter {
		const userData = this.#checkEndpoint(options);
		const qos = completeQos(options.qos);
		const entityId = this.#nextEntityId(entityKinds.writerNoKey);
		const core = new Writer({
			entityId,
			qos,
			channel: this.#network.user,
			clock: this.#clock,
			fragmentSize: this.#fragmentSize,
			onListening: ({ remote }) => this.#guard(() => options.onListening?.(remote.info)),
		});
		const writer = new DataWriter(makeGuid(this.#prefix, entityId), core, options, this.#host);
		addTo(this.#writers, writer);
		const { guid, topic, typeName } = writer;
		this.#discovery.announceEndpoint({ guid, isWriter: true, topic, typeName, qos, userData });
		for (const remote of this.#remotes()) {
			for (const [id, reader] of remote.readers) if (reader.info.topic === topic) writer.consider(reader, id);
		}
		this.#armAssertion();
		return writer;
	}

	/**
	 * A reader that is known to others from now on. It does not match writers of this same participant.
	 * @throws TypeError or RangeError that names the option that is wrong.
	 */
	createReader(options: ReaderOptions): DataReader {
		const userData = this.#checkEndpoint(options);
		const qos = completeQos(options.qos);
		const entityId = this.#nextEntityId(entityKinds.readerNoKey);
		const context = { ...this.#readerContext, channel: this.#network.user };
		const core = new Reader(entityId, qos, context, {
			onSample: (payload, info) => {
				if (payload !== undefined && info.kind === 'alive') options.onSample(payload, info);
			},
			onDeadlineMissed: options.onDeadlineMissed,
			onLiveliness: options.onLiveliness,
		});
		const reader = new DataReader(makeGuid(this.#prefix, entityId), core, options, this.#host);
		addTo(this.#readers, reader);
		const { guid, topic, typeName } = reader;
		this.#discovery.announceEndpoint({ guid, isWriter: false, topic, typeName, qos, userData });
		for (const remote of this.#remotes()) {
			for (const [id, writer] of remote.writers) if (writer.info.topic === topic) reader.consider(writer, id);
		}
		return reader;
	}

	/** Takes leave of the others, closes all endpoints and sockets. */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		this.#clock.clearTimeout(this.#assertTimer);
		for (const writer of [...this.#writers.values()].flatMap((set) => [...set])) writer.close();
		for (const reader of [...this.#readers.values()].flatMap((set) => [...set])) reader.close();
		this.#discovery.close();
		await this.#network.close();
	}

	#checkEndpoint(options: EndpointOptions): Uint8Array {
		if (this.#closing !== undefined) throw new Error('The participant has been closed');
		checkString('topic', options.topic);
		checkString('typeName', options.typeName);
		return checkUserData('userData', options.userData);
	}

	#nextEntityId(kind: number): number {
		this.#entityKey = (this.#entityKey + 1) & 0xffffff;
		return ((this.#entityKey << 8) | kind) >>> 0;
	}

	#remotes(): RemoteParticipant[] {
		return [...this.#receiver.participants.values()];
	}

	#onWriter(remote: RemoteWriter): void {
		this.#guard(() => this.#options.onEndpoint?.('added', remote.info));
		const id = entityIdOf(remote.info.guid);
		for (const reader of this.#readers.get(remote.info.topic) ?? []) reader.consider(remote, id);
	}

	#onReader(remote: RemoteReader): void {
		this.#guard(() => this.#options.onEndpoint?.('added', remote.info));
		const id = entityIdOf(remote.info.guid);
		for (const writer of this.#writers.get(remote.info.topic) ?? []) writer.consider(remote, id);
	}

	#onChanged({ info }: RemoteWriter | RemoteReader): void {
		if (info.topic === '') return;
		if (info.kind === 'reader') for (const writer of this.#writers.get(info.topic) ?? []) writer.refreshDestinations();
		this.#guard(() => this.#options.onEndpoint?.('changed', info));
	}

	#onGone(info: EndpointInfo): void {
		const local = info.kind === 'writer' ? this.#readers.get(info.topic) : this.#writers.get(info.topic);
		for (const endpoint of local ?? []) endpoint.forget(info);
		this.#guard(() => this.#options.onEndpoint?.('removed', info));
	}

	#removeEndpoint(endpoint: DataWriter | DataReader): void {
		const isWriter = endpoint instanceof DataWriter;
		const all: Map<string, Set<DataWriter | DataReader>> = isWriter ? this.#writers : this.#readers;
		const set = all.get(endpoint.topic);
		set?.delete(endpoint);
		if (set?.size === 0) all.delete(endpoint.topic);
		this.#discovery.withdrawEndpoint(endpoint.guid, isWriter);
	}

	/** Signs of life for writers whose liveliness has a lease: at twice the rate that the shortest asks. */
	#armAssertion(): void {
		this.#clock.clearTimeout(this.#assertTimer);
		const writers = [...this.#writers.values()].flatMap((set) => [...set]);
		const byParticipant = writers.filter(
			({ qos }) => qos.liveliness !== 'manual_by_topic' && qos.livelinessLease !== Number.POSITIVE_INFINITY,
		);
		if (byParticipant.length === 0) return;
		const period = Math.min(...byParticipant.map(({ qos }) => qos.livelinessLease)) / 2;
		if (byParticipant.some(({ qos }) => qos.liveliness === 'automatic')) this.#discovery.assertLiveliness('automatic');
		const manual = byParticipant.filter(({ qos, isAsserted }) => qos.liveliness !== 'automatic' && isAsserted);
		if (manual.length > 0) this.#discovery.assertLiveliness('manual');
		for (const writer of manual) writer.isAsserted = false;
		this.#assertTimer = this.#clock.setTimeout(() => this.#armAssertion(), Math.min(period, 0x7fffffff));
	}

	#checkReceiveBuffer(sampleSize: number): void {
		const granted = this.#network.receiveBufferSize;
		if (this.#warnedOfBuffer || sampleSize <= granted || granted >= wantedReceiveBuffer) return;
		this.#warnedOfBuffer = true;
		this.#warn({
			kind: 'receive-buffer',
			message: `Samples of ${sampleSize} bytes arrive, but the system grants a receive buffer of ${granted} bytes, so parts get lost: ${receiveBufferFix()}`,
		});
	}

	#warnOfSize(writer: EndpointInfo, size: number, largest: number): void {
		if (this.#warnedOfSize) return;
		this.#warnedOfSize = true;
		this.#warn({
			kind: 'sample-too-large',
			message: `A sample of ${size} bytes on ${writer.topic} is dropped: \`maxSampleSize\` is ${largest} bytes, and all samples in the making may take twice that`,
		});
	}

	/** A network that is gone makes each datagram fail, so what is the same is told once in a while. */
	#warnOfNetwork(error: Error): void {
		const kind = (error as NodeJS.ErrnoException).code ?? error.message;
		const now = this.#clock.now();
		const last = this.#networkErrors.get(kind);
		if (last !== undefined && now - last < networkErrorPeriod) return;
		this.#networkErrors.set(kind, now);
		this.#warn({ kind: 'network', message: error.message, cause: error });
	}

	#warn(warning: Warning): void {
		try {
			this.#options.onWarning?.(warning);
		} catch {
			// Whoever is told of trouble has trouble of its own; there is nobody left to tell.
		}
	}

	#failed(error: unknown): void {
		const text = error instanceof Error ? error.message : String(error);
		this.#warn({ kind: 'callback', message: text, cause: error });
	}

	#guard(callback: () => void): void {
		try {
			callback();
		} catch (error) {
			this.#failed(error);
		}
	}
}

function addTo<T extends { readonly topic: string }>(sets: Map<string, Set<T>>, endpoint: T): void {
	const set = sets.get(endpoint.topic);
	if (set === undefined) sets.set(endpoint.topic, new Set([endpoint]));
	else set.add(endpoint);
}

/**
 * Joins a DDS domain.
 * @throws TypeError or RangeError that names the option that is wrong; Error when the network cannot be opened.
 */
export function createParticipant(options: ParticipantOptions = {}): Promise<Participant> {
	return Participant.create(options);
}
