import { createEmbeddedGraph } from '../../../lib/ros/embedded/graph';
import type { Graph } from '../../../lib/ros/graph';
import type { TypeRegistry } from '../../../lib/ros/types/registry';
import { lackOfNative, openNative } from '../../lib/ros/native/native';
import { lackOfRos2 } from './peer';

export const transports = ['embedded', 'native'] as const;
export type TransportName = (typeof transports)[number];

/** Why a transport cannot be tested against a real ROS 2, or undefined. */
export function lackOf(transport: TransportName): string | undefined {
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
