import assert from 'node:assert/strict';
import type { Graph } from '../../lib/ros/graph';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import { collect, type FlowNode, load, type Message, next, node, send, statuses, unload, until } from './flow';

const context: FlowNode = {
	id: 'context',
	type: 'ros2-context',
	nodeName: 'node_red',
	namespace: '/lab',
	domainId: '42',
	discoveryRange: 'off',
};
const call = (more: object = {}): FlowNode => ({
	id: 'call',
	type: 'ros2-service-call',
	context: 'context',
	service: 'add',
	serviceType: 'example_interfaces/srv/AddTwoInts',
	timeout: '5',
	wires: [['out']],
	...more,
});
const serve = (more: object = {}): FlowNode => ({
	id: 'serve',
	type: 'ros2-service',
	context: 'context',
	service: '/lab/add',
	serviceType: 'example_interfaces/srv/AddTwoInts',
	wires: [['requests']],
	...more,
});
const helpers: FlowNode[] = [
	{ id: 'out', type: 'helper' },
	{ id: 'requests', type: 'helper' },
	{ id: 'catch', type: 'catch', wires: [['errors']] },
	{ id: 'errors', type: 'helper' },
];
const errorOf = (message: Message | undefined) => (message?.error as { message: string } | undefined)?.message ?? '';
type Sum = { a: bigint; b: bigint };
/** Lets the flow answer every request with the sum. */
const answer = () =>
	node('requests').on('input', (message) => {
		const { a, b } = message.payload as Sum;
		send('serve', { ...message, payload: { sum: a + b } });
	});

