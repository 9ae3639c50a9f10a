import { checkNumber } from '../../check';
import { type Now, systemNow } from '../clock';
import type {
	EndpointOptions,
	Graph,
	MessageInfo,
	Publisher,
	SubscribeOptions,
	Subscription,
	TopicDescription,
} from '../graph';
import { checkNamespace, checkNodeName } from '../names';
import { checkQos, type QosProfile } from '../qos';
import { Hub } from './hub';

export interface EmbeddedOptions {
	/** Node name, such as `node_red`. */
	nodeName: string;
	/** Namespace, such as `/` or `/lab`. */
	namespace: string;
	/** ROS_DOMAIN_ID, 0 to 232: graphs of different domains do not see each other. */
	domainId: number;
	/** What a subscription's callback throws. */
	onError: (error: unknown) => void;
	/** Default: the system's clock. */
	now?: Now;
}

/** One hub for all graphs of a domain in this process. */
const hubs = new Map<number, { hub: Hub; users: number }>();

/**
 * A participant that needs nothing installed. Publishers and subscriptions of the same process reach each other
 * directly.
 * @throws TypeError or RangeError when an option is wrong.
 */
export function createEmbeddedGraph(options: EmbeddedOptions): Graph {
	return new EmbeddedGraph(options);
}

class EmbeddedGraph implements Graph {
	readonly nodeName: string;
	readonly namespace: string;
	readonly domainId: number;
	readonly #hub: Hub;
	readonly #now: Now;
	readonly #onError: (error: unknown) => void;
	readonly #endpoints = new Set<{ close(): void }>();
	#closed = false;

	constructor(options: EmbeddedOptions) {
		this.nodeName = checkNodeName('nodeName', options.nodeName);
		this.namespace = checkNamespace('namespace', options.namespace);
		// The ports of a domain have to stay below 65536 (DDSI-RTPS 2.5, 9.6.2.3).
		this.domainId = checkNumber('domainId', options.domainId, { min: 0, max: 232, integer: true });
		this.#now = options.now ?? systemNow;
		this.#onError = options.onError;
		const shared = hubs.get(this.domainId) ?? { hub: new Hub(), users: 0 };
		shared.users++;
		hubs.set(this.domainId, shared);
		this.#hub = shared.hub;
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
		return this.#keep(this.#hub.subscribe(topic, typeName, checked, onMessage, this.#onError, options));
	}

	advertise(topic: string, typeName: string, qos: QosProfile, options?: EndpointOptions): Publisher {
		this.#checkOpen();
		return this.#keep(this.#hub.advertise(topic, typeName, checkQos('qos', qos), this.#now, options));
	}

	topics(): TopicDescription[] {
		return this.#hub.topics();
	}

	async close(): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		for (const endpoint of this.#endpoints) endpoint.close();
		this.#endpoints.clear();
		const shared = hubs.get(this.domainId);
		if (shared && --shared.users === 0) hubs.delete(this.domainId);
	}

	/** Remembers an endpoint until it is closed, so that close() finds it. */
	#keep<T extends Subscription | Publisher>(endpoint: T): T {
		const close = endpoint.close.bind(endpoint);
		endpoint.close = () => {
			this.#endpoints.delete(endpoint);
			close();
		};
		this.#endpoints.add(endpoint);
		return endpoint;
	}

	#checkOpen(): void {
		if (this.#closed) throw new Error(`The graph of the node ${this.nodeName} is closed`);
	}
}
