import type { Clock } from './clock';
import {
	builtinEndpoints,
	decodeEndpoint,
	decodeKey,
	decodeLiveliness,
	decodeParticipant,
	encodeDisposal,
	encodeEndpoint,
	encodeKey,
	encodeLiveliness,
	encodeParticipant,
	livelinessMessage,
	type OwnEndpoint,
	type OwnIdentity,
	type ParticipantData,
} from './discovery-data';
import { entityIdOf, entityIds, guidToString, makeGuid, prefixLength, sameBytes } from './guid';
import type { Locator } from './locator';
import { discoveryGroup, type Network, ports } from './network';
import { pids } from './parameters';
import type { Submessage } from './parser';
import { defaultQos, type Qos } from './qos';
import { Reader, type ReaderContext } from './reader';
import type { Receiver } from './receiver';
import { type EndpointInfo, RemoteParticipant, RemoteReader, RemoteWriter } from './remote';
import type { SampleInfo } from './sample';
import { Writer } from './writer';

/** After these times the participant announces itself first, ms; then periodically. */
const firstAnnouncements = [0, 100, 200, 400, 800];
/** The longest time between two announcements, ms. Three fit into a lease, so that two may be lost. */
const longestPeriod = 3000;
/** Between two looks at the leases of others, ms. */
const leaseTick = 1000;
/** The longest lease that is granted, so that what a flood leaves behind goes away some time, ms. */
const longestLease = 600_000;
/** What a flood of forged announcements can make be held. */
const limits = { participants: 512, endpoints: 16_384 };

const builtinQos: Qos = {
	...defaultQos,
	reliability: 'reliable',
	durability: 'transient_local',
	history: 'keep_all',
	depth: Number.POSITIVE_INFINITY,
};

/** Told of what is found. */
export interface DiscoveryCallbacks {
	onJoined(participant: RemoteParticipant): void;
	onLeft(participant: RemoteParticipant): void;
	onWriter(writer: RemoteWriter): void;
	onReader(reader: RemoteReader): void;
	/** Its user data or its addresses have changed. */
	onChanged(endpoint: RemoteWriter | RemoteReader): void;
	onWriterGone(writer: RemoteWriter): void;
	onReaderGone(reader: RemoteReader): void;
	onFlood(message: string): void;
	/** The interfaces of this machine cannot be used as they are now. */
	onError(error: Error): void;
}

export interface DiscoveryOptions {
	readonly own: OwnIdentity;
	readonly network: Network;
	readonly clock: Clock;
	readonly receiver: Receiver;
	readonly readerContext: ReaderContext;
	readonly callbacks: DiscoveryCallbacks;
	readonly fragmentSize: number;
}

/**
 * Finds other participants (SPDP) and their endpoints (SEDP), and makes this one known to them.
 * Source: DDSI-RTPS 2.5, 8.5.
 */
export class Discovery {
	readonly #options: DiscoveryOptions;
	readonly #receiver: Receiver;
	readonly #clock: Clock;
	#announcement: Uint8Array;
	readonly #publications: { readonly writer: Writer; readonly reader: Reader };
	readonly #subscriptions: { readonly writer: Writer; readonly reader: Reader };
	readonly #messages: { readonly writer: Writer; readonly reader: Reader };
	/** Sequence number of the sample that announces each own endpoint, by GUID. */
	readonly #announced = new Map<string, number>();
	/** Samples that take back the announcement of an endpoint. Once all have them, nobody needs them any more. */
	readonly #withdrawals = new Map<Writer, number[]>();
	#announceTimer: unknown;
	#leaseTimer: unknown;
	#announcements = 0;
	#flooded = false;
	#closed = false;

