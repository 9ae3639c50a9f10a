import assert from 'node:assert/strict';
import { ActionClient } from '../../lib/ros/actions/client';
import { ActionServer } from '../../lib/ros/actions/server';
import type { ServerGoal } from '../../lib/ros/actions/server-goal';
import type { Graph } from '../../lib/ros/graph';
import type { TypeRegistry } from '../../lib/ros/types/registry';
import { FakeTimers } from '../fake-timers';
import { collect, type FlowNode, load, type Message, next, node, send, statuses, unload, until } from './flow';

const context: FlowNode = {
	id: 'context',
	type: 'ros2-context',
	nodeName: 'node_red',
	namespace: '/lab',
	domainId: '42',
	discoveryRange: 'off',
};
const goalNode = (more: object = {}): FlowNode => ({
	id: 'goal',
	type: 'ros2-action-goal',
	context: 'context',
	action: 'fib',
	actionType: 'example_interfaces/action/Fibonacci',
	wires: [['results'], ['feedback']],
	...more,
});
const serverNode = (more: object = {}): FlowNode => ({
	id: 'server',
	type: 'ros2-action-server',
	context: 'context',
	action: '/lab/fib',
	actionType: 'example_interfaces/action/Fibonacci',
	wires: [['goals'], ['cancels']],
	...more,
});
const helpers: FlowNode[] = [
	...['results', 'feedback', 'goals', 'cancels', 'errors'].map((id) => ({ id, type: 'helper' })),
	{ id: 'catch', type: 'catch', wires: [['errors']] },
];
const errorOf = (message: Message | undefined) => (message?.error as { message: string } | undefined)?.message ?? '';
const numbers = (message: Message | undefined) =>
	Array.from((message?.payload as { sequence: Int32Array } | undefined)?.sequence ?? []);

