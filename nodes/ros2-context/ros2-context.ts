import { isAbsolute, join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { systemRosClock } from '../../lib/ros/clock';
import { domainFromEnvironment } from '../../lib/ros/discovery';
import { probeEarly } from '../../lib/ros/native/availability';
import { asError } from '../shared/on-input';
import { parseProperties } from '../shared/properties';
import { shareClock } from '../shared/ros-clock';
import type { Ros2ContextNode } from '../shared/ros2-context';
import { serveGraph } from './admin';
import { properties } from './config';
import { followClock } from './sim-time';
import { describeTransport, openTransport } from './transport';
import { Warnings } from './warnings';

type Mutable<T> = { -readonly [K in keyof T]?: T[K] };

type Started = Pick<Ros2ContextNode, 'graph' | 'types' | 'transport' | 'clock' | 'watchWarnings'>;

export default function (RED: NodeAPI): void {
	const surroundings = { environment: process.env, folders: [RED.settings.userDir ?? process.cwd()] };
	// What it tries takes time; the flows start later.
	void probeEarly(surroundings);

	const start = (node: Node, config: NodeDef): Started => {
		const options = parseProperties(properties, config);
		const warnings = new Warnings((message) => node.warn(message));
		const opened = openTransport({
			transport: options.transport,
			nodeName: options.nodeName,
			namespace: options.namespace,
			domainId: options.domainId ?? domainFromEnvironment(process.env),
			discovery: { range: options.discoveryRange || undefined, staticPeers: options.staticPeers },
			types: {
				distribution: options.distribution,
				folders: options.messageFolders.map((folder) =>
					isAbsolute(folder) ? folder : join(RED.settings.userDir ?? process.cwd(), folder),
				),
			},
			surroundings,
			onError: (error) => node.error(asError(error), {}),
			onWarning: (message, kind) => warnings.add({ kind, message }),
		});
		for (const problem of opened.types.problems()) node.warn(problem.message);
		node.log(describeTransport(RED, opened.transport));
		const started = { ...opened, watchWarnings: warnings.watch };
		if (!options.useSimTime) return { ...started, clock: systemRosClock };
		const clock = followClock(opened.graph, opened.types, (error) => node.error(asError(error), {}));
		node.on('close', shareClock(node.id, clock));
		return { ...started, clock };
	};

	RED.nodes.registerType('ros2-context', function (this: Node, config: NodeDef) {
		RED.nodes.createNode(this, config);
		const context = this as Node & Mutable<Started & Pick<Ros2ContextNode, 'failure' | 'closeAfter'>>;
		const lastWords = new Set<Promise<unknown>>();
		context.closeAfter = (words) => {
			const settled: Promise<unknown> = words.catch(() => {}).then(() => lastWords.delete(settled));
			lastWords.add(settled);
		};
		try {
			Object.assign(context, start(this, config));
		} catch (error) {
			// The nodes that use this context tell it: each with its own status and to its own Catch nodes.
			context.failure = asError(error);
		}
		this.on('close', (done: () => void) => {
			const { graph } = context;
			// A safe command that nodes send as they stop is still on its way through promises.
			const close = async () => {
				await Promise.all(lastWords);
				await graph?.close();
			};
			setImmediate(() => close().then(done, done));
		});
	});

	serveGraph(RED, surroundings);
}
