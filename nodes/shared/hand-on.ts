import type { Node, NodeAPI, NodeMessage } from 'node-red';

export type Send = (message: NodeMessage | (NodeMessage | NodeMessage[] | null)[]) => void;

/** Nodes of this package, which take a message at any time, also while another node is at work. */
const own = new WeakSet<object>();
/** What others can do with a message on a wire. */
const hooks = ['onSend', 'preRoute', 'preDeliver', 'postDeliver'] as const;
/** Nodes that a message passes in one turn of the event loop. More are a loop of wires, which would end the stack. */
const deepest = 16;

/** How many of them it is in now. */
let depth = 0;

/** A node as Node-RED makes it, with what its types leave out. */
interface WiredNode extends Node {
	/** Ids of the nodes behind each output. */
	wires?: string[][];
}

/**
 * How a node sends what has come to it: to the node behind its wire at once, where that is the only one, is of this package
 * too, and nobody watches wires, by a hook or by metrics in the log. In all other cases by Node-RED, which lets the event
 * loop turn for each wire. Without these turns a command is out before timers, sweeps of the memory and other datagrams
 * get theirs. Node-RED does the same for all nodes where `runtimeSyncDelivery` is set in settings.js.
 */
export function handOn(RED: NodeAPI, node: Node): Send {
	own.add(node);
	const wired = node as WiredNode;
	return (message) => {
		const next = depth < deepest ? nextOf(RED, wired, message) : undefined;
		if (next === undefined) {
			node.send(message as NodeMessage);
			return;
		}
		depth++;
		try {
			next.receive(message as NodeMessage);
		} finally {
			depth--;
		}
	};
}

/** The node that a single message goes to, if it may be handed to it. */
function nextOf(RED: NodeAPI, node: WiredNode, message: unknown): Node | undefined {
	if (Array.isArray(message) || typeof message !== 'object' || message === null) return undefined;
	const behind = node.wires?.[0];
	if (behind === undefined || behind.length !== 1) return undefined;
	const next = RED.nodes.getNode(behind[0] as string);
	return own.has(next) && (depth > 0 || !isWatched(RED, node)) ? next : undefined;
}

/** Asked once for a turn of the event loop. Where nodes are tested alone there are no hooks to ask, so they may be. */
function isWatched(RED: Partial<NodeAPI>, node: Node): boolean {
	return node.metric() || RED.hooks === undefined || hooks.some((hook) => RED.hooks?.has(hook));
}
