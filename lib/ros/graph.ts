import type { QosProfile } from './qos';

/** What is known of a message beside its bytes. */
export interface MessageInfo {
	/** When the message came: ms since the Unix epoch, with fractions. */
	readonly receivedAt: number;
}

/** What happens to an endpoint beside messages. */
export type EndpointEvent =
	/** Something that does not stop messages but will: another definition of the type on the other side, say. */
	| { readonly kind: 'warning'; readonly message: string }
	/** No message came, or none was sent, within the deadline of the QoS; `total` counts how often so far. */
	| { readonly kind: 'deadline'; readonly total: number }
	/** The number of endpoints on the other side that fit has changed. */
	| { readonly kind: 'matched'; readonly count: number }
	/** The other side speaks of the same topic with a QoS or a type that does not fit, so nothing will arrive. */
	| { readonly kind: 'incompatible'; readonly policy: string; readonly message: string };

export interface EndpointOptions {
	onEvent?: (event: EndpointEvent) => void;
}

export interface SubscribeOptions extends EndpointOptions {
	/**
	 * Hand over only the newest of the messages that have piled up since the last delivery. Default: false, which
	 * hands over as many as the history depth keeps, oldest first.
	 */
	newestOnly?: boolean;
}

export interface Subscription {
	readonly topic: string;
	readonly typeName: string;
	/** Publishers that fit at this moment. */
	readonly matched: number;
	close(): void;
}

export interface Publisher {
	readonly topic: string;
	readonly typeName: string;
	/** Subscriptions that fit at this moment. */
	readonly matched: number;
	/**
	 * Sends one serialized message: encapsulation header and CDR body. The bytes belong to the graph from then on and
	 * may not be written any more, since a late or slow reader still reads them.
	 */
	publish(cdr: Uint8Array): void;
	close(): void;
}

/** A node as `ros2 node list` shows it. */
export interface NodeName {
	/** Such as `node_red`. */
	readonly nodeName: string;
	/** Such as `/` or `/lab`. */
	readonly namespace: string;
}

/** The QoS of a publisher or subscription somewhere in the graph. */
export interface EndpointQos extends QosProfile {
	/** The full name of its node, such as `/lab/camera`, when that is known. */
	readonly node?: string;
}

export interface TopicDescription {
	readonly topic: string;
	readonly typeNames: readonly string[];
	/** The QoS that each publisher offers. */
	readonly publishers: readonly EndpointQos[];
	/** The QoS that each subscription asks. */
	readonly subscriptions: readonly EndpointQos[];
}

/** What a graph warns of; `kind` tells what it is about. */
export interface GraphWarning {
	readonly kind: 'receive-buffer' | 'sample-too-large' | 'network' | 'flood';
	/** What was found, and what to do. */
	readonly message: string;
}

/** How one call of a service is made. */
export interface CallOptions {
	/** The longest time from the call to the answer, the search for a server included: ms, > 0. */
	readonly timeout: number;
	/** Gives the call up: it rejects with the reason of the signal. The server is not told, ROS 2 has no means to. */
	readonly signal?: AbortSignal;
}

export interface ServiceClient {
	readonly service: string;
	readonly typeName: string;
	/** Servers that fit at this moment. */
	readonly available: number;
	/**
	 * Sends one serialized request (encapsulation header and CDR body) and waits for its answer, in the same form. A
	 * call that finds no server waits for one. The bytes belong to the graph from then on and may not be written any
	 * more; the answer may be kept.
	 * @returns rejects with a BriefError that says what to do when no server is found, none answers in time or the
	 * server goes away; with an Error when the client is closed meanwhile
	 */
	call(request: Uint8Array, options: CallOptions): Promise<Uint8Array>;
	/** Calls that wait for an answer reject. */
	close(): void;
}

/**
 * Takes a request. `respond` is to be called once, now or later, with the serialized response; a call more throws.
 * A request that is never answered costs nothing here; its client times out.
 */
export type RequestHandler = (
	request: Uint8Array,
	respond: (response: Uint8Array) => void,
	info: MessageInfo,
) => void | Promise<void>;

export interface ServiceServer {
	readonly service: string;
	readonly typeName: string;
	/** Clients that fit at this moment. */
	readonly matched: number;
	/** Answers that are still to come go nowhere. */
	close(): void;
}

export interface ServiceDescription {
	readonly service: string;
	/** Such as `example_interfaces/srv/AddTwoInts`. */
	readonly typeNames: readonly string[];
	readonly servers: number;
	readonly clients: number;
}

/**
 * One participant in a ROS 2 graph. It moves serialized messages (CDR, XCDR1 with its 4-byte encapsulation header):
 * bytes at this border mean one codec and transports that can be swapped.
 */
export interface Graph {
	/** Such as `node_red`. */
	readonly nodeName: string;
	/** Such as `/` or `/lab`. */
	readonly namespace: string;
	readonly domainId: number;
	/**
	 * @param topic absolute ROS topic name, such as `/joint_states`
	 * @param typeName full type name, such as `sensor_msgs/msg/JointState`
	 * @param onMessage is never called from within publish(); what it throws goes to the graph's `onError`
	 */
	subscribe(
		topic: string,
		typeName: string,
		qos: QosProfile,
		onMessage: (cdr: Uint8Array, info: MessageInfo) => void,
		options?: SubscribeOptions,
	): Subscription;
	advertise(topic: string, typeName: string, qos: QosProfile, options?: EndpointOptions): Publisher;
	/**
	 * @param service absolute ROS service name, such as `/add_two_ints`
	 * @param typeName full type name, such as `example_interfaces/srv/AddTwoInts`
	 * @param qos default: the preset `services`
	 */
	createClient(service: string, typeName: string, qos?: QosProfile, options?: EndpointOptions): ServiceClient;
	/**
	 * @param service absolute ROS service name, such as `/add_two_ints`
	 * @param typeName full type name, such as `example_interfaces/srv/AddTwoInts`
	 * @param qos undefined for the preset `services`
	 * @param onRequest is never called from within call(); what it throws goes to the graph's `onError`, and its client
	 * gets no answer
	 */
	createService(
		service: string,
		typeName: string,
		qos: QosProfile | undefined,
		onRequest: RequestHandler,
		options?: EndpointOptions,
	): ServiceServer;
	/** Services known now, in this process and on the network, those with clients only included. */
	services(): ServiceDescription[];
	/** Topics known now, in this process and on the network. */
	topics(): TopicDescription[];
	/** The nodes known now, this one included. */
	nodes(): NodeName[];
	/** Closes all endpoints. A closed graph throws on further use. */
	close(): Promise<void>;
}
