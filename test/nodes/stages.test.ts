import assert from 'node:assert/strict';
import { addStage, type Stage } from '../../nodes/shared/stages';
import { collect, type FlowNode, load, type Message, send, unload, until } from './flow';

const out: FlowNode = { id: 'out', type: 'helper' };
const rosOf = (message: Message | undefined) => message?.ros as { stages: Stage[]; receivedAt: number };
const stagesOf = (message: Message | undefined) => rosOf(message).stages;
const ros = () => ({ type: 'x', stamp: { sec: 1, nanosec: 0 }, receivedAt: Date.now() - 20 });

describe('addStage', () => {
	it('adds a share without writing what other messages share', () => {
		const shared = Object.freeze({ type: 'x', receivedAt: 1, stages: Object.freeze([]) as readonly Stage[] });
		const [a, b] = [{ ros: shared }, { ros: shared }];
		addStage(a, 'first', 3);
		addStage(a, 'second', 4);
		addStage(b, 'other', 5);
		const names = ({ stages }: { stages: readonly Stage[] }) => stages.map(({ name, time }) => [name, time]);
		assert.deepEqual(
			[names(a.ros), names(b.ros)],
			[
				[
					['first', 3],
					['second', 4],
				],
				[['other', 5]],
			],
		);
	});

	it('leaves a message without msg.ros as it is', () => {
		const message: { payload: number; ros?: object } = { payload: 1 };
		addStage(message, 'first', 3);
		assert.deepEqual(message, { payload: 1 });
	});

	it('does not grow without end where wires go round', () => {
		const message: { ros: { stages?: readonly Stage[] } } = { ros: {} };
		for (let i = 0; i < 1000; i++) addStage(message, String(i), 1);
		assert.equal(message.ros.stages?.length, 32);
		assert.equal(message.ros.stages?.at(-1)?.name, '999');
	});
});

describe('msg.ros.stages', () => {
	afterEach(unload);

	it('has the share of each node, by its name, on each branch of the wires', async () => {
		await load([
			{
				id: 'transform',
				type: 'tensor-transform',
				name: 'observation',
				steps: [{ type: 'scale', factor: 2 }],
				wires: [['limiter', 'other', 'third']],
			},
			{ id: 'limiter', type: 'rate-limiter', rate: 1000, wires: [['out'], []] },
			{ id: 'other', type: 'rate-limiter', name: 'other', rate: 1000, wires: [['second'], []] },
			out,
			{ id: 'second', type: 'helper' },
			{ id: 'third', type: 'helper' },
		]);
		const [first, second, third] = [collect('out'), collect('second'), collect('third')];
		send('transform', { payload: [1, 2], ros: ros() });
		await until(() => first.length + second.length + third.length === 3);
		const names = (messages: Message[]) => stagesOf(messages[0]).map(({ name }) => name);
		assert.deepEqual(names(first), ['observation', 'rate-limiter']);
		assert.deepEqual(names(second), ['observation', 'other']);
		assert.deepEqual(names(third), ['observation']);
		const [transform, gate] = stagesOf(first[0]) as [Stage, Stage];
		const { receivedAt } = rosOf(first[0]);
		assert.ok(receivedAt < transform.at && transform.at + transform.time <= gate.at + 1e-3 && gate.time >= 0);
	});

	it('counts what a command waits in the gate, and each repeat from when it came', async () => {
		await load([{ id: 'limiter', type: 'rate-limiter', rate: 50, pacing: 'fixed', wires: [['out'], []] }, out]);
		const got = collect('out');
		send('limiter', { payload: 1, ros: ros() });
		send('limiter', { payload: 2, ros: ros() });
		await until(() => got.length === 3);
		const stages = got.map((message) => stagesOf(message));
		assert.deepEqual(
			stages.map((list) => list.length),
			[1, 1, 1],
		);
		const [, held, repeat] = stages.map(([stage]) => stage?.time as number);
		assert.ok((held as number) > 0 && (repeat as number) > (held as number), `${held}, ${repeat} ms`);
	});

	it('is in a set that of the message that came first, and the wait for the others', async () => {
		await load([{ id: 'sync', type: 'message-sync', topics: '/a\n/b', policy: 'exact', wires: [['out']] }, out]);
		const got = collect('out');
		const stamp = { sec: 5, nanosec: 0 };
		const stages = (name: string): Stage[] => [{ name, at: 1, time: 2 }];
		send('sync', { topic: '/a', payload: 1, ros: { stamp, receivedAt: 2000, stages: stages('late') } });
		send('sync', { topic: '/b', payload: 2, ros: { stamp, receivedAt: 1000, stages: stages('early') } });
		await until(() => got.length === 1);
		assert.deepEqual(
			stagesOf(got[0]).map(({ name }) => name),
			['early', 'message-sync'],
		);
		assert.equal(rosOf(got[0]).receivedAt, 1000);
	});
});
