import assert from 'node:assert/strict';
import type { Ros2ContextNode } from '../../nodes/shared/ros2-context';
import { collect, type FlowNode, load, type Message, node, send, unload, until, withoutStages } from './flow';

const limiter = (more: object): FlowNode => ({ id: 'limiter', type: 'rate-limiter', wires: [['out']], ...more });
const out: FlowNode = { id: 'out', type: 'helper' };
const caught: FlowNode[] = [
	{ id: 'catch', type: 'catch', wires: [['errors']] },
	{ id: 'errors', type: 'helper' },
];

describe('rate-limiter', () => {
	afterEach(unload);

	it('passes the first and the last of a burst, whole', async () => {
		await load([limiter({ rate: '50' }), out]);
		const got = collect('out');
		for (let i = 0; i < 10; i++) send('limiter', { payload: i, topic: '/cmd', ros: { type: 'x' } });
		await until(() => got.length === 2);
		assert.deepEqual(
			got.map((message) => message.payload),
			[0, 9],
		);
		assert.deepEqual(withoutStages(got[1]), { type: 'x' });
	});

	it('sends the safe message once when the input goes silent, with the topic of the last', async () => {
		await load([limiter({ rate: 100, timeout: '0.05', safeMessage: '{"data":[0]}' }), out]);
		const got = collect('out');
		send('limiter', { payload: { data: [5] }, topic: '/cmd' });
		await until(() => got.length === 2);
		assert.deepEqual([got[1]?.payload, got[1]?.topic], [{ data: [0] }, '/cmd']);
		// The negative control: with input again the stop comes again, so it can be missed.
		send('limiter', { payload: { data: [6] }, topic: '/cmd' });
		await until(() => got.length === 4);
		assert.deepEqual(got[3]?.payload, { data: [0] });
	});

	it('tells its state on the second output', async () => {
		const states: FlowNode = { id: 'states', type: 'helper' };
		const wires = [['out'], ['states']];
		await load([limiter({ rate: 100, timeout: '0.05', safeMessage: '{"data":[0]}', wires }), out, states]);
		const got = collect('states');
		send('limiter', { payload: { data: [5] }, topic: '/cmd' });
		await until(() => got.length === 2);
		assert.deepEqual(
			got.map(({ payload, topic }) => [payload, topic]),
			[
				[{ mode: 'passing', reason: undefined, action: undefined }, '/cmd'],
				[{ mode: 'fault', reason: 'silent', action: 'safe' }, '/cmd'],
			],
		);
	});

	it('limits the values of a Twist, as the form saves it, and sends until it is reached', async () => {
		const fields = '[{"path":"linear.x","max":"2","rate":"100"}]';
		await load([limiter({ rate: '100', fields }), out]);
		const got = collect('out');
		send('limiter', { payload: { linear: { x: 9 }, angular: { z: 1 } } });
		await until(() => got.length === 2);
		assert.deepEqual(
			got.map(({ payload }) => payload),
			[
				{ linear: { x: 1 }, angular: { z: 1 } },
				{ linear: { x: 2 }, angular: { z: 1 } },
			],
		);
	});

	it('takes the age from msg.ros, the stamp before the receipt', async () => {
		await load([limiter({ rate: 1000, maxAge: '0.5', safeMessage: '0' }), out]);
		const got = collect('out');
		const now = Date.now();
		const stamp = (ms: number) => ({ sec: Math.floor(ms / 1000), nanosec: (ms % 1000) * 1e6 });
		send('limiter', { payload: 1, ros: { receivedAt: now } });
		send('limiter', { payload: 2, ros: { receivedAt: now, stamp: stamp(now - 5000) } });
		await until(() => got.length === 2);
		assert.deepEqual(
			got.map(({ payload }) => payload),
			[1, 0],
		);
	});

	it('stops by message until it is reset, also through a deploy', async () => {
		const flow = [limiter({ rate: 100, stop: true, safeMessage: '"stop"' }), out];
		await load(flow);
		const got = collect('out');
		send('limiter', { payload: 1 });
		send('limiter', { gate: 'stop' });
		send('limiter', { payload: 2 });
		await until(() => got.length === 4);
		assert.deepEqual(
			got.map(({ payload }) => payload),
			[1, 'stop', 'stop', 'stop'],
		);
		await unload();
		await load(flow);
		const after = collect('out');
		send('limiter', { payload: 3 });
		await until(() => after.length > 2);
		assert.ok(after.every(({ payload }) => payload === 'stop'));
		send('limiter', { gate: 'reset' });
		send('limiter', { payload: 4 });
		await until(() => after.at(-1)?.payload === 4);
	});

	it('passes a message that only looks like a stop where the stop is off', async () => {
		await load([limiter({ rate: 100 }), out]);
		const got = collect('out');
		send('limiter', { payload: 1, gate: 'stop' });
		await until(() => got.length === 1);
		assert.equal(got[0]?.payload, 1);
	});

	it('stops by a ROS topic, which does not release it, and by a ROS service, which does', async () => {
		const context: FlowNode = { id: 'context', type: 'ros2-context', domainId: '77', discoveryRange: 'off' };
		const ros = { context: 'context', stopTopic: '/halt', stopService: '/halt_drive' };
		const publish: FlowNode = {
			id: 'publish',
			type: 'ros2-publish',
			context: 'context',
			topic: '/halt',
			messageType: 'std_msgs/msg/Bool',
			wires: [],
		};
		await load([context, publish, limiter({ rate: 100, stop: true, safeMessage: '"stop"', ...ros }), out]);
		const got = collect('out');
		const last = () => got.at(-1)?.payload;
		const { graph, types } = node('context') as unknown as Ros2ContextNode;
		const type = types.service('std_srvs/srv/SetBool');
		const client = graph.createClient('/halt_drive', type.name, undefined);
		const call = async (data: boolean) =>
			type.response.decode(await client.call(type.request.encode({ data }), { timeout: 5000 }));
		send('publish', { payload: { data: true } });
		await until(() => last() === 'stop');
		send('publish', { payload: { data: false } });
		send('limiter', { payload: 1 });
		const count = got.length;
		await until(() => got.length > count + 2);
		assert.equal(last(), 'stop');
		assert.deepEqual(await call(false), { success: true, message: 'released' });
		send('limiter', { payload: 2 });
		await until(() => last() === 2);
		assert.deepEqual(await call(true), { success: true, message: 'stopped' });
		await until(() => last() === 'stop');
		await call(false);
		client.close();
	});

	it('changes its rate by message when allowed', async () => {
		await load([limiter({ rate: '0.01', rateFromMessage: true }), out]);
		const got = collect('out');
		send('limiter', { payload: 1 });
		send('limiter', { payload: 2 });
		send('limiter', { rate: 1000 });
		await until(() => got.length === 2);
		assert.equal(got[1]?.payload, 2);
	});

	for (const [what, broken, expected] of [
		['a rate of zero', { rate: '0' }, /`rate`.*> 0 and <= 10000|`rate`/],
		['a safe message that is not JSON', { rate: 1, timeout: 1, safeMessage: '{data}' }, /`safeMessage` to be JSON/],
		['a timeout without a safe message', { rate: 1, timeout: 1 }, /both/],
		['a safe message that nothing sends', { rate: 1, safeMessage: '0' }, /both/],
		['a stop without a safe message', { rate: 1, stop: true }, /`safeMessage`/],
		['a stop topic without a context', { rate: 1, stop: true, safeMessage: '0', stopTopic: '/x' }, /`context`/],
		[
			'a ramp without a rate',
			{ rate: 1, timeout: 1, onFault: 'ramp', fields: '[{"path":"x","max":1}]' },
			/`rate` in one/,
		],
		['a field that is none', { rate: 1, fields: '[{"path":"a..b"}]' }, /`fields\[0\].path`/],
		['a limit that is no number', { rate: 1, fields: '[{"path":"a","max":"high"}]' }, /`fields\[0\].max`.*"high"/],
	] as const) {
		it(`refuses ${what} and passes nothing`, async () => {
			await load([limiter(broken), out, ...caught]);
			const errors = collect('errors');
			const got = collect('out');
			send('limiter', { payload: 1 });
			await until(() => errors.length > 0);
			assert.match((errors[0] as Message & { error: { message: string } }).error.message, expected);
			assert.deepEqual(got, []);
		});
	}
});
