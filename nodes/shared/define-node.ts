import type { Node, NodeAPI, NodeDef } from 'node-red';
import { BriefError } from '../../lib/check';
import { asError, onInput, type Send } from './on-input';
import { type OptionsOf, type Property, parseProperties } from './properties';
import { nodeStatus, type Status } from './status';

/** A node that has started: what it does with its input, and what it gives back when it closes. */
export interface Running {
	input?(message: import('node-red').NodeMessage, send: Send): void | Promise<void>;
	/** Awaited by Node-RED before the node is started anew. */
	close?(): void | Promise<void>;
}

/** What a node is started with. */
export interface Start<Options> {
	readonly node: Node;
	readonly options: Options;
	readonly status: Status;
}

/**
 * Registers a node type. A node whose settings or start fail stays in the flow with a red status: the error goes to
 * Catch nodes once the flows have started, every later input fails with the same error, and nothing else is touched.
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
		const fail = (reason: unknown): Running => {
			const error = asError(reason);
			status.set('red', 'ring', briefOf(error));
			// Before the flows have started there may be no Catch node yet to hear it.
			const report = () => this.error(error, {});
			RED.events.once('flows:started', report);
			return {
				input() {
					throw error;
				},
				close() {
					RED.events.off('flows:started', report);
				},
			};
		};
		const begin = async (): Promise<Running> => {
			try {
				return await start({ node: this, options: parseProperties(properties, config), status });
			} catch (error) {
				return fail(error);
			}
		};
		// Most nodes start at once; only what comes before a slow start has to wait for it.
		let running: Running | undefined;
		const started = begin().then((value) => {
			running = value;
			return value;
		});
		onInput(this, (message, send) =>
			running ? running.input?.(message, send) : started.then((late) => late.input?.(message, send)),
		);
		this.on('close', (done: (error?: Error) => void) => {
			status.close();
			started
				.then((value) => value.close?.())
				.then(
					() => done(),
					(error) => {
						this.error(asError(error));
						done();
					},
				);
		});
	});
}

/** The few words of an error for a status. */
export function briefOf(error: Error): string {
	return error instanceof BriefError ? error.brief : 'bad settings';
}
