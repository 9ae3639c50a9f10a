import { readI32, readU16, readU32 } from './bytes';
import { entityIds, makeGuid, prefixLength } from './guid';
import { type Locator, locatorLength, readLocator } from './locator';
import { protocolVersion, vendorId } from './messages';
import { ParameterList, pids, readDuration, readOctets, readString, visitParameters } from './parameters';
import { defaultQos, durabilities, livelinessKinds, type Qos } from './qos';

/**
 * The payloads of discovery: SPDPdiscoveredParticipantData, DiscoveredWriterData, DiscoveredReaderData and
 * ParticipantMessageData (DDSI-RTPS 2.5, 9.6.2).
 */

/** Bits of the built-in endpoints that a participant has (DDSI-RTPS 2.5, 9.3.2.12). */
export const builtinEndpoints = {
	participantWriter: 1 << 0,
	participantReader: 1 << 1,
	publicationsWriter: 1 << 2,
	publicationsReader: 1 << 3,
	subscriptionsWriter: 1 << 4,
	subscriptionsReader: 1 << 5,
	participantMessageWriter: 1 << 10,
	participantMessageReader: 1 << 11,
} as const;

const ownBuiltinEndpoints = Object.values(builtinEndpoints).reduce((all, bit) => all | bit, 0);

/** Of a list of hostile length, so many are kept. */
const maxListed = 16;

export interface ParticipantData {
	readonly prefix: Uint8Array;
	readonly vendor: number;
	readonly domainId: number | undefined;
	readonly domainTag: string;
	readonly builtinEndpoints: number;
	readonly metatraffic: readonly Locator[];
	readonly hearsMulticast: boolean;
	readonly defaults: readonly Locator[];
	/** ms */
	readonly lease: number;
	readonly name: string;
	readonly userData: Uint8Array;
}

export interface EndpointData {
	readonly guid: Uint8Array;
	readonly topic: string;
	readonly typeName: string;
	readonly qos: Qos;
	readonly userData: Uint8Array;
	/** Its own unicast locators; those of its participant hold when there are none. */
	readonly locators: readonly Locator[];
}

const none = new Uint8Array(0);

/** What of this participant does not change. */
export interface OwnIdentity {
	readonly prefix: Uint8Array;
	readonly domainId: number;
	readonly name: string;
	readonly userData: Uint8Array;
	/** ms */
	readonly lease: number;
}

export interface OwnParticipant extends OwnIdentity {
	readonly metatraffic: readonly Locator[];
	readonly metatrafficMulticast: Locator | undefined;
	readonly defaults: readonly Locator[];
}

export function encodeParticipant(own: OwnParticipant): Uint8Array {
	const list = new ParameterList()
		.raw(pids.protocolVersion, protocolVersion)
		.raw(pids.vendorId, vendorId)
		.raw(pids.participantGuid, makeGuid(own.prefix, entityIds.participant))
		.words(pids.domainId, own.domainId)
		.words(pids.builtinEndpointSet, ownBuiltinEndpoints)
		.duration(pids.leaseDuration, own.lease);
	for (const locator of own.metatraffic) list.locator(pids.metatrafficUnicastLocator, locator);
	if (own.metatrafficMulticast !== undefined) list.locator(pids.metatrafficMulticastLocator, own.metatrafficMulticast);
	for (const locator of own.defaults) list.locator(pids.defaultUnicastLocator, locator);
	if (own.name !== '') list.string(pids.entityName, own.name);
	if (own.userData.length > 0) list.octets(pids.userData, own.userData);
	return list.finish(true);
}

/** The key that a message of disposal names its instance by. */
export function encodeKey(pid: number, guid: Uint8Array): Uint8Array {
	return new ParameterList().raw(pid, guid).finish(true);
}

/** The inline QoS of such a message: disposed and unregistered. */
export function encodeDisposal(guid: Uint8Array): Uint8Array {
	return new ParameterList().raw(pids.keyHash, guid).status(3).finish(false);
}

/** Byte order of a parameter list from its encapsulation, or undefined when it is none. */
function parameterListOrder(payload: Uint8Array): boolean | undefined {
	if (payload.length < 4 || payload[0] !== 0) return undefined;
	return payload[1] === 3 ? true : payload[1] === 2 ? false : undefined;
}

/** The GUID in a payload that is only a key, or undefined. */
export function decodeKey(pid: number, payload: Uint8Array): Uint8Array | undefined {
	const littleEndian = parameterListOrder(payload);
	if (littleEndian === undefined) return undefined;
	let guid: Uint8Array | undefined;
	visitParameters(payload, 4, payload.length, littleEndian, (id, offset, length) => {
		if (id === pid && length >= 16) guid = new Uint8Array(payload.subarray(offset, offset + 16));
	});
	return guid;
}

