import { checkNumber } from '../../check';
import {
	createParticipant,
	type EndpointInfo,
	type Participant,
	type Qos,
	systemClock,
	type Transport,
} from '../../rtps';
import { type Now, systemNow, type Timers } from '../clock';
import type { DiscoverySettings } from '../discovery';
import type {
	EndpointOptions,
	EndpointQos,
	Graph,
	GraphWarning,
	MessageInfo,
	NodeName,
	Publisher,
	RequestHandler,
	ServiceClient,
	ServiceDescription,
	ServiceServer,
	SubscribeOptions,
	Subscription,
	TopicDescription,
} from '../graph';
import { checkNamespace, checkNodeName, fullNodeName } from '../names';
import { checkQos, type QosProfile, qosPresets } from '../qos';
import type { TypeRegistry } from '../types/registry';
import { Client } from './client';
import { serviceFromDds, serviceTypeFromDds, topicFromDds, typeFromDds } from './dds-names';
import { Hub, type Reader, type Writer } from './hub';
import { NodeNames } from './node-names';
import { Server } from './server';
import { ServiceHub } from './service-hub';
import type { Manner } from './service-wire';
import { connectReader, connectWriter, type WireContext, type WireEndpoint } from './wire';

export interface EmbeddedOptions {
	/** Node name, such as `node_red`. */
	nodeName: string;
	/** Namespace, such as `/` or `/lab`. */
	namespace: string;
	/** ROS_DOMAIN_ID, 0 to 232: graphs of different domains do not see each other. */
	domainId: number;
	/** How far to look for others. */
	discovery: DiscoverySettings;
	/** The definitions of the types, whose hashes are told to others. */
	types: TypeRegistry;
	/** What a subscription's callback throws, and what hinders the network. */
	onError: (error: unknown) => void;
	/** What deserves attention although everything goes on: a receive buffer that is too small, say. */
	onWarning: (message: string, kind: GraphWarning['kind']) => void;
	/** Default: the system's clock. */
	now?: Now;
	/** Default: UDP. */
	transport?: Transport;
	/** What measures the timeouts of calls. Default: the timers of this machine. */
	timers?: Timers;
	/** How clients write to servers whose vendor leaves it open, such as those of this library. Default: fastrtps. */
	serviceManner?: Manner;
}

/**
 * A participant in the ROS 2 graph that needs nothing installed: DDSI-RTPS in this process. Publishers and
 * subscriptions of one graph reach each other directly, all others over the network.
 * @throws TypeError or RangeError when an option is wrong.
 */
export function createEmbeddedGraph(options: EmbeddedOptions): EmbeddedGraph {
	return new EmbeddedGraph(options);
}

export class EmbeddedGraph implements Graph {
	readonly nodeName: string;
	readonly namespace: string;
	readonly domainId: number;
	/**
	 * Resolves when the graph is on the network, or at once when it is to stay off it. What goes wrong is told to
	 * `onError`; within the process the graph works all the same.
	 */
	readonly ready: Promise<void>;
	readonly #options: EmbeddedOptions;
	readonly #hub = new Hub();
	readonly #services = new ServiceHub();
	readonly #now: Now;
	readonly #timers: Timers;
	/** Endpoints of this graph and their other halves on the network. */
	readonly #endpoints = new Map<Reader | Writer, WireEndpoint | undefined>();
	#wire: WireContext | undefined;
	#names: NodeNames | undefined;
	#participant: Participant | undefined;
	readonly #leaving = new Set<Promise<void>>();
	#closed = false;

