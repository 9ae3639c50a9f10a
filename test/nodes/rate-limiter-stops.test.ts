import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import { lastWord } from '../../nodes/rate-limiter/last-word';

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
