import type { EndpointInfo, Incompatibility, Participant, QosOptions, SampleInfo } from '../../rtps';
import type { Now } from '../clock';
import type { EndpointEvent, NodeName } from '../graph';
import { fullNodeName } from '../names';
import type { QosProfile } from '../qos';
import { endpointUserData, parseUserData, topicToDds, typeFromDds, typeToDds } from './dds-names';
import type { Reader, Writer } from './hub';

/** What the endpoints on the network need of their graph. */
export interface WireContext {
	readonly participant: Participant;
	readonly now: Now;
	/** RIHS01 hash of a type, when its definition is known. */
	hashOf(typeName: string): string | undefined;
	/**
	 * Hands over the node that an endpoint of somebody else belongs to, for a message that names it: as soon as it is
	 * known, or undefined when it does not become known soon.
	 */
	withNode(endpoint: EndpointInfo, use: (node: NodeName | undefined) => void): void;
}

/** An endpoint on the network. */
export interface WireEndpoint {
	/** 16 bytes. */
	readonly guid: Uint8Array;
	/** Resolves when it has left the network. */
	close(): Promise<void>;
}

/** How long a publisher that is closed stays for what has not been acknowledged, ms. */
const linger = 250;

/** Lets a subscription hear the network too. */
export function connectReader(reader: Reader, context: WireContext): WireEndpoint {
	const wire = context.participant.createReader({
		...common(
			reader,
			context,
			'publisher',
			(event) => reader.emit(event),
			(count) => reader.setRemote(count),
		),
		onSample: (cdr: Uint8Array, _info: SampleInfo) => reader.takeNow({ cdr, info: { receivedAt: context.now() } }),
	});
	return { guid: wire.guid, close: async () => wire.close() };
}

/** Lets a publisher speak to the network too, with what it kept for late joiners so far. */
export function connectWriter(writer: Writer, context: WireContext): WireEndpoint {
	const wire = context.participant.createWriter(
		common(
			writer,
			context,
			'subscription',
			(event) => writer.emit(event),
			(count) => writer.setRemote(count),
		),
	);
	for (const { cdr } of writer.kept) wire.write(cdr);
	writer.onPublish = (cdr) => void wire.write(cdr);
	return {
		guid: wire.guid,
		async close() {
			writer.onPublish = undefined;
			// The last message is often a stop, so a reliable one is not left to chance. What is kept for late joiners
			// stays stored and says nothing.
			const { reliability, durability } = writer.qos;
			const end = performance.now() + linger;
			while (reliability === 'reliable' && durability === 'volatile' && wire.stored > 0 && performance.now() < end) {
				await new Promise((resolve) => setTimeout(resolve, 5));
			}
			wire.close();
		},
	};
}

/** QoS as DDS has it. What keep_all may hold is bounded there by its own default. */
export function toDdsQos({ depth, ...qos }: QosProfile): QosOptions {
	return qos.history === 'keep_all' ? qos : { ...qos, depth };
}

function common(
	endpoint: Reader | Writer,
	context: WireContext,
	other: 'publisher' | 'subscription',
	emit: (event: EndpointEvent) => void,
	setRemote: (count: number) => void,
) {
	const hash = context.hashOf(endpoint.typeName);
	const checkDefinition = definitionCheck(`A ${other} of ${endpoint.topic}`, endpoint.typeName, context, emit);
	return {
		topic: topicToDds(endpoint.topic),
		typeName: typeToDds(endpoint.typeName),
		qos: toDdsQos(endpoint.qos),
		userData: endpointUserData(hash),
		onMatched(count: number, remote: EndpointInfo) {
			setRemote(count);
			checkDefinition(remote);
		},
		onIncompatible({ policy, endpoint: remote }: Incompatibility) {
			const [theirs, ours] =
				policy === 'type'
					? [typeFromDds(remote.typeName), endpoint.typeName]
					: [policyValue(remote.qos, policy), policyValue(endpoint.qos, policy)];
			context.withNode(remote, (node) => {
				const who = describe(node);
				const message =
					other === 'publisher'
						? `the publisher of ${endpoint.topic}${who} offers ${theirs}; this subscription asks ${ours}`
						: `the subscription of ${endpoint.topic}${who} asks ${theirs}; this publisher offers ${ours}`;
				emit({ kind: 'incompatible', policy, message });
			});
		},
		onDeadlineMissed: (total: number) => emit({ kind: 'deadline', total }),
	};
}

/** Other definitions of one type that are warned of. */
const mostDefinitions = 16;

/**
 * A check of remote endpoints that warns, once for each, of other definitions of the same type.
 * @param what the remote endpoint in words: `A publisher of /scan`
 */
export function definitionCheck(
	what: string,
	typeName: string,
	context: WireContext,
	emit: (event: EndpointEvent) => void,
): (remote: EndpointInfo) => void {
	const hash = context.hashOf(typeName);
	const warned = new Set<string>();
	return (remote) => {
		const theirs = parseUserData(remote.userData).get('typehash');
		if (hash === undefined || theirs === undefined || theirs === hash || warned.has(theirs)) return;
		if (warned.size >= mostDefinitions) return;
		warned.add(theirs);
		context.withNode(remote, (node) =>
			emit({
				kind: 'warning',
				message:
					`${what}${describe(node)} has another definition of ${typeName} (${theirs}, here ` +
					`${hash}), so fields may be missing or mixed up. Put its interface files in a folder of the ros2-context, ` +
					'or choose its ROS 2 distribution there.',
			}),
		);
	};
}

const defaults = { deadline: Number.POSITIVE_INFINITY, liveliness: 'automatic' };

/** A policy's value in words. */
export function policyValue(qos: object, policy: string): string {
	const value = ({ ...defaults, ...qos } as Record<string, unknown>)[policy];
	if (typeof value !== 'number') return String(value ?? `another ${policy}`);
	return Number.isFinite(value) ? `${policy} ${value} ms` : `no ${policy}`;
}

/** The node in words to be put behind what it has; nothing when it is not known. */
export function describe(node: NodeName | undefined): string {
	return node === undefined ? '' : ` (node ${fullNodeName(node)})`;
}
