import assert from 'node:assert/strict';
import type { ProbeFigures } from '../../lib/latency/probe';
import type { Graph } from '../../lib/ros/graph';
import { qosPresets } from '../../lib/ros/qos';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import type { Ros2ContextNode } from '../../nodes/shared/ros2-context';
import { collect, type FlowNode, load, type Message, node, send, statuses, unload, until } from './flow';

const types = createTypeRegistry();
const clockType = types.message('rosgraph_msgs/msg/Clock');
const stateType = types.message('sensor_msgs/msg/JointState');
const context = (useSimTime: boolean): FlowNode => ({
	id: 'context',
	type: 'ros2-context',
	nodeName: 'node_red',
	namespace: '/',
	domainId: '101',
	discoveryRange: 'off',
	useSimTime,
});
const sink = (id: string): FlowNode => ({ id, type: 'helper' });
const caught: FlowNode[] = [{ id: 'catch', type: 'catch', wires: [['errors']] }, sink('errors')];
const subscribe: FlowNode = {
	id: 'subscribe',
	type: 'ros2-subscribe',
	context: 'context',
	topic: '/states',
	messageType: stateType.name,
	newestOnly: false,
	wires: [['user']],
};

/** Starts a flow behind a subscriber; `user` names the node that gets its messages. */
async function start(nodes: FlowNode[], useSimTime = true) {
	await load([context(useSimTime), subscribe, ...nodes, ...caught]);
	const { graph, clock } = node('context') as unknown as Ros2ContextNode & { graph: Graph };
	const states = graph.advertise('/states', stateType.name, qosPresets.default);
	const ticks = graph.advertise('/clock', clockType.name, qosPresets.default);
	return {
		clock,
		errors: collect('errors'),
		/** Simulated time goes to `time` s. */
		async tick(time: number) {
			ticks.publish(clockType.encode({ clock: stamp(time) }));
			await until(() => clock.now() === time * 1000);
		},
		publish(time: number, position = 0) {
			states.publish(stateType.encode({ header: { stamp: stamp(time) }, position: [position, 0, 0, 0] }));
		},
	};
}
const stamp = (time: number) => ({ sec: Math.floor(time), nanosec: Math.round((time % 1) * 1e9) });
const errorOf = (message: Message | undefined) => (message as unknown as { error: Error }).error.message;
const positionOf = (message: Message | undefined) =>
	(message as unknown as { payload: { position: Float64Array } }).payload.position[0];
const using = (type: string, settings: object): FlowNode => ({ id: 'user', type, wires: [['out']], ...settings });

