import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { lastWord, sendAtOnce } from '../../nodes/rate-limiter/last-word';

/** How often a node on the tab `tab` has its last word when Node-RED announces a stop. */
function wordsAt(event: object): number {
	const events = new EventEmitter();
	const node = Object.assign(new EventEmitter(), { id: 'me', z: 'tab', error: assert.fail });
	let words = 0;
	lastWord({ events } as unknown as NodeAPI, node as unknown as Node, () => words++);
	const before = process.listenerCount('uncaughtExceptionMonitor');
	events.emit('flows:stopping', event);
	const spoken = words;
	// Whatever was announced, the node is closed only once, and nothing of it stays behind.
	node.emit('close');
	events.emit('flows:stopping', {});
	assert.equal(words, 1);
	assert.equal(events.listenerCount('flows:stopping'), 0);
	assert.equal(process.listenerCount('uncaughtExceptionMonitor'), before - 1);
	return spoken;
}

describe('lastWord', () => {
	for (const [what, event] of [
		['a full deploy, and the end of Node-RED', { type: 'full', diff: {} }],
		['a deploy that changes the node', { type: 'nodes', diff: { changed: ['me'] } }],
		['a deploy that removes it', { type: 'nodes', diff: { removed: ['me'] } }],
		['a deploy of its flow', { type: 'flows', diff: { flowChanged: ['tab'] } }],
		['a deploy that rewires it', { type: 'flows', diff: { rewired: ['me'] } }],
		['an older Node-RED, that says nothing more', {}],
	] as const) {
		it(`is said before ${what}`, () => assert.equal(wordsAt(event), 1));
	}

	for (const [what, event] of [
		['a deploy of other nodes', { type: 'nodes', diff: { changed: ['other'], removed: ['third'] } }],
		['a deploy of another flow', { type: 'flows', diff: { flowChanged: ['other tab'], linked: ['other'] } }],
		['a deploy of nodes that only rewires it', { type: 'nodes', diff: { rewired: ['me'] } }],
	] as const) {
		it(`is not said at ${what}, which leaves the node running`, () => assert.equal(wordsAt(event), 0));
	}
});

describe('sendAtOnce', () => {
	/** A Node-RED of a node, a function node that sends from a promise, and a receiver; messages wait in its queue. */
	function setUp() {
		const got: unknown[] = [];
		const hooks = new Map<string, (event: object) => unknown>();
		let areClosed = false;
		const route = (id: string, msg: object) => {
			for (const hook of hooks.values()) if (hook({ msg, destination: { id }, cloneMessage: false }) === false) return;
			if (!areClosed) setImmediate(() => nodes[id]?.receive?.(msg));
		};
		const nodes: Record<string, { wires: string[][]; receive?(msg: object): void; send?(msg: object): void }> = {
			me: { wires: [['function']], send: (msg) => route('function', msg) },
			function: { wires: [['out']], receive: (msg) => void Promise.resolve().then(() => route('out', msg)) },
			out: { wires: [], receive: (msg) => got.push((msg as NodeMessage).payload) },
		};
		const RED = {
			util: { generateId: () => 'id', cloneMessage: structuredClone },
			hooks: {
				add: (name: string, hook: (event: object) => unknown) => hooks.set(name, hook),
				remove: (name: string) => hooks.delete(name),
			},
			nodes: { getNode: (id: string) => (areClosed ? null : nodes[id]) },
		};
		const close = () => {
			areClosed = true;
		};
		return { RED: RED as unknown as NodeAPI, node: nodes.me as unknown as Node, nodes, hooks, got, close };
	}
	const turn = () => new Promise((resolve) => setImmediate(resolve));

	it('reaches the nodes after it although Node-RED finds none of them any more', async () => {
		const { RED, node, hooks, got, close } = setUp();
		sendAtOnce(RED, node, { payload: 'stop' } as NodeMessage);
		close();
		await Promise.resolve().then(() => {});
		assert.deepEqual(got, ['stop'], 'before anything else happens');
		for (let i = 0; i < 3; i++) await turn();
		assert.equal(hooks.size, 0);
		// The negative control: as any message is sent.
		const other = setUp();
		other.node.send({ payload: 'stop' } as NodeMessage);
		other.close();
		await turn();
		await turn();
		assert.deepEqual(other.got, []);
	});

	it('has the last word over what waits in the queue', async () => {
		const { RED, node, nodes, got, close } = setUp();
		setImmediate(() => nodes.out?.receive?.({ payload: 'go' }));
		sendAtOnce(RED, node, { payload: 'stop' } as NodeMessage);
		close();
		await turn();
		await turn();
		assert.deepEqual(got, ['stop', 'go', 'stop']);
	});

	it('sends as any other message where nodes have no hooks', async () => {
		const { RED, node, got } = setUp();
		sendAtOnce({ ...RED, hooks: undefined } as unknown as NodeAPI, node, { payload: 'stop' } as NodeMessage);
		for (let i = 0; i < 3; i++) await turn();
		assert.deepEqual(got, ['stop']);
	});

	it('comes to an end where wires go round', () => {
		const { RED, node, nodes, got, close } = setUp();
		const loop = nodes.function;
		if (!loop) return assert.fail();
		loop.wires = [['function', 'out']];
		loop.receive = (msg) => {
			got.push(1);
			nodes.me?.send?.(msg);
		};
		sendAtOnce(RED, node, { payload: 'stop' } as NodeMessage);
		close();
		assert.ok(got.length > 1 && got.length <= 101, String(got.length));
	});
});