function pushLocator(list: Locator[], payload: Uint8Array, offset: number, length: number, littleEndian: boolean) {
	if (length < locatorLength || list.length >= maxListed) return;
	const locator = readLocator(payload, offset, littleEndian);
	if (locator !== undefined) list.push(locator);
}

/** The announcement of a participant, or undefined when it is malformed. */
export function decodeParticipant(payload: Uint8Array): ParticipantData | undefined {
	const littleEndian = parameterListOrder(payload);
	if (littleEndian === undefined) return undefined;
	let prefix: Uint8Array | undefined;
	let vendor = 0;
	let domainId: number | undefined;
	let domainTag = '';
	let endpoints = 0;
	// The default of the specification (9.6.2.2.2): 100 s.
	let lease = 100_000;
	let name = '';
	let userData: Uint8Array = none;
	const metatraffic: Locator[] = [];
	const multicast: Locator[] = [];
	const defaults: Locator[] = [];
	const end = visitParameters(payload, 4, payload.length, littleEndian, (id, offset, length) => {
		if (id === pids.participantGuid && length >= 16) {
			prefix = new Uint8Array(payload.subarray(offset, offset + prefixLength));
		} else if (id === pids.vendorId && length >= 2) vendor = readU16(payload, offset, false);
		else if (id === pids.domainId && length >= 4) domainId = readU32(payload, offset, littleEndian);
		else if (id === pids.domainTag) domainTag = readString(payload, offset, length, littleEndian) ?? '';
		else if (id === pids.builtinEndpointSet && length >= 4) endpoints = readU32(payload, offset, littleEndian);
		else if (id === pids.leaseDuration && length >= 8) lease = readDuration(payload, offset, littleEndian);
		else if (id === pids.entityName) name = readString(payload, offset, length, littleEndian) ?? '';
		else if (id === pids.userData) userData = readOctets(payload, offset, length, littleEndian) ?? none;
		else if (id === pids.metatrafficUnicastLocator) pushLocator(metatraffic, payload, offset, length, littleEndian);
		else if (id === pids.metatrafficMulticastLocator) pushLocator(multicast, payload, offset, length, littleEndian);
		else if (id === pids.defaultUnicastLocator) pushLocator(defaults, payload, offset, length, littleEndian);
	});
	if (end < 0 || prefix === undefined) return undefined;
	return {
		prefix,
		vendor,
		domainId,
		domainTag,
		builtinEndpoints: endpoints,
		metatraffic,
		hearsMulticast: multicast.length > 0,
		defaults,
		lease,
		name,
		userData: new Uint8Array(userData),
	};
}

export interface OwnEndpoint {
	readonly guid: Uint8Array;
	readonly isWriter: boolean;
	readonly topic: string;
	readonly typeName: string;
	readonly qos: Qos;
	readonly userData: Uint8Array;
}

/** Time that a write may block, which only a writer that blocks makes use of; the default of DDS, ms. */
const maxBlockingTime = 100;