describe('ros2-action-goal and ros2-action-server', () => {
	const parts = () => node('context') as unknown as { graph: Graph; types: TypeRegistry };
	/** A server that takes every goal, in the same graph but not in the flow. */
	const serve = (accept = true) => {
		const goals: ServerGoal[] = [];
		const asked: string[] = [];
		const { graph, types } = parts();
		const server = new ActionServer(graph, types, {
			action: '/lab/fib',
			typeName: 'example_interfaces/action/Fibonacci',
			onGoal: (offer) => (accept ? void goals.push(offer.accept()) : offer.reject()),
			onCancel(offer) {
				asked.push(offer.goal.id);
				offer.accept();
			},
			onError: (error) => assert.fail(String(error)),
			timers: new FakeTimers(),
			now: () => 0,
		});
		return { server, goals, asked };
	};
	const connect = () => {
		const { graph, types } = parts();
		return new ActionClient(graph, types, {
			action: '/lab/fib',
			typeName: 'example_interfaces/action/Fibonacci',
			onError: (error) => assert.fail(String(error)),
			timers: new FakeTimers(),
		});
	};

	afterEach(unload);

	it('take a goal to the flow and its feedback and result back, with what the message had', async () => {
		await load([context, goalNode(), serverNode(), ...helpers]);
		const feedback = collect('feedback');
		const results = next('results');
		node('goals').on('input', (message) => {
			for (const sequence of [[0], [0, 1]]) send('server', { ...message, action: 'feedback', payload: { sequence } });
			send('server', { ...message, payload: { sequence: [0, 1, 1] } });
		});
		const goal = next('goals');
		send('goal', { payload: { order: 3 }, topic: 'mine', other: 1 });
		const result = await results;
		const { goalId, payload, topic } = await goal;
		assert.deepEqual({ ...(payload as object) }, { order: 3 });
		assert.equal(topic, '/lab/fib');
		assert.deepEqual(numbers(result), [0, 1, 1]);
		assert.deepEqual([result.goalId, result.status, result.topic, result.other], [goalId, 'succeeded', 'mine', 1]);
		assert.equal((result.ros as { type: string }).type, 'example_interfaces/action/Fibonacci_Result');
		assert.deepEqual(feedback.map(numbers), [[0], [0, 1]]);
		assert.deepEqual([feedback[1]?.goalId, feedback[1]?.topic, feedback[1]?.other], [goalId, 'mine', 1]);
		assert.notEqual(feedback[0], feedback[1]);
	});

	it('keep the age of the sensor reading behind a goal', async () => {
		await load([context, goalNode(), serverNode(), ...helpers]);
		node('goals').on('input', (message) => send('server', { ...message, payload: {} }));
		const got = next('results');
		send('goal', { payload: {}, ros: { type: 'x', stamp: { sec: 7, nanosec: 8 }, receivedAt: 99 } });
		const { ros } = await got;
		assert.deepEqual(ros, {
			type: 'example_interfaces/action/Fibonacci_Result',
			stamp: { sec: 7, nanosec: 8 },
			receivedAt: 99,
		});
	});

	it('cancel by message, one goal or all, and tell Catch with the result', async () => {
		await load([context, goalNode(), ...helpers]);
		const { goals, asked } = serve();
		const errors = collect('errors');
		const results = collect('results');
		for (const order of [1, 2, 3]) send('goal', { payload: { order } });
		await until(() => goals.length === 3);
		send('goal', { action: 'cancel', goalId: goals[1]?.id });
		await until(() => asked.length === 1);
		assert.deepEqual(asked, [goals[1]?.id]);
		goals[1]?.canceled({ sequence: [5] });
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /The goal [0-9a-f]{32} of \/lab\/fib was canceled/);
		assert.deepEqual([numbers(errors[0]), errors[0]?.status], [[5], 'canceled']);
		send('goal', { action: 'cancel' });
		await until(() => asked.length === 3);
		goals[0]?.succeed({});
		goals[2]?.abort({});
		await until(() => results.length === 1 && errors.length === 2);
		assert.equal(results[0]?.status, 'succeeded');
		assert.match(errorOf(errors[1]), /was aborted/);
		send('goal', { action: 'cancel', goalId: goals[1]?.id });
		send('goal', { action: 'stop' });
		await until(() => errors.length === 4);
		const [wrong, gone] = errors.slice(2).map(errorOf).sort().reverse();
		assert.match(gone ?? '', /No goal .* is under way/);
		assert.match(wrong ?? '', /`msg.action`.*goal, cancel.*"stop"/);
	});

	it('let results of any end leave by the first output when told to', async () => {
		await load([context, goalNode({ anyEnd: true }), ...helpers]);
		const { goals } = serve();
		const results = collect('results');
		send('goal', { payload: {} });
		await until(() => goals.length === 1);
		goals[0]?.abort({ sequence: [1] });
		await until(() => results.length === 1);
		assert.deepEqual([results[0]?.status, numbers(results[0])], ['aborted', [1]]);
	});

	it('tell of a goal that is rejected, does not fit, or finds no server; nothing else is sent', async () => {
		await load([context, goalNode({ acceptTimeout: '0.05' }), ...helpers]);
		const errors = collect('errors');
		send('goal', { payload: {} });
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /No server of \/lab\/fib was found within 0.05 s/);
		const { goals, server } = serve(false);
		send('goal', { payload: {} });
		await until(() => errors.length === 2);
		assert.match(errorOf(errors[1]), /rejected the goal/);
		server.close();
		serve();
		for (const payload of [{ order: 'x' }, { ordr: 1 }, 5, undefined]) send('goal', { payload });
		await until(() => errors.length >= 5);
		assert.match(errorOf(errors[2]), /goal\.order/);
		assert.equal(goals.length, 0);
	});

	it('cancel a goal whose result does not come in time, and one that is there when the node closes', async () => {
		await load([context, goalNode({ timeout: '0.02' }), ...helpers]);
		const { goals, asked } = serve();
		const errors = collect('errors');
		send('goal', { payload: {} });
		await until(() => errors.length === 1 && asked.length === 1);
		assert.match(errorOf(errors[0]), /had no result within 0.02 s, so it was told to be canceled/);
		assert.equal(goals[0]?.status, 'canceling');
		await unload();

		await load([context, goalNode(), ...helpers]);
		const again = serve();
		send('goal', { payload: {} });
		await until(() => again.goals.length === 1);
		await unload();
		assert.equal(again.goals[0]?.status, 'canceling');
	});

	it('do not cancel a goal that ended in time', async () => {
		await load([context, goalNode({ timeout: '5' }), ...helpers]);
		const { goals, asked } = serve();
		const got = next('results');
		send('goal', { payload: {} });
		await until(() => goals.length === 1);
		goals[0]?.succeed({});
		await got;
		await unload();
		assert.deepEqual(asked, []);
	});

	it('tell when the server goes away in the middle of a goal', async () => {
		await load([context, goalNode(), ...helpers]);
		const { server, goals } = serve();
		const errors = collect('errors');
		send('goal', { payload: {} });
		await until(() => goals.length === 1);
		server.close();
		await until(() => errors.length === 1);
		// Which of them depends on whether the goal's result had been asked for by then.
		assert.match(errorOf(errors[0]), /was aborted|went away/);
	});

	it('reject goals beyond the limit, and take them again when one has ended', async () => {
		await load([context, serverNode(), ...helpers]);
		const client = connect();
		const goals = collect('goals');
		await client.send({ order: 1 }, { timeout: 5000 });
		await assert.rejects(client.send({ order: 2 }, { timeout: 5000 }), /rejected/);
		await until(() => goals.length === 1);
		send('server', { goalId: goals[0]?.goalId, action: 'abort', payload: {} });
		await client.send({ order: 3 }, { timeout: 5000 });
		await until(() => goals.length === 2);
		assert.deepEqual(
			goals.map(({ payload }) => (payload as { order: number }).order),
			[1, 3],
		);
		client.close();
	});

	it('accept and reject goals and cancels by a later message', async () => {
		await load([context, serverNode({ accept: 'message', cancel: 'message', goals: '5' }), ...helpers]);
		const client = connect();
		const [goals, cancels, errors] = [collect('goals'), collect('cancels'), collect('errors')];
		const [first, second] = [1, 2].map((order) => client.send({ order }, { timeout: 5000 }));
		second?.catch(() => {});
		await until(() => goals.length === 2);
		// Before it is accepted it can have no feedback.
		send('server', { ...goals[0], action: 'feedback', payload: {} });
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /has yet to be accepted/);
		send('server', { ...goals[0], action: 'accept' });
		send('server', { ...goals[1], action: 'reject' });
		const goal = await first;
		await assert.rejects(second as Promise<unknown>, /rejected/);
		const refused = goal?.cancel({ timeout: 5000 });
		await until(() => cancels.length === 1);
		send('server', { ...cancels[0], action: 'reject' });
		assert.equal(await refused, 'rejected');
		const taken = goal?.cancel({ timeout: 5000 });
		await until(() => cancels.length === 2);
		send('server', { ...cancels[1], action: 'accept' });
		assert.equal(await taken, 'canceling');
		send('server', { ...cancels[1], payload: { sequence: [1] } });
		assert.equal((await goal?.result({ timeout: 5000 }))?.status, 'canceled');
		send('server', { ...cancels[1], action: 'accept' });
		await until(() => errors.length === 2);
		assert.match(errorOf(errors[1]), /Nothing of the goal/);
		client.close();
	});

	it('accept or refuse cancels at once, as told', async () => {
		for (const [cancel, outcome, told] of [
			['auto', 'canceling', 1],
			['never', 'rejected', 0],
		] as const) {
			await load([context, serverNode({ cancel }), ...helpers]);
			const client = connect();
			const cancels = collect('cancels');
			const goal = await client.send({}, { timeout: 5000 });
			assert.equal(await goal.cancel({ timeout: 5000 }), outcome);
			await until(() => cancels.length === told);
			client.close();
			await unload();
		}
	});

	it('abort a goal that the flow has lost, and not one that gives feedback', async () => {
		await load([context, serverNode({ silence: '0.1', goals: '2' }), ...helpers]);
		const client = connect();
		const errors = collect('errors');
		const [lost, kept] = [await client.send({}, { timeout: 5000 }), await client.send({}, { timeout: 5000 })];
		const alive = setInterval(() => send('server', { goalId: kept.id, action: 'feedback', payload: {} }), 10);
		try {
			assert.equal((await lost.result({ timeout: 5000 })).status, 'aborted');
		} finally {
			clearInterval(alive);
		}
		await until(() => errors.length === 1);
		assert.equal(errors[0]?.goalId, lost.id);
		send('server', { goalId: kept.id, payload: {} });
		assert.equal((await kept.result({ timeout: 5000 })).status, 'succeeded');
		client.close();
	});

	it('name what is wrong with a message to the server, and leave the goal as it is', async () => {
		await load([context, serverNode(), ...helpers]);
		const client = connect();
		const errors = collect('errors');
		const { id } = await client.send({}, { timeout: 5000 });
		send('server', { payload: {} });
		send('server', { goalId: 'short', payload: {} });
		send('server', { goalId: 'a'.repeat(32), payload: {} });
		send('server', { goalId: id, action: 'finish' });
		send('server', { goalId: id, action: 'feedback', payload: { sequence: 'x' } });
		send('server', { goalId: id, action: 'canceled', payload: {} });
		send('server', { goalId: id, payload: { squence: [] } });
		await until(() => errors.length === 7);
		for (const [index, expected] of [
			/`msg.goalId`.*got undefined/,
			/`msg.goalId`.*"short"/,
			/No goal a{32}/,
			/`msg.action`.*"finish"/,
			/feedback\.sequence/,
			/nobody asked to cancel it/,
			/squence/,
		].entries()) {
			assert.match(errorOf(errors[index]), expected);
		}
		send('server', { goalId: id, payload: {} });
		client.close();
	});

	it('show what they do, and leave nothing behind when redeployed', async () => {
		for (let i = 0; i < 10; i++) {
			await load([context, goalNode(), serverNode(), ...helpers]);
			const seen = statuses('goal');
			const goals = collect('goals');
			send('goal', { payload: {} });
			await until(() => goals.length === 1);
			if (i === 0) await until(() => seen.some(({ text }) => text?.includes('goals')));
			const { graph } = parts();
			await unload();
			assert.deepEqual([graph.services(), graph.topics()], [[], []]);
		}
	});
});
