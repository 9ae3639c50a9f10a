import { createEmbeddedGraph, type EmbeddedGraph } from '../../../lib/ros/embedded/graph';
import type { Graph } from '../../../lib/ros/graph';
import { createTypeRegistry, type TypeRegistry } from '../../../lib/ros/types/registry';
import type { OpenOptions } from './conformance';

/** Somewhere that graphs reach each other, for tests that every transport has to pass. */
export interface Place {
	readonly types: TypeRegistry;
	/** A graph that reaches all others of this place. */
	open(nodeName: string): Graph;
	/** Whether bytes that are no message reach the server, and the client: a middleware may drop them before. */
	readonly serverTakesBytes: boolean;
	readonly clientTakesBytes: boolean;
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
		serverTakesBytes: true,
		clientTakesBytes: true,
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
	domain = domain >= domains.last ? domains.first : domain + 1;
	return between(domain, openEmbedded, openEmbedded);
}

/** The node `server` over one transport, all others over another. */
export function between(
	domainId: number,
	openServer: (options: OpenOptions) => Graph,
	openOther: (options: OpenOptions) => Graph,
): Place {
	const problems: unknown[] = [];
	const graphs: Graph[] = [];
	const [serverTakesBytes, clientTakesBytes] = [openServer === openEmbedded, openOther === openEmbedded];
	return {
		types: networkTypes,
		serverTakesBytes,
		clientTakesBytes,
		problems,
		open(nodeName) {
			// Only the embedded transport sends bytes that are no message.
			const open = nodeName === 'server' ? openServer : nodeName === 'hostile' ? openEmbedded : openOther;
			const isHarmless = (error: unknown) => !serverTakesBytes && /request|deserialize/i.test(String(error));
			const onError = (error: unknown) => void (isHarmless(error) || problems.push(error));
			const graph = open({ nodeName, namespace: '/', domainId, onError });
			graphs.push(graph);
			return graph;
		},
		close: async () => void (await Promise.all(graphs.map((graph) => graph.close()))),
	};
}

const networkTypes = createTypeRegistry();

export function openEmbedded(options: OpenOptions): Graph {
	return createEmbeddedGraph({
		...options,
		discovery: { range: 'localhost', staticPeers: [] },
		types: networkTypes,
		// The limit of the machine's receive buffers is not the test's.
		onWarning: (message, kind) => kind !== 'receive-buffer' && options.onError(message),
	});
}

/** Waits until something holds, and fails when it does not within 10 s. */
export async function until(what: string, condition: () => boolean): Promise<void> {
	const end = Date.now() + 10_000;
	while (!condition()) {
		if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
}