	constructor(options: DiscoveryOptions) {
		this.#options = options;
		this.#receiver = options.receiver;
		this.#clock = options.clock;
		this.#announcement = this.#encodeOwn();
		this.#publications = this.#builtin(entityIds.publicationsWriter, (payload, info) => {
			this.#onEndpoint(payload, info, true);
		});
		this.#subscriptions = this.#builtin(entityIds.subscriptionsWriter, (payload, info) => {
			this.#onEndpoint(payload, info, false);
		});
		const liveliness = { ...builtinQos, history: 'keep_last', depth: 1 } as const;
		this.#messages = this.#builtin(
			entityIds.participantMessageWriter,
			(payload, info) => this.#onLiveliness(payload, info),
			liveliness,
		);
	}

	/** Begins to announce. */
	start(): void {
		this.#announce();
		this.#leaseTimer = this.#clock.setTimeout(() => this.#checkLeases(), this.#leaseTick);
	}

	announceEndpoint(endpoint: OwnEndpoint): void {
		const { writer } = endpoint.isWriter ? this.#publications : this.#subscriptions;
		this.#announced.set(guidToString(endpoint.guid), writer.write(encodeEndpoint(endpoint)));
	}

	withdrawEndpoint(guid: Uint8Array, isWriter: boolean): void {
		const { writer } = isWriter ? this.#publications : this.#subscriptions;
		const announced = this.#announced.get(guidToString(guid));
		this.#announced.delete(guidToString(guid));
		if (announced !== undefined) writer.remove(announced);
		const withdrawals = this.#withdrawals.get(writer) ?? [];
		this.#withdrawals.set(writer, withdrawals);
		const known = withdrawals.findIndex((sequenceNumber) => sequenceNumber > writer.acknowledged);
		for (const sequenceNumber of withdrawals.splice(0, known < 0 ? withdrawals.length : known)) {
			writer.remove(sequenceNumber);
		}
		withdrawals.push(writer.write(encodeKey(pids.endpointGuid, guid), encodeDisposal(guid), true));
	}

	/** Vouches for the liveliness of the own writers of one kind. */
	assertLiveliness(kind: keyof typeof livelinessMessage): void {
		this.#messages.writer.write(encodeLiveliness(this.#options.own.prefix, livelinessMessage[kind]));
	}

	/** Takes an announcement or a farewell of a participant. */
	onAnnouncement(submessage: Submessage, data: Uint8Array): void {
		const { payloadStart, payloadEnd, status, keyHash } = submessage;
		const payload = payloadStart < 0 ? undefined : data.subarray(payloadStart, payloadEnd);
		if (status !== 0) {
			const named = keyHash >= 0 ? data.subarray(keyHash, keyHash + 16) : undefined;
			const guid = named ?? (payload && decodeKey(pids.participantGuid, payload));
			const gone = guid && this.#receiver.participants.find(guid, 0);
			if (gone !== undefined) this.#remove(gone);
			return;
		}
		const found = payload && decodeParticipant(payload);
		if (found === undefined || sameBytes(found.prefix, 0, this.#options.own.prefix, 0, prefixLength)) return;
		if (found.domainTag !== '' || (found.domainId ?? this.#options.own.domainId) !== this.#options.own.domainId) return;
		const known = this.#receiver.participants.find(found.prefix, 0);
		if (known === undefined) this.#add(found);
		else this.#update(known, found);
	}

	/** Says farewell: other participants then forget this one and its endpoints at once. */
	close(): void {
		this.#closed = true;
		this.#clock.clearTimeout(this.#announceTimer);
		this.#clock.clearTimeout(this.#leaseTimer);
		const guid = makeGuid(this.#options.own.prefix, entityIds.participant);
		const key = encodeKey(pids.participantGuid, guid);
		this.#sendAnnouncement(2, encodeDisposal(guid), key, [...this.#receiver.participants.values()]);
		for (const participant of [...this.#receiver.participants.values()]) this.#remove(participant);
		for (const { writer, reader } of [this.#publications, this.#subscriptions, this.#messages]) {
			writer.close();
			reader.close();
		}
	}

	#builtin(writerId: number, onSample: (payload: Uint8Array | undefined, info: SampleInfo) => void, qos = builtinQos) {
		const { network, readerContext, fragmentSize } = this.#options;
		const channel = network.metatraffic;
		return {
			writer: new Writer({ entityId: writerId, qos, channel, clock: this.#clock, fragmentSize }),
			// The reader of each built-in topic has the id of its writer with the last octet c7 for c2.
			reader: new Reader(writerId + 5, qos, { ...readerContext, channel }, { onSample }),
		};
	}

	#encodeOwn(): Uint8Array {
		const { own, network } = this.#options;
		const group = { address: discoveryGroup, port: ports.discoveryMulticast(own.domainId) };
		return encodeParticipant({
			...own,
			metatraffic: network.metatrafficLocators,
			metatrafficMulticast: network.hasMulticast ? group : undefined,
			defaults: network.userLocators,
		});
	}

	/** Interfaces come and go: what has changed is announced as often as at the beginning. */
	async #refresh(): Promise<void> {
		const hasChanged = await this.#options.network.refresh();
		if (!hasChanged || this.#closed) return;
		this.#announcement = this.#encodeOwn();
		this.#announcements = 0;
		this.#clock.clearTimeout(this.#announceTimer);
		this.#announce();
	}

	#announce(): void {
		const deaf = [...this.#receiver.participants.values()].filter(
			({ hearsMulticast }) => !hearsMulticast || !this.#options.network.hasMulticast,
		);
		this.#sendAnnouncement(1, undefined, this.#announcement, deaf);
		const period = Math.min(longestPeriod, this.#options.own.lease / 3);
		const next = firstAnnouncements[++this.#announcements] ?? period;
		this.#announceTimer = this.#clock.setTimeout(
			() => {
				this.#announce();
				this.#refresh().catch(this.#options.callbacks.onError);
			},
			Math.min(next, period),
		);
	}

	/** To the group, to the peers in the options, and to `participants` one by one. */
	#sendAnnouncement(
		sequenceNumber: number,
		inlineQos: Uint8Array | undefined,
		payload: Uint8Array,
		participants: readonly RemoteParticipant[],
	): void {
		const { network } = this.#options;
		this.#writeAnnouncement(sequenceNumber, inlineQos, payload);
		network.announce(network.metatraffic.builder.view().slice());
		for (const { metatraffic } of participants) network.metatraffic.send(metatraffic);
	}

	#writeAnnouncement(sequenceNumber: number, inlineQos: Uint8Array | undefined, payload: Uint8Array): void {
		const date = this.#clock.date() / 1000;
		const seconds = Math.floor(date);
		this.#options.network.metatraffic.builder
			.reset()
			.infoTimestamp(seconds, Math.floor((date - seconds) * 0x1_0000_0000))
			.data(0, entityIds.spdpWriter, sequenceNumber, inlineQos, payload.length, inlineQos !== undefined)
			.append(payload);
	}

	#add(found: ParticipantData): void {
		if (this.#receiver.participants.size >= limits.participants) {
			if (this.#flooded) return;
			this.#flooded = true;
			const text = `More than ${limits.participants} participants announce themselves in this domain: the others are ignored`;
			this.#options.callbacks.onFlood(text);
			return;
		}
		const { network } = this.#options;
		const info = {
			guid: makeGuid(found.prefix, entityIds.participant),
			vendor: found.vendor,
			name: found.name,
			userData: found.userData,
		};
		const remote = new RemoteParticipant(
			found.prefix,
			info,
			Math.min(found.lease, longestLease),
			network.choose(found.metatraffic),
			found.defaults,
			found.hearsMulticast,
		);
		remote.lastHeard = this.#clock.now();
		this.#receiver.participants.add(remote);
		this.#options.callbacks.onJoined(remote);
		// It may have missed the announcements so far; and it knows this participant before it hears its endpoints.
		this.#writeAnnouncement(1, undefined, this.#announcement);
		network.metatraffic.send(remote.metatraffic);
		this.#addBuiltin(remote, found.builtinEndpoints);
	}

	#addBuiltin(remote: RemoteParticipant, bits: number): void {
		const pairs = [
			[this.#publications, builtinEndpoints.publicationsWriter, builtinEndpoints.publicationsReader],
			[this.#subscriptions, builtinEndpoints.subscriptionsWriter, builtinEndpoints.subscriptionsReader],
			[this.#messages, builtinEndpoints.participantMessageWriter, builtinEndpoints.participantMessageReader],
		] as const;
		const info = (kind: EndpointInfo['kind'], entityId: number): EndpointInfo => ({
			kind,
			guid: makeGuid(remote.prefix, entityId),
			topic: '',
			typeName: '',
			qos: builtinQos,
			userData: new Uint8Array(0),
			participant: remote.info,
		});
		for (const [{ writer, reader }, writerBit, readerBit] of pairs) {
			if ((bits & readerBit) !== 0) {
				const id = reader.entityId;
				const remoteReader = new RemoteReader(remote, info('reader', id), [], remote.metatraffic);
				remote.readers.set(id, remoteReader);
				remoteReader.proxies.push(writer.addReader(remoteReader, id));
			}
			if ((bits & writerBit) !== 0) {
				const id = writer.entityId;
				const remoteWriter = new RemoteWriter(remote, info('writer', id), [], remote.metatraffic);
				remote.writers.set(id, remoteWriter);
				remoteWriter.proxies.push(reader.addWriter(remoteWriter, id));
			}
		}
	}

	#update(known: RemoteParticipant, found: ParticipantData): void {
		known.heard = true;
		known.lease = Math.min(found.lease, longestLease);
		known.hearsMulticast = found.hearsMulticast;
		const metatraffic = this.#options.network.choose(found.metatraffic);
		const moved = !sameLocators(metatraffic, known.metatraffic) || !sameLocators(found.defaults, known.defaults);
		if (!moved) return;
		known.metatraffic = metatraffic;
		known.defaults = found.defaults;
		for (const remote of [...known.writers.values(), ...known.readers.values()]) {
			if (remote.info.topic === '') remote.destinations = metatraffic;
			else remote.destinations = this.#destinations(known, remote.locators);
			this.#options.callbacks.onChanged(remote);
		}
		for (const { writer } of [this.#publications, this.#subscriptions, this.#messages]) writer.refreshDestinations();
	}

	#destinations(participant: RemoteParticipant, own: readonly Locator[]): Locator[] {
		return this.#options.network.choose(own.length > 0 ? own : participant.defaults);
	}

	#remove(remote: RemoteParticipant): void {
		this.#receiver.participants.delete(remote);
		for (const writer of remote.writers.values()) this.#writerGone(writer);
		for (const reader of remote.readers.values()) this.#readerGone(reader);
		remote.writers.clear();
		remote.readers.clear();
		this.#options.callbacks.onLeft(remote);
	}

	#writerGone(remote: RemoteWriter): void {
		for (const proxy of remote.proxies.splice(0)) proxy.reader.removeWriter(proxy);
		if (remote.info.topic !== '') this.#options.callbacks.onWriterGone(remote);
	}

	#readerGone(remote: RemoteReader): void {
		for (const proxy of remote.proxies.splice(0)) proxy.writer.removeReader(proxy);
		if (remote.info.topic !== '') this.#options.callbacks.onReaderGone(remote);
	}

	#onEndpoint(payload: Uint8Array | undefined, info: SampleInfo, isWriter: boolean): void {
		const remote = this.#receiver.participants.find(info.writer.guid, 0);
		if (remote === undefined) return;
		if (info.kind !== 'alive') {
			const guid = info.keyHash ?? (payload && decodeKey(pids.endpointGuid, payload));
			if (guid !== undefined && sameBytes(guid, 0, remote.prefix, 0, prefixLength)) {
				this.#removeEndpoint(remote, entityIdOf(guid), isWriter);
			}
			return;
		}
		const data = payload && decodeEndpoint(payload, isWriter);
		// A participant speaks for its own endpoints only. Kinds c2, c7 and the like are not the user's.
		if (data === undefined || !sameBytes(data.guid, 0, remote.prefix, 0, prefixLength)) return;
		if (data.topic === '' || (data.guid[15]! & 0xc0) !== 0) return;
		const { guid, topic, typeName, qos, userData, locators } = data;
		const kind = isWriter ? 'writer' : 'reader';
		const endpoint: EndpointInfo = { kind, guid, topic, typeName, qos, userData, participant: remote.info };
		const id = entityIdOf(guid);
		const destinations = this.#destinations(remote, locators);
		const known = isWriter ? remote.writers.get(id) : remote.readers.get(id);
		if (known !== undefined) {
			known.info = { ...endpoint, guid: known.info.guid };
			known.locators = locators;
			known.destinations = destinations;
			this.#options.callbacks.onChanged(known);
			return;
		}
		if (remote.writers.size + remote.readers.size >= limits.endpoints) return;
		if (isWriter) {
			const writer = new RemoteWriter(remote, endpoint, locators, destinations);
			remote.writers.set(id, writer);
			this.#options.callbacks.onWriter(writer);
		} else {
			const reader = new RemoteReader(remote, endpoint, locators, destinations);
			remote.readers.set(id, reader);
			this.#options.callbacks.onReader(reader);
		}
	}

	#removeEndpoint(remote: RemoteParticipant, id: number, isWriter: boolean): void {
		const writer = isWriter ? remote.writers.get(id) : undefined;
		const reader = isWriter ? undefined : remote.readers.get(id);
		if (writer !== undefined && writer.info.topic !== '') {
			remote.writers.delete(id);
			this.#writerGone(writer);
		}
		if (reader !== undefined && reader.info.topic !== '') {
			remote.readers.delete(id);
			this.#readerGone(reader);
		}
	}

	#onLiveliness(payload: Uint8Array | undefined, info: SampleInfo): void {
		const remote = this.#receiver.participants.find(info.writer.guid, 0);
		const kind = payload && decodeLiveliness(payload);
		if (remote === undefined || kind === undefined) return;
		const asserted = kind === livelinessMessage.automatic ? 'automatic' : 'manual_by_participant';
		for (const writer of remote.writers.values()) {
			if (writer.info.qos.liveliness !== asserted) continue;
			for (const proxy of writer.proxies) proxy.assertLiveliness();
		}
	}

	get #leaseTick(): number {
		return Math.min(leaseTick, this.#options.own.lease / 4);
	}

	#checkLeases(): void {
		const now = this.#clock.now();
		for (const remote of [...this.#receiver.participants.values()]) {
			if (remote.heard) remote.lastHeard = now;
			remote.heard = false;
			if (now - remote.lastHeard >= remote.lease) this.#remove(remote);
		}
		if (this.#receiver.participants.size < limits.participants) this.#flooded = false;
		this.#leaseTimer = this.#clock.setTimeout(() => this.#checkLeases(), this.#leaseTick);
	}
}

function sameLocators(a: readonly Locator[], b: readonly Locator[]): boolean {
	return a.length === b.length && a.every(({ address, port }, i) => address === b[i]!.address && port === b[i]!.port);
}
