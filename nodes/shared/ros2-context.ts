import type { Node, NodeAPI } from 'node-red';
import { BriefError } from '../../lib/check';
import type { RosClock } from '../../lib/ros/clock';
import type { Graph, GraphWarning } from '../../lib/ros/graph';
import type { TypeRegistry } from '../../lib/ros/types/registry';

/** A node that shows what its context warns of, since a configuration node has no status of its own. */
export interface WarningWatcher {
	/** Called for every warning, those that came before included. */
	show(warning: GraphWarning): void;
	/** Called for a new warning of one watcher only, so that Catch nodes hear it once. */
	report(error: Error): void;
}

/** How a context reaches the graph. */
export type TransportInUse =
	| {
			readonly name: 'embedded';
			/** Why not the native one, where either would have been taken. */
			readonly without?: Error;
	  }
	| {
			readonly name: 'native';
			/** Of rclnodejs. */
			readonly version: string;
			/** ROS_DISTRO, such as `jazzy`. */
			readonly distribution: string;
			/** The middleware, such as `rmw_cyclonedds_cpp`. */
			readonly rmw: string;
	  };

/** The runtime side of a ros2-context configuration node, as the other nodes see it. */
export interface Ros2ContextNode extends Node {
	/** The participant that all nodes of this context share, or what prevents it. */
	readonly graph: Graph;
	/** Message definitions: the bundled ones and those of the context's own folders. */
	readonly types: TypeRegistry;
	readonly transport: TransportInUse;
	/** The time that stamps are compared with: the system's, or that of a simulation. */
	readonly clock: RosClock;
	/** Lets a node show the warnings of the graph. @returns ends it */
	readonly watchWarnings: (watcher: WarningWatcher) => () => void;
	/** Lets a node that closes say its last words: the graph is closed only after they are settled. */
	readonly closeAfter: (lastWords: Promise<unknown>) => void;
	/** Why the context could not start; then neither graph nor types are there. */
	readonly failure?: Error;
}

/**
 * The context with this id.
 * @throws BriefError when there is none or it could not start.
 */
export function contextOf(RED: NodeAPI, id: string): Ros2ContextNode {
	const context = RED.nodes.getNode(id) as Ros2ContextNode | null;
	if (!context) {
		throw new BriefError(
			'no ros2-context',
			'The ros2-context of this node is missing or disabled. Open the node, choose a context and deploy.',
		);
	}
	const { failure } = context;
	if (failure) {
		// What the context lacks says more than that it failed.
		const brief = failure instanceof BriefError ? failure.brief : 'context failed';
		throw new BriefError(brief, failure.message, { cause: failure });
	}
	return context;
}
