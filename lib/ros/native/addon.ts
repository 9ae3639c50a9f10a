import { BriefError } from '../../check';

/**
 * The part of rclnodejs that is used: the binding of rcl below its JavaScript. That moves serialized messages and C
 * structures and never looks into a JavaScript object, so none of the conversions of rclnodejs, some of which end the
 * process or send other memory, can be reached. Nor is its JavaScript loaded, which would build a missing binary, take
 * SIGINT and write files while Node-RED runs.
 */

/** Something that rcl made. It must be kept as long as the executor may still name it as ready. */
export interface Handle {
	/** Frees what rcl made; further use is an error. */
	release(): void;
	/** Of actions: which of their parts are ready. */
	readonly properties?: Readonly<Record<string, boolean>>;
}

/** A QoS by the numbers of rmw. */
export interface NativeQos {
	readonly history: number;
	readonly depth: number;
	readonly reliability: number;
	readonly durability: number;
	readonly liveliness: number;
	readonly avoidRosNameSpaceConventions: boolean;
}

export interface Duration {
	readonly seconds: bigint;
	readonly nanoseconds: number;
}

/** An endpoint of a topic somewhere in the graph. */
export interface NativeEndpoint {
	readonly node_name: string;
	readonly node_namespace: string;
	readonly topic_type: string;
	/** 16 bytes, 24 in Humble. */
	readonly endpoint_gid: readonly number[];
	readonly qos_profile: {
		readonly history: number;
		readonly depth: number;
		readonly reliability: number;
		readonly durability: number;
		readonly deadline: Duration;
		readonly lifespan: Duration;
	};
}

export interface NamesAndTypes {
	readonly name: string;
	readonly types: readonly string[];
}

/** What the status of an event holds; which of them depends on the event. */
export interface NativeEvent {
	readonly current_count?: number;
	readonly last_policy_kind?: number;
}

/** Reads lists of entities and `execute` from its own properties; waits for them on a thread of its own. */
export interface ShadowNode {
	start(context: Handle, timeout: number): void;
	stop(): void;
	syncHandles(): void;
	_timers: Entry[];
	_subscriptions: Entry[];
	_clients: Entry[];
	_services: Entry[];
	_guards: Entry[];
	_actionClients: Entry[];
	_actionServers: Entry[];
	_events: Entry[];
	execute: (ready: Handle[]) => void;
}

export interface Entry {
	readonly _handle: Handle;
}

export interface Addon {
	readonly ShadowNode: new () => ShadowNode;
	createContext(): Handle;
	init(context: Handle, argv: string[], domainId: bigint): void;
	getRMWImplementationIdentifier(): string;
	createNode(
		name: string,
		namespace: string,
		context: Handle,
		argv: string[],
		useGlobalArguments: boolean,
		rosoutQos: null,
	): Handle;
	createGuardCondition(context: Handle): Handle;
	triggerGuardCondition(guard: Handle): void;

	createSubscription(
		node: Handle,
		packageName: string,
		kind: string,
		name: string,
		topic: string,
		options: { qos: NativeQos },
	): Handle;
	rclTakeRaw(subscription: Handle): Buffer | undefined;
	getPublisherCount(subscription: Handle): number;
	createPublisher(node: Handle, packageName: string, kind: string, name: string, topic: string, qos: NativeQos): Handle;
	publishRawMessage(publisher: Handle, cdr: Buffer): void;
	getSubscriptionCount(publisher: Handle): number;
	waitForAllAcked(publisher: Handle, nanoseconds: bigint): boolean;

	/** Not in Humble. */
	createPublisherEventHandle?(publisher: Handle, event: number): Handle;
	createSubscriptionEventHandle?(subscription: Handle, event: number): Handle;
	takeEvent?(event: Handle, kind: { publisher_event_type: number } | { subscription_event_type: number }): NativeEvent;

	createClient(node: Handle, service: string, name: string, packageName: string, qos: NativeQos): Handle;
	sendRequest(client: Handle, request: Buffer): number;
	rclTakeResponse(client: Handle, response: Buffer): number | undefined;
	serviceServerIsAvailable(node: Handle, client: Handle): boolean;
	createService(node: Handle, service: string, name: string, packageName: string, qos: NativeQos): Handle;
	rclTakeRequest(service: Handle, node: Handle, request: Buffer): Handle | undefined;
	sendResponse(service: Handle, response: Buffer, header: Handle): void;