export function encodeEndpoint({ guid, isWriter, topic, typeName, qos, userData }: OwnEndpoint): Uint8Array {
	const list = new ParameterList()
		.raw(pids.endpointGuid, guid)
		.raw(pids.participantGuid, makeGuid(guid, entityIds.participant))
		.raw(pids.keyHash, guid)
		.string(pids.topicName, topic)
		.string(pids.typeName, typeName)
		.duration(pids.reliability, maxBlockingTime, qos.reliability === 'reliable' ? 2 : 1)
		.words(pids.durability, durabilities.indexOf(qos.durability))
		.words(pids.history, qos.history === 'keep_all' ? 1 : 0, Math.min(qos.depth, 0x7fffffff))
		.duration(pids.deadline, qos.deadline)
		.duration(pids.liveliness, qos.livelinessLease, livelinessKinds.indexOf(qos.liveliness));
	if (isWriter) list.duration(pids.lifespan, qos.lifespan);
	if (userData.length > 0) list.octets(pids.userData, userData);
	return list.finish(true);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The announcement of an endpoint, or undefined when it is malformed. */
export function decodeEndpoint(payload: Uint8Array, isWriter: boolean): EndpointData | undefined {
	const littleEndian = parameterListOrder(payload);
	if (littleEndian === undefined) return undefined;
	let guid: Uint8Array | undefined;
	let topic: string | undefined;
	let typeName: string | undefined;
	let userData: Uint8Array = none;
	const locators: Locator[] = [];
	// A writer that says nothing of reliability is reliable, a reader is not (DDS 1.4, 2.2.3).
	const qos: Mutable<Qos> = { ...defaultQos, reliability: isWriter ? 'reliable' : 'best_effort' };
	const end = visitParameters(payload, 4, payload.length, littleEndian, (id, offset, length) => {
		if (id === pids.endpointGuid && length >= 16) guid = new Uint8Array(payload.subarray(offset, offset + 16));
		else if (id === pids.topicName) topic = readString(payload, offset, length, littleEndian);
		else if (id === pids.typeName) typeName = readString(payload, offset, length, littleEndian);
		else if (id === pids.userData) userData = readOctets(payload, offset, length, littleEndian) ?? none;
		else if (id === pids.unicastLocator) pushLocator(locators, payload, offset, length, littleEndian);
		else readPolicy(qos, id, payload, offset, length, littleEndian);
	});
	if (end < 0 || guid === undefined || topic === undefined || typeName === undefined) return undefined;
	return { guid, topic, typeName, qos, userData: new Uint8Array(userData), locators };
}

function readPolicy(
	qos: Mutable<Qos>,
	id: number,
	bytes: Uint8Array,
	offset: number,
	length: number,
	littleEndian: boolean,
): void {
	const word = length >= 4 ? readI32(bytes, offset, littleEndian) : -1;
	if (id === pids.reliability) qos.reliability = word === 2 ? 'reliable' : 'best_effort';
	else if (id === pids.durability) qos.durability = durabilities[word] ?? 'volatile';
	else if (id === pids.history && length >= 8) {
		qos.history = word === 1 ? 'keep_all' : 'keep_last';
		qos.depth = readI32(bytes, offset + 4, littleEndian);
	} else if (id === pids.deadline && length >= 8) qos.deadline = readDuration(bytes, offset, littleEndian);
	else if (id === pids.lifespan && length >= 8) qos.lifespan = readDuration(bytes, offset, littleEndian);
	else if (id === pids.latencyBudget && length >= 8) qos.latencyBudget = readDuration(bytes, offset, littleEndian);
	else if (id === pids.liveliness && length >= 12) {
		qos.liveliness = livelinessKinds[word] ?? 'automatic';
		qos.livelinessLease = readDuration(bytes, offset + 4, littleEndian);
	} else if (id === pids.ownership) qos.ownership = word === 1 ? 'exclusive' : 'shared';
	else if (id === pids.destinationOrder) qos.destinationOrder = word;
	else if (id === pids.presentation && length >= 6) {
		qos.presentationScope = word;
		qos.coherentAccess = bytes[offset + 4] !== 0;
		qos.orderedAccess = bytes[offset + 5] !== 0;
	} else if (id === pids.partition) qos.partitions = readStrings(bytes, offset, length, littleEndian);
	else if (id === pids.dataRepresentation) qos.representations = readShorts(bytes, offset, length, littleEndian);
}

function readStrings(bytes: Uint8Array, start: number, length: number, littleEndian: boolean): string[] {
	const list: string[] = [];
	if (length < 4) return list;
	const count = Math.min(readU32(bytes, start, littleEndian), maxListed);
	let offset = start + 4;
	const end = start + length;
	while (list.length < count && offset + 4 <= end) {
		const text = readString(bytes, offset, end - offset, littleEndian);
		if (text === undefined) break;
		list.push(text);
		offset += 4 + ((readU32(bytes, offset, littleEndian) + 3) & ~3);
	}
	return list;
}

function readShorts(bytes: Uint8Array, start: number, length: number, littleEndian: boolean): number[] {
	const list: number[] = [];
	if (length < 4) return list;
	const count = Math.min(readU32(bytes, start, littleEndian), maxListed, (length - 4) >> 1);
	for (let i = 0; i < count; i++) list.push(readU16(bytes, start + 4 + 2 * i, littleEndian));
	return list;
}

/** Who vouches for the liveliness: DDS itself, or the application (DDSI-RTPS 2.5, 9.6.2.1). */
export const livelinessMessage = { automatic: 1, manual: 2 } as const;

/** ParticipantMessageData: CDR_LE, prefix, kind, an empty sequence. */
export function encodeLiveliness(prefix: Uint8Array, kind: number): Uint8Array {
	const payload = new Uint8Array(4 + prefixLength + 4 + 4);
	payload[1] = 1;
	payload.set(prefix, 4);
	payload[4 + prefixLength + 3] = kind;
	return payload;
}

/** The kind of a ParticipantMessageData, or undefined when it is malformed or a vendor's own. */
export function decodeLiveliness(payload: Uint8Array): number | undefined {
	if (payload.length < 4 + prefixLength + 4) return undefined;
	const kind = readU32(payload, 4 + prefixLength, false);
	return kind === livelinessMessage.automatic || kind === livelinessMessage.manual ? kind : undefined;
}
