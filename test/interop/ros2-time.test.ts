import assert from 'node:assert/strict';
import type { ProbeFigures } from '../../lib/latency/probe';
import type { Ros2ContextNode } from '../../nodes/shared/ros2-context';
import { collect, load, node, send, statuses, unload, until } from '../nodes/flow';
import { distribution, killRos2, lackOfRos2, Ros2Peer } from './ros2/peer';

const domain = 40 + (process.pid % 10);
const point = 'geometry_msgs/msg/PointStamped';
const diagnostics = 'diagnostic_msgs/msg/DiagnosticArray';

describe('simulated time and diagnostics with a real ROS 2', function () {
	this.timeout(90_000);

	before(function () {
		const lacking = lackOfRos2();
		if (lacking === undefined) return;
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});
	afterEach(async () => {
		await unload();
		await killRos2();
	});

	it('takes the time from its /clock, and what it publishes is stamped with that', async () => {
		const sink = (id: string) => ({ id, type: 'helper' });
		await load([
			{
				id: 'context',
				type: 'ros2-context',
				transport: 'embedded',
				domainId: String(domain),
				discoveryRange: process.env.INTEROP_ROS2_NAMESPACE ? 'subnet' : 'localhost',
				distribution,
				useSimTime: true,
			},
			{
				id: 'subscribe',
				type: 'ros2-subscribe',
				context: 'context',
				topic: '/points',
				messageType: point,
				wires: [['probe']],
			},
			{
				id: 'probe',
				type: 'latency-probe',
				name: 'points',
				from: 'stamp',
				interval: 0,
				diagnostics: true,
				wires: [['points'], ['figures'], ['publish']],
			},
			{ id: 'publish', type: 'ros2-publish', context: 'context', topic: '/diagnostics', messageType: diagnostics },
			sink('points'),
			sink('figures'),
		]);
		const [points, figures, seen] = [collect('points'), collect('figures'), statuses('subscribe')];
		const { clock } = node('context') as unknown as Ros2ContextNode;
		const peer = new Ros2Peer(domain, 'simulation');
		peer.say('pub /clock rosgraph_msgs/msg/Clock reliable');
		peer.say(`pub /points ${point} reliable`);
		peer.say(`sub /diagnostics ${diagnostics} reliable`);
		for (const topic of ['/clock', '/points', '/diagnostics']) await peer.matched(topic, 1);

		const tick = async (sec: number, nanosec: number) => {
			// A best-effort reader may miss one.
			await until(() => {
				if (clock.stamp().sec !== sec || clock.stamp().nanosec !== nanosec) {
					peer.say(`send /clock ${JSON.stringify({ clock: { sec, nanosec } })}`);
				}
				return clock.stamp().sec === sec;
			});
		};
		const measure = async (sec: number, nanosec: number) => {
			const [count, asked, told] = [points.length, figures.length, peer.got('/diagnostics').length];
			peer.say(`send /points ${JSON.stringify({ header: { stamp: { sec, nanosec } } })}`);
			await until(() => points.length > count);
			send('probe', { figures: true });
			await until(() => figures.length > asked && peer.got('/diagnostics').length > told);
			return {
				probe: (figures.at(-1) as unknown as { payload: ProbeFigures }).payload,
				diagnostics: peer.got('/diagnostics').at(-1) as {
					header: { stamp: { sec: number; nanosec: number } };
					status: { name: string; message: string }[];
				},
			};
		};

		const before = await measure(1, 0);
		assert.deepEqual([before.probe.unknown, before.probe.path], [1, undefined]);
		assert.deepEqual(before.diagnostics.header.stamp, { sec: 0, nanosec: 0 });
		assert.ok(seen.every(({ text }) => !/status\.(one|many)$/.test(text ?? '')));

		await tick(100, 500_000_000);
		await until(() => seen.at(-1)?.text === 'ros2-subscribe.status.one');
		const during = await measure(100, 250_000_000);
		assert.equal(during.probe.path?.max, 250);
		assert.deepEqual(during.diagnostics.header.stamp, { sec: 100, nanosec: 500_000_000 });
		assert.equal(during.diagnostics.status[0]?.name, 'points');

		// The simulation is reset.
		await tick(2, 0);
		const after = await measure(1, 900_000_000);
		assert.equal(after.probe.count, 1, 'what was measured before is forgotten');
		assert.ok(Math.abs((after.probe.path?.max ?? 0) - 100) < 1e-6);
		assert.deepEqual(after.diagnostics.header.stamp, { sec: 2, nanosec: 0 });
	});
});
