import { isAbsolute, join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { discoverySettings, domainFromEnvironment } from '../../lib/ros/discovery';
import { createEmbeddedGraph } from '../../lib/ros/embedded/graph';
import type { Graph } from '../../lib/ros/graph';
import { createTypeRegistry, type TypeRegistry } from '../../lib/ros/types/registry';
import { asError } from '../shared/on-input';
import { parseProperties } from '../shared/properties';
import type { Ros2ContextNode } from '../shared/ros2-context';
import { properties } from './config';

type Mutable<T> = { -readonly [K in keyof T]?: T[K] };

export default function (RED: NodeAPI): void {
	const start = (node: Node, config: NodeDef): { graph: Graph; types: TypeRegistry } => {
		const options = parseProperties(properties, config);
		const types = createTypeRegistry({
			distribution: options.distribution,
			folders: options.messageFolders.map((folder) =>
				isAbsolute(folder) ? folder : join(RED.settings.userDir ?? process.cwd(), folder),
			),
		});
		for (const problem of types.problems()) node.warn(problem.message);
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
			onWarning: (message) => node.warn(message),
		});
		return { graph, types };
	};

	RED.nodes.registerType('ros2-context', function (this: Node, config: NodeDef) {
		RED.nodes.createNode(this, config);
		const context = this as Node & Mutable<Pick<Ros2ContextNode, 'graph' | 'types' | 'failure'>>;
		try {
			Object.assign(context, start(this, config));
		} catch (error) {
			// The nodes that use this context tell it: each with its own status and to its own Catch nodes.
			context.failure = asError(error);
		}
		this.on('close', (done: () => void) => {
			if (context.graph) context.graph.close().then(done, done);
			else done();
		});
	});

	/** For completion in the editor. Without a running context the bundled types are offered. */
	const bundled = createTypeRegistry();
	const running = (id: unknown) => RED.nodes.getNode(String(id)) as Ros2ContextNode | null;
	const guard = RED.auth.needsPermission('ros2-context.read');
	RED.httpAdmin.get('/ros2-context/types', guard, (request, response) => {
		response.json((running(request.query.context)?.types ?? bundled).messageNames());
	});
	RED.httpAdmin.get('/ros2-context/topics', guard, (request, response) => {
		response.json(running(request.query.context)?.graph?.topics() ?? []);
	});
}
