import { isAbsolute, join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { discoverySettings, domainFromEnvironment } from '../../lib/ros/discovery';
import { createEmbeddedGraph } from '../../lib/ros/embedded/graph';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import { asError } from '../shared/on-input';
import { parseProperties } from '../shared/properties';
import type { Ros2ContextNode } from '../shared/ros2-context';
import { serveGraph } from './admin';
import { properties } from './config';
import { Warnings } from './warnings';

type Mutable<T> = { -readonly [K in keyof T]?: T[K] };

export default function (RED: NodeAPI): void {
	const start = (node: Node, config: NodeDef): Pick<Ros2ContextNode, 'graph' | 'types' | 'watchWarnings'> => {
		const options = parseProperties(properties, config);
		const types = createTypeRegistry({
			distribution: options.distribution,
			folders: options.messageFolders.map((folder) =>
				isAbsolute(folder) ? folder : join(RED.settings.userDir ?? process.cwd(), folder),
			),
		});
		for (const problem of types.problems()) node.warn(problem.message);
		const warnings = new Warnings((message) => node.warn(message));
		const graph = createEmbeddedGraph({
			nodeName: options.nodeName,
			namespace: options.namespace,
			domainId: options.domainId ?? domainFromEnvironment(process.env),
			discovery: discoverySettings(
				{ range: options.discoveryRange || undefined, staticPeers: options.staticPeers },
				process.env,
			),
			types,
			onError: (error) => node.error(asError(error), {}),
			onWarning: (message, kind) => warnings.add({ kind, message }),
		});
		return { graph, types, watchWarnings: warnings.watch };
	};

	RED.nodes.registerType('ros2-context', function (this: Node, config: NodeDef) {
		RED.nodes.createNode(this, config);
		const context = this as Node & Mutable<Pick<Ros2ContextNode, 'graph' | 'types' | 'watchWarnings' | 'failure'>>;
		try {
			Object.assign(context, start(this, config));
		} catch (error) {
			// The nodes that use this context tell it: each with its own status and to its own Catch nodes.
			context.failure = asError(error);
		}
		this.on('close', (done: () => void) => {
			const { graph } = context;
			// A safe command that nodes send as they stop is still on its way through promises.
			if (graph) setImmediate(() => graph.close().then(done, done));
			else done();
		});
	});

	serveGraph(RED);
}