describe('simulated time', () => {
	afterEach(unload);

	it('comes from /clock: it is not known before, which the status says, and messages name it', async () => {
		const { clock, tick, publish } = await start([sink('user')]);
		const got = collect('user');
		assert.deepEqual([clock.isKnown, clock.now()], [false, 0]);
		const seen = statuses('subscribe');
		publish(1);
		await until(() => got.length === 1);
		assert.equal((got[0] as unknown as { ros: { clock: string } }).ros.clock, 'context');
		await tick(5);
		assert.equal(seen.at(-1)?.text, 'ros2-subscribe.status.one');
	});

	it("is the system's without use_sim_time, whatever /clock says", async () => {
		const { clock, publish } = await start([sink('user')], false);
		const got = collect('user');
		publish(1);
		await until(() => got.length === 1);
		assert.ok(!('clock' in (got[0] as unknown as { ros: object }).ros));
		assert.ok(clock.isKnown && clock.now() > 1e12);
	});

	it('stamps what is published, with 0 before it is known', async () => {
		const { tick } = await start([
			sink('user'),
			{ id: 'publish', type: 'ros2-publish', context: 'context', topic: '/out', messageType: stateType.name },
		]);
		const { graph } = node('context') as unknown as { graph: Graph };
		const stamps: unknown[] = [];
		graph.subscribe('/out', stateType.name, qosPresets.default, (cdr) => {
			stamps.push({ ...(stateType.decode(cdr).header as { stamp: object }).stamp });
		});
		send('publish', { payload: {} });
		await tick(7.25);
		send('publish', { payload: {} });
		await until(() => stamps.length === 2);
		assert.deepEqual(stamps, [
			{ sec: 0, nanosec: 0 },
			{ sec: 7, nanosec: 250_000_000 },
		]);
	});

	it('tells the rate-limiter how old a command is, and begins anew when it jumps back', async () => {
		const gate = {
			rate: 10_000,
			maxAge: '0.5',
			onFault: 'safe',
			safeMessage: '"safe"',
			timeout: '',
			wires: [['out'], []],
		};
		const { errors, tick, publish } = await start([using('rate-limiter', gate), sink('out')]);
		const got = collect('out');
		publish(99);
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /\/clock/);
		assert.equal(got.length, 0);
		await tick(100);
		publish(99.9, 1);
		await until(() => got.length === 1);
		publish(99.4, 2);
		await until(() => got.length === 2);
		assert.equal(got[1]?.payload, 'safe');
		// Back by less than the age, where a late message and a jump look the same but for the clock.
		await tick(99.8);
		publish(99.7, 3);
		await until(() => got.length === 3);
		assert.equal(positionOf(got[2]), 3);
		// The negative control: without a jump it is late.
		publish(99.6, 4);
		publish(99.75, 5);
		await until(() => got.length === 4);
		assert.equal(positionOf(got[3]), 5);
	});

	it('tells onnx-infer how old a reading is', async () => {
		const model = { model: 'models/cart-pole.onnx', maxAge: '100', placement: 'inline' };
		const { errors, tick, publish } = await start([
			using('tensor-transform', { steps: [{ type: 'select', fields: ['position'] }], wires: [['infer']] }),
			{ ...using('onnx-infer', model), id: 'infer' },
			sink('out'),
		]);
		const got = collect('out');
		publish(1);
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /\/clock/);
		await tick(50);
		publish(49.95);
		await until(() => got.length === 1);
		const { age } = (got[0] as unknown as { inference: { age: number } }).inference;
		assert.ok(Math.abs(age - 50) < 1e-6, `${age}`);
		publish(49.85);
		await until(() => errors.length === 2);
		assert.match(errorOf(errors[1]), /150\.0 ms old/);
		// From before a jump back: not fresh, although nothing is older than it.
		await tick(10);
		publish(50);
		await until(() => errors.length === 3);
		assert.match(errorOf(errors[2]), /40000\.0 ms in the future/);
		assert.equal(got.length, 1);
	});

	it('tells latency-probe the age since the stamp, and clears it when it jumps back', async () => {
		const probe = { from: 'stamp', interval: 0, wires: [['out'], ['figures'], []] };
		const { tick, publish } = await start([using('latency-probe', probe), sink('out'), sink('figures')]);
		const [out, figures] = [collect('out'), collect('figures')];
		const ask = async () => {
			const before = figures.length;
			send('user', { figures: true });
			await until(() => figures.length > before);
			return figures.at(-1)?.payload as ProbeFigures;
		};
		publish(1);
		await until(() => out.length === 1);
		assert.deepEqual([(await ask()).unknown, (await ask()).path], [1, undefined]);
		await tick(10);
		publish(9.75);
		await until(() => out.length === 2);
		assert.equal((await ask()).path?.max, 250);
		await tick(1);
		publish(0.5);
		await until(() => out.length === 3);
		const { count, path } = await ask();
		assert.deepEqual([count, path?.max], [1, 500]);
	});

	it('clears message-sync when it jumps back, also by less than the jump of the settings', async () => {
		const sync = { topics: '/states\n/other', policy: 'approximate', slop: '0.2', jump: '10' };
		const { tick, publish } = await start([using('message-sync', sync), sink('out')]);
		const got = collect('out');
		const other = (time: number) =>
			send('user', { topic: '/other', payload: time, ros: { stamp: stamp(time), clock: 'context' } });
		await tick(100);
		other(99.9);
		await tick(99);
		publish(99.9);
		other(95);
		publish(95);
		await until(() => got.length === 1);
		assert.deepEqual((got[0] as unknown as { ros: { stamp: object; clock: string } }).ros.stamp, stamp(95));
		assert.equal((got[0] as unknown as { ros: { clock: string } }).ros.clock, 'context');
		// The negative control: without a jump the one that waits is taken.
		other(96);
		publish(96.1);
		await until(() => got.length === 2);
	});

	it('is the age of the latest of another topic in tensor-transform, none from before a jump', async () => {
		const steps = [
			{
				type: 'stack',
				terms: [
					{ name: 'state', steps: [{ type: 'select', fields: ['position'] }] },
					{
						name: 'command',
						steps: [
							{ type: 'latest', topic: '/command', maxAge: 0.5 },
							{ type: 'select', fields: ['data'] },
						],
					},
				],
			},
		];
		const { errors, tick, publish } = await start([using('tensor-transform', { steps }), sink('out')]);
		const got = collect('out');
		const command = () => send('user', { topic: '/command', payload: { data: [1] }, ros: { clock: 'context' } });
		await tick(10);
		command();
		await tick(10.4);
		publish(10.4);
		await until(() => got.length + errors.length === 1);
		assert.equal(errors[0] && errorOf(errors[0]), undefined);
		await tick(10.6);
		publish(10.6);
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /0\.600 s/);
		command();
		await tick(3);
		publish(3);
		await until(() => errors.length === 2);
		assert.match(errorOf(errors[1]), /got none yet/);
	});
});
