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
	/** Topics known now, in this process and on the network. */
	topics(): TopicDescription[];
	/** The nodes known now, this one included. */
	nodes(): NodeName[];
	/** Closes all endpoints. A closed graph throws on further use. */
	close(): Promise<void>;
}
