import type { Node, NodeAPI, NodeMessage } from 'node-red';

/** What Node-RED says before it stops anything. */
interface Stopping {
	readonly type?: string;
	readonly diff?: Partial<Record<'changed' | 'removed' | 'linked' | 'rewired' | 'flowChanged' | 'added', string[]>>;
}

/** How often one message may be handed on at once, so that a loop of wires comes to an end. */
const maxDeliveries = 100;

/** What is to be said before the process ends by an error. One listener serves all nodes. */
const speakers = new Set<() => void>();
const onUncaught = () => {
	for (const speak of speakers) speak();
};

/**
 * Calls `say` once, before this node goes and while the nodes after it still work: before a deploy that stops it,
 * before its flow or Node-RED stops (SIGINT and SIGTERM included), and before an uncaught error ends the process.
 * Messages sent with {@link sendAtOnce} from it reach the nodes after it before any of them is closed.
 */
export function lastWord(RED: NodeAPI, node: Node, say: () => void): void {
	const speak = () => {
		if (!speakers.delete(speak)) return;
		RED.events.off('flows:stopping', onStopping);
		if (speakers.size === 0) process.off('uncaughtExceptionMonitor', onUncaught);
		try {
			say();
		} catch (error) {
			// Nothing may hold up the others that have a last word.
			node.error(error instanceof Error ? error : new Error(String(error)));
		}
	};
	const onStopping = (event: Stopping | undefined) => {
		if (stops(event, node)) speak();
	};
	if (speakers.size === 0) process.on('uncaughtExceptionMonitor', onUncaught);
	speakers.add(speak);
	// Said before the first node is closed. Which of them closes first is not known.
	RED.events.on('flows:stopping', onStopping);
	// What stops this node without saying so: a change inside a subflow.
	node.on('close', speak);
}

/** Whether Node-RED is about to stop this node. */
function stops({ type = 'full', diff = {} }: Stopping = {}, node: Node): boolean {
	const has = (list: string[] | undefined, id: string) => list?.includes(id) ?? false;
	if (type !== 'nodes' && type !== 'flows') return true;
	const { z } = node;
	if (z !== undefined && (has(diff.flowChanged, z) || has(diff.added, z) || has(diff.removed, z))) return true;
	if (has(diff.changed, node.id) || has(diff.removed, node.id)) return true;
	return type === 'flows' && (has(diff.linked, node.id) || has(diff.rewired, node.id));
}

let hooks = 0;

/**
 * Sends a message so that it has passed through the nodes after this one when the call returns, where these work at
 * once, or within its microtasks; and once more behind what is under way. Node-RED itself hands messages on later, when
 * nodes are closed and not found any more.
 */
export function sendAtOnce(RED: NodeAPI, node: Node, message: NodeMessage): void {
	// Where nobody can see messages on their way, as where nodes are tested alone, it is sent as any other.
	if ((RED as Partial<NodeAPI>).hooks === undefined) {
		node.send(message);
		return;
	}
	const id = RED.util.generateId();
	const name = `preRoute.rate-limiter-${++hooks}` as 'preRoute';
	const after = nodesAfter(RED, node);
	let deliveries = 0;
	RED.hooks.add(name, (event: unknown) => {
		const { msg, destination, cloneMessage } = event as Route;
		const next = after.get(destination.id);
		if (msg._msgid !== id || next === undefined || deliveries++ >= maxDeliveries) return;
		next.receive(cloneMessage ? RED.util.cloneMessage(msg) : msg);
		return false;
	});
	const say = () => node.send({ ...RED.util.cloneMessage(message), _msgid: id } as NodeMessage);
	// What was sent just before is still in Node-RED's queue, and would be the last to arrive: so it is said again behind
	// that. Nodes that send from a promise, as function nodes do, come before this too.
	setImmediate(() => {
		setImmediate(() => RED.hooks.remove(name));
		say();
	});
	say();
}

/** What Node-RED is about to hand on. */
interface Route {
	readonly msg: NodeMessage;
	readonly destination: { readonly id: string };
	readonly cloneMessage: boolean;
}

/** All nodes that messages from this one can reach by wires, by their ids. */
function nodesAfter(RED: NodeAPI, node: Node): Map<string, Node> {
	const found = new Map<string, Node>();
	const open = [node];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		for (const id of (next as unknown as { wires?: string[][] }).wires?.flat() ?? []) {
			const reached = found.has(id) ? null : RED.nodes.getNode(id);
			if (!reached) continue;
			found.set(id, reached);
			open.push(reached);
		}
	}
	return found;
}
