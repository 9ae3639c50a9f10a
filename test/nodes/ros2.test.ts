import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../../lib/ros/graph';
import { collect, type FlowNode, load, type Message, next, node, send, unload, until } from './flow';

const context: FlowNode = {
	id: 'context',
	type: 'ros2-context',
	nodeName: 'node_red',
	namespace: '/',
	domainId: '42',
	discoveryRange: 'off',
};
const publish = (more: object = {}): FlowNode => ({
	id: 'publish',
	type: 'ros2-publish',
	context: 'context',
	topic: '/joint_states',
	messageType: 'sensor_msgs/msg/JointState',
	...more,
});
const subscribe = (more: object = {}): FlowNode => ({
	id: 'subscribe',
	type: 'ros2-subscribe',
	context: 'context',
	topic: '/joint_states',
	messageType: 'sensor_msgs/msg/JointState',
	newestOnly: false,
	wires: [['out']],
	...more,
});
const out: FlowNode = { id: 'out', type: 'helper' };
const caught: FlowNode[] = [
	{ id: 'catch', type: 'catch', wires: [['errors']] },
	{ id: 'errors', type: 'helper' },
];
const errorOf = (message: Message) => (message.error as { message: string; source: { type: string } }).message;

describe('ros2-publish and ros2-subscribe', () => {
	afterEach(unload);

	it('carry a message through CDR, with its stamp and the time it came', async () => {
		await load([context, publish(), subscribe(), out]);
		const got = next('out');
		const before = Date.now();
		send('publish', {
			payload: {
				header: { stamp: { sec: 12, nanosec: 34 }, frame_id: 'base' },
				name: ['slider', 'hinge'],
				position: [0.5, -0.25],
				velocity: Float64Array.of(1, 2),
			},
		});
		const message = await got;
		const payload = message.payload as Record<string, unknown>;
		assert.equal(message.topic, '/joint_states');
		assert.deepEqual(payload.name, ['slider', 'hinge']);
		assert.deepEqual(payload.position, Float64Array.of(0.5, -0.25));
		assert.deepEqual(payload.effort, new Float64Array(0));
		const ros = message.ros as { type: string; stamp: object; receivedAt: number };
		assert.equal(ros.type, 'sensor_msgs/msg/JointState');
		assert.deepEqual({ ...ros.stamp }, { sec: 12, nanosec: 34 });
		assert.ok(ros.receivedAt >= before - 5 && ros.receivedAt <= Date.now() + 5);
	});

	it('stamp a message whose stamp was left out, without writing into it', async () => {
		await load([context, publish(), subscribe(), out]);
		const got = next('out');
		const payload = Object.freeze({ header: Object.freeze({ frame_id: 'base' }), name: [] });
		send('publish', { payload });
		const { stamp } = (await got).ros as { stamp: { sec: number } };
		assert.ok(Math.abs(stamp.sec - Date.now() / 1000) < 10);
	});

	it('send what cannot be read to Catch, naming topic and field, and go on with the next', async () => {
		const messages = { topic: '/chatter', messageType: 'std_msgs/msg/String' };
		await load([context, publish(messages), subscribe(messages), out, ...caught]);
		const errors = collect('errors');
		const { graph } = node('context') as unknown as { graph: Graph };
		const hostile = graph.advertise('/chatter', 'std_msgs/msg/String', graph.topics()[0]!.publishers[0]!);
		// A string that is said to be longer than memory; another encoding; no message at all.
		for (const bytes of [
			[0, 1, 0, 0, 255, 255, 255, 255],
			[9, 9, 0, 0, 2, 0, 0, 0, 97, 0],
			[0, 1, 0, 0],
		]) {
			hostile.publish(Uint8Array.from(bytes));
		}
		await until(() => errors.length === 3);
		for (const error of errors) assert.equal(error.topic, '/chatter');
		assert.match(
			errorOf(errors[0]!),
			/^RangeError: A message of \/chatter cannot be read: data: expected 4294967295 bytes/,
		);
		assert.match(errorOf(errors[1]!), /\/chatter cannot be read: std_msgs\/msg\/String: expected plain CDR/);
		assert.match(errorOf(errors[2]!), /\/chatter cannot be read: data: /);
		const got = next('out');
		send('publish', { payload: { data: 'fine' } });
		assert.deepEqual({ ...((await got).payload as object) }, { data: 'fine' });
		hostile.close();
	});

	it('send a message that does not fit to Catch, naming the field, and not to the topic', async () => {
		await load([context, publish(), subscribe(), out, ...caught]);
		const errors = collect('errors');
		const received = collect('out');
		send('publish', { payload: { position: [1, 2, 'abc'] } });
		send('publish', { payload: { positoin: [1] } });
		send('publish', { payload: 'text' });
		send('publish', { payload: { position: [7] } });
		await until(() => received.length > 0);
		assert.equal(received.length, 1);
		assert.match(errorOf(errors[0] as Message), /^TypeError: position\[2\]: expected float64, got "abc"/);
		assert.match(errorOf(errors[1] as Message), /positoin.*position/);
		assert.equal(errors.length, 3);
	});

	it('take types of a folder of one’s own', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'interfaces-'));
		try {
			mkdirSync(join(folder, 'my_msgs', 'msg'), { recursive: true });
			writeFileSync(join(folder, 'my_msgs', 'msg', 'Inner.msg'), 'int64 big\nstring<=5 word "abc"\n');
			writeFileSync(join(folder, 'my_msgs', 'msg', 'Outer.msg'), 'uint8 LIMIT=3\nInner[<=2] items\nuint8[] data\n');
			const type = { messageType: 'my_msgs/msg/Outer' };
			await load([{ ...context, messageFolders: folder }, publish(type), subscribe(type), out, ...caught]);
			const errors = collect('errors');
			const got = next('out');
			send('publish', { payload: { items: [{}, {}, {}] } });
			send('publish', { payload: { items: [{ word: 'too long' }] } });
			send('publish', { payload: { items: [{ big: 9007199254740993n }], data: Buffer.from([1, 2]) } });
			const payload = (await got).payload as { items: { big: bigint; word: string }[]; data: Buffer };
			assert.deepEqual({ ...payload.items[0] }, { big: 9007199254740993n, word: 'abc' });
			assert.ok(Buffer.isBuffer(payload.data));
			await until(() => errors.length === 2);
			assert.match(errorOf(errors[0] as Message), /^RangeError: items: /);
			assert.match(errorOf(errors[1] as Message), /^RangeError: items\[0\]\.word: /);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('tell that QoS does not fit', async () => {
		const camera = { topic: '/camera', messageType: 'sensor_msgs/msg/Image' };
		await load([context, publish({ ...camera, qos: 'sensor_data' }), subscribe(camera), out, ...caught]);
		const errors = collect('errors');
		await until(() => errors.length > 0);
		const texts = errors.map(errorOf);
		assert.ok(
			texts.some((text) => /\/camera offers best_effort; this subscription asks reliable/.test(text)),
			String(texts),
		);
	});

	for (const [what, broken, expected] of [
		['an invalid topic', { topic: '/joint states' }, /topic/],
		['an unknown type', { messageType: 'sensor_msgs/msg/JointStat' }, /JointState/],
		['a missing context', { context: 'gone' }, /ros2-context/],
		['no context', { context: '' }, /choose/],
		['a wrong depth', { qos: 'custom', depth: '0' }, /`depth`.*got 0/],
	] as const) {
		it(`stay in the flow with ${what}: the error goes to Catch, the others run`, async () => {
			await load([context, publish(broken), { ...publish(), id: 'other' }, subscribe(), out, ...caught]);
			const errors = collect('errors');
			const received = collect('out');
			send('publish', { payload: {} });
			send('other', { payload: {} });
			await until(() => received.length > 0 && errors.length > 0);
			assert.match(errorOf(errors[0] as Message), expected);
			assert.equal(received.length, 1);
		});
	}

	it('pass the times of a QoS by hand on, and tell when they do not fit', async () => {
		const byHand = { qos: 'custom', reliability: 'reliable', durability: 'volatile', history: 'keep_last', depth: '5' };
		const asked = { ...byHand, deadline: '100' };
		await load([context, publish({ ...byHand, lifespan: '250' }), subscribe(asked), out, ...caught]);
		const errors = collect('errors');
		await until(() => errors.length > 0);
		assert.match(errorOf(errors[0] as Message), /no deadline.*deadline 100 ms|deadline 100 ms.*no deadline/);
		const { graph } = node('context') as unknown as { graph: Graph };
		assert.equal(graph.topics()[0]?.publishers[0]?.lifespan, 250);
		assert.equal(graph.topics()[0]?.subscriptions[0]?.deadline, 100);
		await unload();

		await load([context, publish({ ...byHand, deadline: '80' }), subscribe(asked), out]);
		const got = next('out');
		send('publish', { payload: {} });
		await got;
	});

	it('tell what is wrong with the context', async () => {
		await load([{ ...context, domainId: '999' }, publish(), ...caught]);
		const errors = collect('errors');
		send('publish', { payload: {} });
		await until(() => errors.length > 0);
		assert.match(errorOf(errors[0] as Message), /`domainId`.*0 to 232.*999/);
	});

	it('leave nothing behind when redeployed', async () => {
		const flow = [context, publish(), subscribe(), out];
		for (let i = 0; i < 20; i++) {
			await load(flow);
			await unload();
		}
		await load(flow);
		const graph = (node('context') as unknown as { graph: { topics(): { publishers: object[] }[] } }).graph;
		assert.equal(graph.topics()[0]?.publishers.length, 1);
	});
});
