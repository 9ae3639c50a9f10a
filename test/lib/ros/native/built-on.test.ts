import { createEmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import type { Graph } from '../../../../lib/ros/graph';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { conformActions } from '../actions/conform';
import type { OpenOptions } from '../conformance';
import { nextDomain } from '../domains';
import { conformParameters } from '../parameters/conform';
import type { Place } from '../places';
import { lackOfNative, openNative } from './native';

function openEmbedded(options: OpenOptions): Graph {
	return createEmbeddedGraph({
		...options,
		discovery: { range: 'localhost', staticPeers: [] },
		types: createTypeRegistry(),
		onWarning: (message, kind) => kind !== 'receive-buffer' && options.onError(message),
	});
}

/** Each call opens a node of its own. */
function nativePlace(): Place {
	const domainId = nextDomain();
	const graphs: Graph[] = [];
	const problems: unknown[] = [];
	return {
		types: createTypeRegistry(),
		problems,
		open(nodeName) {
			const onError = (error: unknown) => void problems.push(error);
			const options = { nodeName, namespace: '/', domainId, onError };
			// Ours sends nothing that does not fit its type; others may.
			const graph = nodeName === 'hostile' ? openEmbedded(options) : openNative(options);
			graphs.push(graph);
			return graph;
		},
		async close() {
			await Promise.all(graphs.map((graph) => graph.close()));
		},
	};
}

describe('over the native transport', function () {
	this.timeout(60_000);
	before(function () {
		const lacking = lackOfNative();
		if (lacking === undefined) return;
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});
	describe('an action', () => conformActions(nativePlace));
	describe('parameters', () => conformParameters(nativePlace));
});
