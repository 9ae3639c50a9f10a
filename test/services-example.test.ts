import assert from 'node:assert/strict';
import { systemTimers } from '../lib/control/timers';
import { ActionClient } from '../lib/ros/actions/client';
import { createEmbeddedGraph } from '../lib/ros/embedded/graph';
import type { Graph } from '../lib/ros/graph';
import { ParameterClient } from '../lib/ros/parameters/client';
import { createTypeRegistry } from '../lib/ros/types/registry';
import { Demo } from './demo';

/** A domain that nobody else is in. */
const domainId = 127;
const timeout = 15_000;

describe('the example of services, actions and parameters, in a whole Node-RED', function () {
	this.timeout(60_000);
	const types = createTypeRegistry();
	let demo: Demo;
	let graph: Graph;

	before(async () => {
		demo = await Demo.start('07', undefined, { ROS_DOMAIN_ID: String(domainId) });
		graph = createEmbeddedGraph({
			nodeName: 'robot',
			namespace: '/',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types,
			onError: (error) => assert.fail(String(error)),
			onWarning() {},
		});
	});
	after(async () => {
		await graph.close();
		await demo.stop();
	});

	it('answers a call', async () => {
		const { name, request, response } = types.service('example_interfaces/srv/AddTwoInts');
		const client = graph.createClient('/add_two_ints', name);
		const answer = response.decode(await client.call(request.encode({ a: 2, b: 3 }), { timeout }));
		assert.equal(answer.sum, 5n);
		client.close();
	});

	it('carries a goal out, one at a time, and stops when it is canceled', async () => {
		const client = new ActionClient(graph, types, {
			action: '/fibonacci',
			typeName: 'example_interfaces/action/Fibonacci',
			timers: systemTimers,
			onError: (error) => assert.fail(String(error)),
		});
		const feedback: number[][] = [];
		const goal = await client.send(
			{ order: 3 },
			{ timeout, onFeedback: ({ sequence }) => feedback.push(Array.from(sequence as Int32Array)) },
		);
		await assert.rejects(client.send({ order: 1 }, { timeout }), /rejected the goal/);
		const { status, result } = await goal.result({ timeout });
		assert.deepEqual([status, Array.from(result.sequence as Int32Array)], ['succeeded', [0, 1, 1, 2]]);
		assert.deepEqual(feedback, [
			[0, 1, 1],
			[0, 1, 1, 2],
		]);
		const long = await client.send({ order: 40 }, { timeout });
		assert.equal(await long.cancel({ timeout }), 'canceling');
		assert.equal((await long.result({ timeout })).status, 'canceled');
		client.close();
	});

	it('has parameters, which its own button sets', async () => {
		const client = new ParameterClient(graph, types, { node: '/node_red' });
		assert.deepEqual(await client.get([], { timeout }), { speed: 0.5, 'robot.name': 'rover' });
		await demo.post('/inject/call-faster', {});
		await demo.until('it is set', async () => (await client.get(['speed'], { timeout })).speed === 1);
		await demo.post('/inject/call-too-fast', {});
		await assert.rejects(client.set({ speed: 9 }, false, { timeout }), /from 0 to 2, got 9/);
		assert.equal((await client.get(['speed'], { timeout })).speed, 1);
		client.close();
	});
});
