import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { BriefError } from '../../lib/check';
import { handOn, type Send } from './hand-on';
import { asError, onInput } from './on-input';
import { type OptionsOf, type Property, parseProperties } from './properties';
import { nodeStatus, type Status } from './status';

/** A node that has started: what it does with its input, and what it gives back when it closes. */
export interface Running {
	input?(message: NodeMessage, send: Send): void | Promise<void>;
	/** Awaited by Node-RED before the node is started anew. */
	close?(): void | Promise<void>;
}

/** What a node is started with. */
export interface Start<Options> {
	readonly node: Node;
	readonly options: Options;
	readonly status: Status;
	/** Sends on, as `send` of an input does; see {@link handOn}. */
	readonly send: Send;
	/** Tells Catch nodes of an error that no input caused, with the properties of `message`. */
	report(error: unknown, message?: object): void;
}

/**
 * Registers a node type. A node whose settings or start fail stays in the flow with a red status: the error goes to
 * Catch nodes, every later input fails with the same error, and nothing else is touched.
 */
export function defineNode<P extends Record<string, Property<unknown>>>(
	RED: NodeAPI,
	type: string,
	properties: P,
	start: (context: Start<OptionsOf<P>>) => Running | Promise<Running>,
): void {
	RED.nodes.registerType(type, function (this: Node, config: NodeDef) {
		RED.nodes.createNode(this, config);
		const status = nodeStatus(this);
		const reports = reporter(RED, this);
		const send = handOn(RED, this);
		const begin = async (): Promise<Running> => {
			try {
				const options = parseProperties(properties, config);
				return await start({ node: this, options, status, send, report: reports.report });
			} catch (reason) {
				const error = asError(reason);
				status.set('red', 'ring', briefOf(error));
				reports.report(error);
				return {
					input() {
						throw error;
					},
				};
			}
		};
		// Most nodes start at once; only what comes before a slow start has to wait for it.
		let running: Running | undefined;
		const started = begin().then((value) => {
			running = value;
			return value;
		});
		onInput(this, (message) =>
			running ? running.input?.(message, send) : started.then((late) => late.input?.(message, send)),
		);
		this.on('close', (done: () => void) => {
			status.close();
			reports.close();
			started
				.then((value) => value.close?.())
				.catch((error) => this.error(asError(error)))
				.finally(done);
		});
	});
}

/** Who waits for the flows to have started: one listener for all nodes, since Node.js takes many for a leak. */
const starts = new WeakMap<object, Set<() => void>>();

/** @returns what waits no longer */
function onceStarted(RED: NodeAPI, action: () => void): () => void {
	const waiting = starts.get(RED.events) ?? new Set();
	if (!starts.has(RED.events)) {
		starts.set(RED.events, waiting);
		RED.events.once('flows:started', () => {
			starts.delete(RED.events);
			for (const each of waiting) each();
		});
	}
	waiting.add(action);
	return () => waiting.delete(action);
}

/** Before the flows have started there may be no Catch node yet to hear an error, so it waits until then. */
function reporter(RED: NodeAPI, node: Node) {
	let waiting: [Error, object][] | undefined = [];
	const tell = (error: Error, message: object) => node.error(error, { ...message } as NodeMessage);
	const release = () => {
		const reports = waiting ?? [];
		waiting = undefined;
		for (const [error, message] of reports) tell(error, message);
	};
	const forget = onceStarted(RED, release);
	return {
		report(reason: unknown, message: object = {}) {
			const error = asError(reason);
			if (waiting) waiting.push([error, message]);
			else tell(error, message);
		},
		close() {
			forget();
		},
	};
}

/** The few words of an error for a status. @param otherwise what to show of one that has none */
export function briefOf(error: Error, otherwise = 'bad settings'): string {
	return error instanceof BriefError ? error.brief : otherwise;
}
