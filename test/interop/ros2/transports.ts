import assert from 'node:assert/strict';
import { createEmbeddedGraph } from '../../../lib/ros/embedded/graph';
import type { Graph } from '../../../lib/ros/graph';
import type { TypeRegistry } from '../../../lib/ros/types/registry';
import { lackOfNative, openNative } from '../../lib/ros/native/native';
import { killRos2, lackOfRos2 } from './peer';

export const transports = ['embedded', 'native'] as const;
export type TransportName = (typeof transports)[number];

/** Why a transport cannot be tested against a real ROS 2, or undefined. */
function lackOf(transport: TransportName): string | undefined {
	return lackOfRos2() ?? (transport === 'native' ? lackOfNative() : undefined);
}

export interface PlaceOptions {
	readonly nodeName: string;
	readonly namespace: string;
	readonly domainId: number;
	readonly types: TypeRegistry;
	readonly onProblem: (problem: unknown) => void;
}

/** A graph on the network of the peers, with a promise of when it is there. */
export function openGraph(transport: TransportName, options: PlaceOptions): Graph & { readonly ready: Promise<void> } {
	const { onProblem, types, ...node } = options;
	if (transport === 'native') return openNative({ ...node, onError: onProblem });
	return createEmbeddedGraph({
		...node,
		types,
		// ROS 2 stays on this machine here, unless the whole test runs in a network of its own.
		discovery: { range: process.env.INTEROP_ROS2_NAMESPACE ? 'subnet' : 'localhost', staticPeers: [] },
		onError: onProblem,
		onWarning: onProblem,
	});
}

/** To be called in a suite: skips it, with the reason printed, where the transport cannot be tested. */
export function needsTransport(transport: TransportName): void {
	before(function () {
		const lacking = lackOf(transport);
		if (lacking === undefined) return;
		// No registry has ROS 2, so nobody can be asked to have it installed, a CI neither.
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});
}

/**
 * To be called in a suite: closes after each test what that has opened, and fails where there was a problem.
 * @returns the problems so far, and what opens a graph
 */
export function useTransport(transport: TransportName) {
	needsTransport(transport);
	const graphs: Graph[] = [];
	const problems: unknown[] = [];
	afterEach(async () => {
		await Promise.all(graphs.splice(0).map((graph) => graph.close()));
		await killRos2();
		// The kernel's limit for receive buffers is the machine's, not the test's.
		const left = problems.splice(0).filter((problem) => !/receive buffer/.test(String(problem)));
		assert.deepEqual(left, []);
	});
	const open = (options: Omit<PlaceOptions, 'onProblem'>) => {
		const graph = openGraph(transport, { ...options, onProblem: (problem) => problems.push(problem) });
		graphs.push(graph);
		return graph;
	};
	return { problems, open };
}
