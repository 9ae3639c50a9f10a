import type { Graph } from '../../../../lib/ros/graph';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { conformActions } from '../actions/conform';
import { nextDomain } from '../domains';
import { conformParameters } from '../parameters/conform';
import type { Place } from '../places';
import { lackOfNative, openNative } from './native';

/** Each call opens a node of its own. */
function nativePlace(): Place {
	const domainId = nextDomain();
	const graphs: Graph[] = [];
	const problems: unknown[] = [];
	return {
		types: createTypeRegistry(),
		// rcl reads what it is given and what comes; hostile.test.ts has what it could not read.
		serverTakesBytes: false,
		clientTakesBytes: false,
		problems,
		open(nodeName) {
			const graph = openNative({ nodeName, namespace: '/', domainId, onError: (error) => void problems.push(error) });
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
