import { createEmbeddedGraph, type EmbeddedGraph } from '../../../lib/ros/embedded/graph';
import type { Graph } from '../../../lib/ros/graph';
import { createTypeRegistry, type TypeRegistry } from '../../../lib/ros/types/registry';

/** Somewhere that graphs reach each other, for tests that every transport has to pass. */
export interface Place {
	readonly types: TypeRegistry;
	/** A graph that reaches all others of this place. */
	open(nodeName: string): Graph;
	/** What went wrong in all of them, to be empty unless the test says otherwise. */
	readonly problems: unknown[];
	/** Closes all of them. */
	close(): Promise<void>;
}

/** Both ends in one graph, off the network. */
export function oneGraph(): Place {
	const types = createTypeRegistry();
	const problems: unknown[] = [];
	let graph: EmbeddedGraph | undefined;
	return {
		types,
		problems,
		open(nodeName) {
			graph ??= createEmbeddedGraph({
				nodeName,
				namespace: '/',
				domainId: 0,
				discovery: { range: 'off', staticPeers: [] },
				types,
				onError: (error) => problems.push(error),
				onWarning: (message) => problems.push(message),
			});
			return graph;
		},
		close: async () => graph?.close(),
	};
}

/** Domains that nothing else on this machine is in. */
const domains = { first: 216, last: 224 };
let domain = domains.last;

/** Each end in a graph of its own, which find each other on loopback as those of two processes do. */
export function network(): Place {
	const types = createTypeRegistry();
	const problems: unknown[] = [];
	const graphs: EmbeddedGraph[] = [];
	domain = domain >= domains.last ? domains.first : domain + 1;
	const domainId = domain;
	return {
		types,
		problems,
		open(nodeName) {
			const graph = createEmbeddedGraph({
				nodeName,
				namespace: '/',
				domainId,
				discovery: { range: 'localhost', staticPeers: [] },
				types,
				onError: (error) => problems.push(error),
				// The limit of the machine's receive buffers is not the test's.
				onWarning: (message, kind) => kind !== 'receive-buffer' && problems.push(message),
			});
			graphs.push(graph);
			return graph;
		},
		close: async () => void (await Promise.all(graphs.map((graph) => graph.close()))),
	};
}

/** Waits until something holds, and fails when it does not within 10 s. */
export async function until(what: string, condition: () => boolean): Promise<void> {
	const end = Date.now() + 10_000;
	while (!condition()) {
		if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
}
