import { randomBytes } from 'node:crypto';
import { type EndpointInfo, type Incompatibility, vendorCyclone } from '../../rtps';
import type { EndpointEvent } from '../graph';
import type { QosProfile } from '../qos';
import { encapsulation } from '../services/message';
import { endpointUserData, parseUserData, replyToDds, requestToDds, typeFromDds, typeToDds } from './dds-names';
import { definitionCheck, describe, policyValue, toDdsQos, type WireContext } from './wire';

/**
 * What both ends of a service have in common on the network. A service is two topics, and how an answer names its
 * request is a matter of the middleware:
 * - `fastrtps`: by the related sample identity in the inline QoS. A request carries there the GUID of the reader that
 *   awaits the answer, its own sequence number is that of the sample. Source: rmw_fastrtps_shared_cpp.
 * - `cyclonedds`: by a header between encapsulation and body, {uint64 client, int64 number}, which the answer repeats.
 *   Both endpoints of a client or server carry the same `clientid=` or `serviceid=` in USER_DATA, so that the other
 *   side knows which belong together. Source: rmw_cyclonedds_cpp.
 */
export type Manner = 'fastrtps' | 'cyclonedds';

/** A client or server as its endpoints need it. */
export interface ServiceEnd {
	readonly service: string;
	readonly typeName: string;
	readonly qos: QosProfile;
	emit(event: EndpointEvent): void;
}

/** What a participant writes; undefined for one without a number of its own, as this library's, which knows both. */
export function mannerOfVendor(vendor: number): Manner | undefined {
	if (vendor === vendorCyclone) return 'cyclonedds';
	return vendor === 0 ? undefined : 'fastrtps';
}

/** How a sample is written: by its vendor, otherwise by whether it has an identity in its inline QoS. */
export function mannerOfSample(writer: EndpointInfo, hasIdentity: boolean): Manner {
	return mannerOfVendor(writer.participant.vendor) ?? (hasIdentity ? 'fastrtps' : 'cyclonedds');
}

/** An id of a client or server in the form that rmw_cyclonedds_cpp gives it; compared as a text only. */
export function createEndId(): string {
	return [...randomBytes(16)].map((byte) => byte.toString(16)).join('.');
}

/** Bytes of the header of rmw_cyclonedds_cpp. */
const header = 16;

/** A message with the header of rmw_cyclonedds_cpp in between, in the byte order of the message. */
export function addHeader(message: Uint8Array, client: bigint, number: bigint): Uint8Array {
	const wrapped = Buffer.allocUnsafe(message.length + header);
	wrapped.set(message.subarray(0, encapsulation));
	// 16 bytes: the alignment of the body stays what it was.
	if (isLittleEndian(message)) {
		wrapped.writeBigUInt64LE(client, encapsulation);
		wrapped.writeBigInt64LE(number, encapsulation + 8);
	} else {
		wrapped.writeBigUInt64BE(client, encapsulation);
		wrapped.writeBigInt64BE(number, encapsulation + 8);
	}
	wrapped.set(message.subarray(encapsulation), encapsulation + header);
	return wrapped;
}

/** A message without the header of rmw_cyclonedds_cpp, and what stood there; undefined when it is too short. */
export function splitHeader(payload: Uint8Array): { message: Uint8Array; client: bigint; number: bigint } | undefined {
	if (payload.length < encapsulation + header) return undefined;
	const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
	const littleEndian = isLittleEndian(payload);
	// A copy, since readers of the same payload may be several.
	const message = new Uint8Array(payload.length - header);
	message.set(payload.subarray(0, encapsulation));
	message.set(payload.subarray(encapsulation + header), encapsulation);
	return {
		message,
		client: littleEndian ? bytes.readBigUInt64LE(encapsulation) : bytes.readBigUInt64BE(encapsulation),
		number: littleEndian ? bytes.readBigInt64LE(encapsulation + 8) : bytes.readBigInt64BE(encapsulation + 8),
	};
}

/** The lowest bit of the representation identifier (DDSI-RTPS 2.5, 10.2.1.2). */
function isLittleEndian(message: Uint8Array): boolean {
	return ((message[1] ?? 0) & 1) === 1;
}

export function sameGuid(a: Uint8Array, b: Uint8Array): boolean {
	return Buffer.compare(a, b) === 0;
}

/**
 * Options of the DDS endpoint for one of the two topics.
 * @param part the topic: that of requests or that of responses
 * @param other who is on the other side
 * @param id `clientid=...;` or `serviceid=...;`
 */
export function endpointOptions(
	end: ServiceEnd,
	part: 'Request' | 'Response',
	other: 'client' | 'server',
	id: string,
	context: WireContext,
	onChange: () => void,
) {
	const { service, qos } = end;
	// ROS 2 puts the hash of the request or response there, not that of the service.
	const typeName = `${end.typeName}_${part}`;
	const check = definitionCheck(`A ${other} of ${service}`, typeName, context, (event) => end.emit(event));
	return {
		topic: part === 'Request' ? requestToDds(service) : replyToDds(service),
		typeName: typeToDds(typeName),
		qos: toDdsQos(qos),
		userData: endpointUserData(context.hashOf(typeName), id),
		onMatched(_count: number, remote: EndpointInfo) {
			check(remote);
			onChange();
		},
		onIncompatible({ policy, endpoint }: Incompatibility) {
			const theirs = { typeName: serviceOf(typeFromDds(endpoint.typeName)), qos: endpoint.qos };
			context.withNode(endpoint, (node) => {
				const who = `the ${other} of ${service}${describe(node)}`;
				const message = misfit(policy, who, theirs, other === 'server' ? 'client' : 'server', end);
				end.emit({ kind: 'incompatible', policy, message });
			});
		},
	};
}

/** What does not fit between the two ends of a service, in words. */
export function misfit(
	policy: string,
	who: string,
	theirs: { readonly typeName: string; readonly qos: object },
	own: 'client' | 'server',
	ours: { readonly typeName: string; readonly qos: object },
): string {
	if (policy === 'type') return `${who} has the type ${theirs.typeName}; this ${own} has ${ours.typeName}`;
	const [a, b] = [policyValue(theirs.qos, policy), policyValue(ours.qos, policy)];
	return `${who} has the QoS ${a}; this ${own} has ${b}`;
}

const serviceOf = (typeName: string): string => typeName.replace(/_(Request|Response)$/, '');

/** The id of a client or server in the USER_DATA of one of its endpoints. */
export function endIdOf(endpoint: EndpointInfo, key: 'clientid' | 'serviceid'): string | undefined {
	return parseUserData(endpoint.userData).get(key);
}