	createClock(kind: number): Handle;
	actionCreateClient(
		node: Handle,
		action: string,
		name: string,
		packageName: string,
		...qos: [goal: NativeQos, result: NativeQos, cancel: NativeQos, feedback: NativeQos, status: NativeQos]
	): Handle;
	actionServerIsAvailable(node: Handle, client: Handle): boolean;
	actionSendGoalRequest(client: Handle, request: Buffer): number;
	actionSendResultRequest(client: Handle, request: Buffer): number;
	actionTakeGoalResponse(client: Handle, response: Buffer): number | undefined;
	actionTakeResultResponse(client: Handle, response: Buffer): number | undefined;
	actionTakeCancelResponse(client: Handle, response: Buffer): number | undefined;
	actionTakeFeedback(client: Handle, message: Buffer): boolean | undefined;
	actionTakeStatus(client: Handle, message: Buffer): boolean | undefined;
	actionCreateServer(
		node: Handle,
		clock: Handle,
		action: string,
		name: string,
		packageName: string,
		goal: NativeQos,
		result: NativeQos,
		cancel: NativeQos,
		feedback: NativeQos,
		status: NativeQos,
		resultTimeout: number,
	): Handle;
	actionTakeGoalRequest(server: Handle, request: Buffer): Handle | undefined;
	actionTakeResultRequest(server: Handle, request: Buffer): Handle | undefined;
	actionTakeCancelRequest(server: Handle, request: Buffer): Handle | undefined;
	actionSendGoalResponse(server: Handle, header: Handle, response: Buffer): void;
	actionSendResultResponse(server: Handle, header: Handle, response: Buffer): void;
	actionSendCancelResponse(server: Handle, header: Handle, response: Buffer): void;

	/** CDR from the C structure of a message, and the other way. */
	serialize(packageName: string, kind: string, name: string, structure: Buffer): Buffer;
	deserialize(packageName: string, kind: string, name: string, cdr: Buffer, structure: Buffer): void;
	/** Frees what the pointer at `offset` after the address points to. */
	freeMemeoryAtOffset(hexAddress: string, offset: number): void;
	readonly ref: {
		hexAddress(memory: Buffer): string;
		/** What the pointer at `offset` points to. Of the copy's range only its length counts. */
		readPointer(
			memory: Buffer,
			offset: number,
			size: number,
		): { copy(target: Buffer, targetStart: number, start: number, end: number): void };
	};

	getTopicNamesAndTypes(node: Handle, withoutDemangling: boolean): NamesAndTypes[];
	getServiceNamesAndTypes(node: Handle): NamesAndTypes[];
	getPublishersInfoByTopic(node: Handle, topic: string, withoutMangling: boolean): NativeEndpoint[];
	getSubscriptionsInfoByTopic(node: Handle, topic: string, withoutMangling: boolean): NativeEndpoint[];
	countServices(node: Handle, service: string): number;
	countClients(node: Handle, service: string): number;
	getNodeNames(node: Handle, withEnclaves: boolean): { name: string; namespace: string }[];
}

/** Functions without which nothing goes; a later rclnodejs may have changed them. */
const needed = [
	'ShadowNode',
	'createContext',
	'init',
	'createNode',
	'createGuardCondition',
	'triggerGuardCondition',
	'createSubscription',
	'rclTakeRaw',
	'createPublisher',
	'publishRawMessage',
	'createClient',
	'sendRequest',
	'rclTakeResponse',
	'createService',
	'rclTakeRequest',
	'sendResponse',
	'serialize',
	'deserialize',
	'freeMemeoryAtOffset',
	'ref',
	'getTopicNamesAndTypes',
	'getNodeNames',
] as const;

/**
 * Loads the binary of rclnodejs. Where its RMW library is missing this ends the process, so it is tried in a child
 * process before.
 * @param binary path of the .node file
 * @throws BriefError when it cannot be loaded or is not as expected
 */
export function loadAddon(binary: string): Addon {
	let addon: Partial<Addon>;
	try {
		addon = require(binary);
	} catch (error) {
		throw new BriefError(
			'rclnodejs broken',
			`${binary} of rclnodejs cannot be loaded: ${(error as Error).message}. In the folder it is installed in, with ROS 2 sourced, run: npm rebuild rclnodejs`,
			{ cause: error },
		);
	}
	const missing = needed.filter((name) => !(name in addon));
	if (missing.length > 0) {
		throw new BriefError(
			'other rclnodejs',
			`Expected rclnodejs 2.2, but ${binary} has no ${missing.join(', ')}. Run, with ROS 2 sourced: npm install --yes rclnodejs@2.2`,
		);
	}
	return addon as Addon;
}