	constructor(options: EmbeddedOptions) {
		this.nodeName = checkNodeName('nodeName', options.nodeName);
		this.namespace = checkNamespace('namespace', options.namespace);
		// The ports of a domain have to stay below 65536 (DDSI-RTPS 2.5, 9.6.2.3).
		this.domainId = checkNumber('domainId', options.domainId, { min: 0, max: 232, integer: true });
		this.#options = options;
		this.#now = options.now ?? systemNow;
		this.#timers = options.timers ?? systemClock();
		this.ready = this.#join().catch((error) => {
			if (!this.#closed) options.onError(error);
		});
	}

	subscribe(
		topic: string,
		typeName: string,
		qos: QosProfile,
		onMessage: (cdr: Uint8Array, info: MessageInfo) => void,
		options?: SubscribeOptions,
	): Subscription {
		this.#checkOpen();
		const checked = checkQos('qos', qos);
		return this.#keep(this.#hub.subscribe(topic, typeName, checked, onMessage, this.#options.onError, options));
	}

	advertise(topic: string, typeName: string, qos: QosProfile, options?: EndpointOptions): Publisher {
		this.#checkOpen();
		return this.#keep(this.#hub.advertise(topic, typeName, checkQos('qos', qos), this.#now, options));
	}

	createClient(
		service: string,
		typeName: string,
		qos: QosProfile = qosPresets.services,
		options: EndpointOptions = {},
	): ServiceClient {
		this.#checkOpen();
		const client = new Client(service, typeName, checkQos('qos', qos), {
			...options,
			timers: this.#timers,
			manner: this.#options.serviceManner ?? 'fastrtps',
			onClose: (closed) => {
				this.#services.removeClient(closed);
				this.#announce();
			},
		});
		this.#services.addClient(client);
		this.#connectService(client);
		return client;
	}

	createService(
		service: string,
		typeName: string,
		qos: QosProfile = qosPresets.services,
		onRequest: RequestHandler,
		options: EndpointOptions = {},
	): ServiceServer {
		this.#checkOpen();
		const server = new Server(service, typeName, checkQos('qos', qos), {
			...options,
			onRequest,
			onError: this.#options.onError,
			now: this.#now,
			timers: this.#timers,
			onClose: (closed) => {
				this.#services.removeServer(closed);
				this.#announce();
			},
		});
		this.#services.addServer(server);
		this.#connectService(server);
		return server;
	}

	services(): ServiceDescription[] {
		const services = new Map<string, { types: Set<string>; servers: number; clients: number }>();
		const add = (service: string, typeName: string, kind: 'servers' | 'clients') => {
			const entry = services.get(service) ?? { types: new Set(), servers: 0, clients: 0 };
			entry.types.add(typeName);
			entry[kind]++;
			services.set(service, entry);
		};
		for (const { service, typeName } of this.#services.servers) add(service, typeName, 'servers');
		for (const { service, typeName } of this.#services.clients) add(service, typeName, 'clients');
		// Either end has one endpoint on the topic of requests.
		for (const { topic, typeName, kind } of this.#participant?.endpoints() ?? []) {
			const service = serviceFromDds(topic);
			const type = serviceTypeFromDds(typeName);
			if (service !== undefined && type !== undefined) add(service, type, kind === 'reader' ? 'servers' : 'clients');
		}
		return [...services.entries()]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([service, { types, servers, clients }]) => ({ service, typeNames: [...types], servers, clients }));
	}

	topics(): TopicDescription[] {
		const topics = new Map<string, { types: Set<string>; publishers: EndpointQos[]; subscriptions: EndpointQos[] }>();
		const add = (topic: string, typeName: string, kind: 'publishers' | 'subscriptions', qos: EndpointQos) => {
			const entry = topics.get(topic) ?? { types: new Set(), publishers: [], subscriptions: [] };
			entry.types.add(typeName);
			entry[kind].push(qos);
			topics.set(topic, entry);
		};
		const { writers, readers } = this.#hub.endpoints();
		const own = fullNodeName(this);
		for (const { topic, typeName, qos } of writers) add(topic, typeName, 'publishers', { ...qos, node: own });
		for (const { topic, typeName, qos } of readers) add(topic, typeName, 'subscriptions', { ...qos, node: own });
		for (const endpoint of this.#participant?.endpoints() ?? []) {
			const topic = topicFromDds(endpoint.topic);
			if (topic === undefined) continue;
			const kind = endpoint.kind === 'writer' ? 'publishers' : 'subscriptions';
			const node = this.#names?.nodeOf(endpoint.guid);
			add(topic, typeFromDds(endpoint.typeName), kind, {
				...profileOf(endpoint.qos),
				...(node === undefined ? {} : { node: fullNodeName(node) }),
			});
		}
		return [...topics.entries()]
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([topic, { types, publishers, subscriptions }]) => ({
				topic,
				typeNames: [...types],
				publishers,
				subscriptions,
			}));
	}

	nodes(): NodeName[] {
		const { nodeName, namespace } = this;
		return [{ nodeName, namespace }, ...(this.#names?.nodes() ?? [])];
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		for (const endpoint of [...this.#endpoints.keys()]) endpoint.close();
		for (const end of [...this.#services.clients, ...this.#services.servers]) end.close();
		await this.ready;
		await Promise.all(this.#leaving);
		this.#names?.close();
		await this.#participant?.close();
	}

	/** Joins the network and brings the endpoints that are there already onto it. */
	async #join(): Promise<void> {
		const { discovery, types, transport, onWarning } = this.#options;
		if (discovery.range === 'off') return;
		const isLocal = discovery.range === 'localhost';
		const participant = await createParticipant({
			domainId: this.domainId,
			name: this.nodeName,
			userData: Buffer.from('enclave=/;'),
			network: {
				// ROS 2 looks for the nodes of this machine one by one; a multicast on loopback would reach those of
				// other users' networks only by accident of their routes.
				multicast: !isLocal,
				localhostOnly: isLocal && discovery.staticPeers.length === 0,
				peers: isLocal ? ['127.0.0.1', ...discovery.staticPeers] : discovery.staticPeers,
			},
			...(transport === undefined ? {} : { transport }),
			onWarning: ({ kind, message, cause }) => {
				if (kind === 'callback') this.#options.onError(cause ?? new Error(message));
				else onWarning(message, kind);
			},
			onParticipant: (kind, { guid }) => {
				if (kind === 'left') this.#names?.forget(guid);
			},
		});
		this.#participant = participant;
		if (this.#closed) return;
		this.#wire = {
			participant,
			now: this.#now,
			hashOf: (typeName) => hashOf(types, typeName),
			withNode: (endpoint, use) => this.#names?.whenKnown(endpoint, use),
		};
		const guids = (kind: 'readers' | 'writers') =>
			this.#hub.endpoints()[kind].flatMap((endpoint) => this.#endpoints.get(endpoint)?.guid ?? []);
		this.#names = new NodeNames(
			participant,
			{
				nodeName: this.nodeName,
				namespace: this.namespace,
				readers: () => [...guids('readers'), ...this.#services.guids('reader')],
				writers: () => [...guids('writers'), ...this.#services.guids('writer')],
			},
			this.#timers,
		);
		for (const endpoint of this.#endpoints.keys()) this.#connect(endpoint);
		for (const end of [...this.#services.clients, ...this.#services.servers]) this.#connectService(end);
	}

	#connect(endpoint: Reader | Writer): void {
		const wire = this.#wire;
		if (wire === undefined) return;
		const isReader = 'take' in endpoint;
		this.#endpoints.set(endpoint, isReader ? connectReader(endpoint, wire) : connectWriter(endpoint, wire));
		this.#names?.announce();
	}

	#connectService(end: Client | Server): void {
		if (this.#wire === undefined) return;
		end.connect(this.#wire);
		this.#names?.announce();
	}

	#announce(): void {
		if (!this.#closed) this.#names?.announce();
	}

	/** Takes an endpoint off the network; close() waits until it has gone. */
	#leave(wire: WireEndpoint | undefined): void {
		if (wire === undefined) return;
		const leaving = wire.close().finally(() => this.#leaving.delete(leaving));
		this.#leaving.add(leaving);
	}

	/** Puts an endpoint on the network, and remembers it until it is closed. */
	#keep<T extends Reader | Writer>(endpoint: T): T {
		const close = endpoint.close.bind(endpoint);
		endpoint.close = () => {
			close();
			this.#leave(this.#endpoints.get(endpoint));
			this.#endpoints.delete(endpoint);
			this.#announce();
		};
		this.#endpoints.set(endpoint, undefined);
		this.#connect(endpoint);
		return endpoint;
	}

	#checkOpen(): void {
		if (this.#closed) throw new Error(`The graph of the node ${this.nodeName} is closed`);
	}
}

function hashOf(types: TypeRegistry, typeName: string): string | undefined {
	try {
		return types.message(typeName).hash;
	} catch {
		// A graph moves bytes of any type; a hash is told where there is a definition to make it from.
		return undefined;
	}
}

/** What ROS 2 shows of a DDS QoS. */
function profileOf(qos: EndpointInfo['qos'] | Qos): QosProfile {
	return {
		reliability: qos.reliability,
		durability: qos.durability === 'volatile' ? 'volatile' : 'transient_local',
		history: qos.history,
		depth: qos.depth,
		...(Number.isFinite(qos.deadline) ? { deadline: qos.deadline } : {}),
		...(Number.isFinite(qos.lifespan) ? { lifespan: qos.lifespan } : {}),
	};
}