describe('ros2-service-call and ros2-service', () => {
	const types = createTypeRegistry();
	const type = types.service('example_interfaces/srv/AddTwoInts');
	const graph = () => (node('context') as unknown as { graph: Graph }).graph;

	afterEach(unload);

	it('carry a request to the flow and its answer back, with what the message had', async () => {
		await load([context, call(), serve(), ...helpers]);
		const requests = collect('requests');
		answer();
		const got = next('out');
		send('call', { payload: { a: 2, b: 9007199254740993n }, topic: 'mine', other: { kept: true } });
		const message = await got;
		assert.deepEqual({ ...(message.payload as object) }, { sum: 9007199254740995n });
		assert.equal(message.topic, 'mine');
		assert.deepEqual(message.other, { kept: true });
		assert.equal((message.ros as { type: string }).type, 'example_interfaces/srv/AddTwoInts_Response');
		assert.equal(requests[0]?.topic, '/lab/add');
		assert.equal((requests[0]?.ros as { type: string } | undefined)?.type, 'example_interfaces/srv/AddTwoInts_Request');
	});

	it('keep the age of the sensor reading behind a request', async () => {
		await load([context, call(), serve(), ...helpers]);
		answer();
		const got = next('out');
		const ros = { type: 'sensor_msgs/msg/Imu', stamp: { sec: 7, nanosec: 8 }, receivedAt: 1234 };
		send('call', { payload: {}, ros });
		assert.deepEqual((await got).ros, {
			type: 'example_interfaces/srv/AddTwoInts_Response',
			stamp: { sec: 7, nanosec: 8 },
			receivedAt: 1234,
		});
	});

	it('answer in another order than asked, through clones of the messages', async () => {
		await load([context, call({ concurrency: '3' }), serve(), ...helpers]);
		const requests = collect('requests');
		const results = collect('out');
		for (const a of [1, 2, 3]) send('call', { payload: { a } });
		await until(() => requests.length === 3);
		for (const { requestId, payload } of requests.reverse()) {
			send('serve', JSON.parse(JSON.stringify({ requestId, payload: { sum: Number((payload as Sum).a) * 10 } })));
		}
		await until(() => results.length === 3);
		assert.deepEqual(
			results.map(({ payload }) => (payload as { sum: bigint }).sum),
			[30n, 20n, 10n],
		);
	});

	it('call one after the other unless told otherwise, and refuse what the queue cannot hold', async () => {
		await load([context, call({ queue: '1' }), serve(), ...helpers]);
		const requests = collect('requests');
		const errors = collect('errors');
		const results = collect('out');
		for (const a of [1, 2, 3]) send('call', { payload: { a } });
		await until(() => requests.length > 0 && errors.length > 0);
		assert.equal(requests.length, 1);
		assert.match(errorOf(errors[0]), /1 calls run and 1 wait already/);
		assert.deepEqual(errors[0]?.payload, { a: 3 });
		send('serve', { ...requests[0], payload: {} });
		await until(() => requests.length === 2);
		assert.equal((requests[1]?.payload as Sum | undefined)?.a, 2n);
		send('serve', { ...requests[1], payload: {} });
		await until(() => results.length === 2);
	});

	it('call nothing with a request that does not fit, and name the field', async () => {
		await load([context, call(), serve(), ...helpers]);
		const errors = collect('errors');
		const requests = collect('requests');
		answer();
		for (const payload of [{ a: 'x' }, { c: 1 }, 'text', undefined, { a: 1.5 }, [1, 2]]) send('call', { payload });
		const got = next('out');
		send('call', { payload: { a: 1, b: 1 } });
		await got;
		assert.equal(requests.length, 1);
		assert.equal(errors.length, 6);
		assert.match(errorOf(errors[0]), /^TypeError: a: expected int64.* got "x"/);
		assert.match(errorOf(errors[1]), /\bc\b/);
	});

	it('keep a request open when its answer does not fit', async () => {
		await load([context, call(), serve(), ...helpers]);
		const errors = collect('errors');
		const asked = next('requests');
		const got = next('out');
		send('call', { payload: { a: 1 } });
		const { requestId } = await asked;
		send('serve', { requestId, payload: { sun: 1 } });
		send('serve', { requestId, payload: 'text' });
		send('serve', { requestId, payload: { sum: 4 } });
		assert.equal(((await got).payload as { sum: bigint }).sum, 4n);
		send('serve', { requestId, payload: { sum: 5 } });
		send('serve', { payload: { sum: 5 } });
		send('serve', { requestId: 'made up', payload: { sum: 5 } });
		await until(() => errors.length === 5);
		const texts = errors.map(errorOf);
		assert.match(texts[0] as string, /\bsun\b/);
		assert.match(texts[2] as string, /was answered already/);
		assert.match(texts[3] as string, /`msg.requestId`.*got undefined/);
		assert.match(texts[4] as string, /waits here: made up/);
	});

	it('give a request up that the flow does not answer, count it, and serve the next', async () => {
		await load([context, call({ timeout: '5' }), serve({ timeout: '0.01' }), ...helpers]);
		const errors = collect('errors');
		const seen = statuses('serve');
		const asked = next('requests');
		send('call', { payload: { a: 1 } });
		const { requestId } = await asked;
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /did not answer a request of \/lab\/add within 0.01 s/);
		assert.equal(errors[0]?.requestId, requestId);
		await until(() => seen.some(({ text }) => text?.includes('unanswered')));
	});

	it('tell that there is no server, and work once there is one', async () => {
		await load([context, call({ timeout: '0.01' }), ...helpers]);
		const errors = collect('errors');
		send('call', { payload: { a: 1 } });
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /No server of \/lab\/add was found within 0.01 s/);
		const server = graph().createService('/lab/add', type.name, undefined, (_request, respond) =>
			respond(type.response.encode({ sum: 1 })),
		);
		const got = next('out');
		send('call', { payload: { a: 1 } });
		assert.equal(((await got).payload as { sum: bigint }).sum, 1n);
		server.close();
	});

	it('take what is no answer for an error, not for a crash', async () => {
		await load([context, call(), ...helpers]);
		const errors = collect('errors');
		graph().createService('/lab/add', type.name, undefined, (_request, respond) =>
			respond(Buffer.from([0, 1, 0, 0, 1, 2])),
		);
		send('call', { payload: { a: 1 } });
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /The answer of \/lab\/add cannot be read: sum: /);
		assert.deepEqual(errors[0]?.payload, { a: 1 });
	});

	it('take what is no request for an error, and go on', async () => {
		await load([context, serve(), ...helpers]);
		const errors = collect('errors');
		const client = graph().createClient('/lab/add', type.name);
		const hostile = client.call(Buffer.from([0, 1, 0, 0, 1, 2]), { timeout: 10_000 });
		hostile.catch(() => {});
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /A request of \/lab\/add cannot be read: a: /);
		answer();
		const response = await client.call(type.request.encode({ a: 1, b: 2 }), { timeout: 5000 });
		assert.deepEqual({ ...type.response.decode(response) }, { sum: 3n });
		client.close();
	});

	it('need no payload for a service that takes nothing', async () => {
		const trigger = { service: '/reset', serviceType: 'std_srvs/srv/Trigger' };
		await load([context, call(trigger), serve(trigger), ...helpers]);
		node('requests').on('input', (message) => send('serve', { ...message, payload: { success: true } }));
		const got = next('out');
		send('call', { payload: 1_700_000_000_000 });
		assert.deepEqual({ ...((await got).payload as object) }, { success: true, message: '' });
	});

	it('settle all calls when they are closed, and leave nothing behind', async () => {
		for (let i = 0; i < 20; i++) {
			await load([context, call({ concurrency: '2' }), serve(), ...helpers]);
			const ended: unknown[] = [];
			node('call').on('input', () => {});
			const complete = (node('call') as unknown as { _complete(message: object, error?: Error): void })._complete;
			(node('call') as unknown as { _complete: typeof complete })._complete = function (message, error) {
				ended.push(error?.message);
				return complete.call(this, message, error);
			};
			for (const a of [1, 2, 3]) send('call', { payload: { a } });
			await until(() => graph().services()[0]?.clients === 1);
			const { graph: left } = node('context') as unknown as { graph: Graph };
			await unload();
			assert.equal(ended.length, 3);
			assert.ok(ended.every((text) => /node was closed before/.test(String(text))));
			assert.deepEqual(left.services(), []);
		}
	});
});
