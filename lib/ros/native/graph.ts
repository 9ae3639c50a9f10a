import { checkNumber } from '../../check';
import { type Clock, systemClock } from '../../rtps/clock';
import { type Now, systemNow } from '../clock';
import type { DiscoverySettings } from '../discovery';
import type {
	EndpointOptions,
	EndpointQos,
	Graph,
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
import { checkNamespace, checkNodeName } from '../names';
import { checkQos, type QosProfile, qosPresets } from '../qos';
import type { Addon, NativeEndpoint } from './addon';
import { nodeOf } from './endpoint';
import { checkInstalled, type Installed } from './installed';
import { NativePublisher } from './publisher';
import { fromNativeQos } from './qos';
import { Services } from './services';
import { Session } from './session';
import { NativeSubscription } from './subscription';

export interface NativeOptions {
	/** The binding of rclnodejs, as loadAddon() gives it. */
	addon: Addon;
	/** Node name, such as `node_red`. */
	nodeName: string;
	/** Namespace, such as `/` or `/lab`. */
	namespace: string;
	/** ROS_DOMAIN_ID, 0 to 232. */
	domainId: number;
	/** How far to look for others. What is left out is up to the environment. */
	discovery?: Partial<DiscoverySettings>;
	/** The interfaces that are installed here: rcl can use no others. */
	installed: Installed;
	/** What a subscription's callback throws, and what rcl refuses. */
	onError: (error: unknown) => void;
	/** Default: the system's clock. */
	now?: Now;
	/** What measures deadlines and the timeouts of calls. Default: the clock of this machine. */
	clock?: Clock;
}

/** How often the graph is looked at for what no event tells, ms. */
const lookInterval = 100;

/**
 * A node in the ROS 2 graph of the ROS 2 that is sourced, over rclnodejs: with its middleware, shared memory and
 * security. Nothing blocks: entities are made and freed soon after the calls.
 * @throws TypeError or RangeError when an option is wrong, Error when rcl cannot make the node
 */
export function createNativeGraph(options: NativeOptions): NativeGraph {
	return new NativeGraph(options);
}

export class NativeGraph implements Graph {
	readonly nodeName: string;
	readonly namespace: string;
	readonly domainId: number;
	/** The middleware, such as `rmw_cyclonedds_cpp`. */
	readonly rmw: string;
	readonly #options: NativeOptions;
	readonly #session: Session;
	readonly #services: Services;
	readonly #now: Now;
	readonly #clock: Clock;
	readonly #endpoints = new Set<NativePublisher | NativeSubscription>();
	readonly #leaving = new Set<Promise<void>>();
	#look: unknown;
	#closed = false;

	constructor(options: NativeOptions) {
		const { addon, discovery = {}, onError } = options;
		this.nodeName = checkNodeName('nodeName', options.nodeName);
		this.namespace = checkNamespace('namespace', options.namespace);
		this.domainId = checkNumber('domainId', options.domainId, { min: 0, max: 232, integer: true });
		this.rmw = addon.getRMWImplementationIdentifier();
		this.#options = options;
		this.#now = options.now ?? systemNow;
		this.#clock = options.clock ?? systemClock();
		const { nodeName, namespace, domainId } = this;
		this.#session = Session.open(addon, { nodeName, namespace, domainId, discovery, onError });
		this.#services = new Services(this.#session, options.installed, this.#now, this.#clock, onError);
		this.#lookLater();
	}

	/** Resolves when all that was asked for so far has been made. */
	get ready(): Promise<void> {
		return new Promise((resolve) => this.#session.run(resolve));
	}

	subscribe(
		topic: string,
		typeName: string,
		qos: QosProfile,
		onMessage: (cdr: Uint8Array, info: MessageInfo) => void,
		options?: SubscribeOptions,
	): Subscription {
		this.#checkUsable(typeName);
		const subscription = new NativeSubscription(this.#session, topic, typeName, checkQos('qos', qos), {
			...options,
			onMessage,
			onError: this.#options.onError,
			onClose: (closed) => this.#endpoints.delete(closed),
			now: this.#now,
			clock: this.#clock,
		});
		this.#endpoints.add(subscription);
		subscription.open();
		return subscription;
	}

	advertise(topic: string, typeName: string, qos: QosProfile, options?: EndpointOptions): Publisher {
		this.#checkUsable(typeName);
		const publisher = new NativePublisher(this.#session, topic, typeName, checkQos('qos', qos), {
			...options,
			onClose: (closed) => {
				this.#endpoints.delete(closed);
				const leaving = closed.gone.then(() => void this.#leaving.delete(leaving));
				this.#leaving.add(leaving);
			},
			clock: this.#clock,
		});
		this.#endpoints.add(publisher);
		publisher.open();
		return publisher;
	}

	createClient(
		service: string,
		typeName: string,
		qos: QosProfile = qosPresets.services,
		options: EndpointOptions = {},
	): ServiceClient {
		this.#checkUsable(typeName);
		return this.#services.createClient(service, typeName, checkQos('qos', qos), options);
	}

	createService(
		service: string,
		typeName: string,
		qos: QosProfile = qosPresets.services,
		onRequest: RequestHandler,
		options: EndpointOptions = {},
	): ServiceServer {
		this.#checkUsable(typeName);
		return this.#services.createServer(service, typeName, checkQos('qos', qos), onRequest, options);
	}

	services(): ServiceDescription[] {
		if (this.#closed) return [];
		const { addon, node } = this.#session;
		return addon.getServiceNamesAndTypes(node).map(({ name, types }) => ({
			service: name,
			typeNames: types,
			servers: addon.countServices(node, name),
			clients: addon.countClients(node, name),
		}));
	}

	topics(): TopicDescription[] {
		if (this.#closed) return [];
		const { addon, node } = this.#session;
		return addon.getTopicNamesAndTypes(node, false).map(({ name, types }) => ({
			topic: name,
			typeNames: types,
			publishers: addon.getPublishersInfoByTopic(node, name, false).map(endpointQos),
			subscriptions: addon.getSubscriptionsInfoByTopic(node, name, false).map(endpointQos),
		}));
	}

	nodes(): NodeName[] {
		if (this.#closed) return [];
		const { addon, node } = this.#session;
		return addon.getNodeNames(node, false).map(({ name, namespace }) => ({ nodeName: name, namespace }));
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		this.#clock.clearTimeout(this.#look);
		for (const endpoint of [...this.#endpoints]) endpoint.close();
		this.#services.close();
		await Promise.all(this.#leaving);
		await this.#session.close();
	}

	#lookLater(): void {
		this.#look = this.#clock.setTimeout(() => {
			for (const endpoint of this.#endpoints) this.#guarded(() => endpoint.check());
			this.#guarded(() => this.#services.check());
			if (!this.#closed) this.#lookLater();
		}, lookInterval);
	}

	#guarded(look: () => void): void {
		try {
			look();
		} catch (error) {
			this.#options.onError(error);
		}
	}

	/** @throws Error when the graph is closed, BriefError when rcl has no support for the type */
	#checkUsable(typeName: string): void {
		if (this.#closed) throw new Error(`The graph of the node ${this.nodeName} is closed`);
		checkInstalled(this.#options.installed, typeName);
	}
}

function endpointQos(endpoint: NativeEndpoint): EndpointQos {
	const node = nodeOf(endpoint);
	return { ...fromNativeQos(endpoint.qos_profile), ...(node === undefined ? {} : { node }) };
}
