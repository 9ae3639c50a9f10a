import assert from 'node:assert/strict';
import { createEmbeddedGraph } from '../lib/ros/embedded/graph';
import type { Graph } from '../lib/ros/graph';
import { qosPresets } from '../lib/ros/qos';
import { createTypeRegistry } from '../lib/ros/types/registry';
import { Demo } from './demo';

/** A domain that nobody else is in. */
const domainId = 95;

interface Pose {
	readonly position: { readonly x: number; readonly y: number };
}

describe('the example of the laser scan, in a whole Node-RED', function () {
	this.timeout(90_000);
	const types = createTypeRegistry();
	const commands: { readonly forward: number; readonly turn: number }[] = [];
	const places: Pose['position'][] = [];
	let goal: Pose['position'] | undefined;
	let demo: Demo;
	let graph: Graph;

	before(async () => {
		demo = await Demo.start('04', undefined, { ROS_DOMAIN_ID: String(domainId) });
		graph = createEmbeddedGraph({
			nodeName: 'onlooker',
			namespace: '/',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types,
			onError: (error) => assert.fail(String(error)),
			onWarning() {},
		});
		const listen = (topic: string, name: string, take: (message: Record<string, unknown>) => void) => {
			const type = types.message(name);
			graph.subscribe(topic, name, qosPresets.default, (cdr) => take(type.decode(cdr)));
		};
		listen('/cmd_vel', 'geometry_msgs/msg/Twist', ({ linear, angular }) => {
			commands.push({ forward: (linear as { x: number }).x, turn: (angular as { z: number }).z });
		});
		listen('/odom', 'nav_msgs/msg/Odometry', ({ pose }) => places.push((pose as { pose: Pose }).pose.position));
		listen('/goal_pose', 'geometry_msgs/msg/PoseStamped', ({ pose }) => {
			goal = (pose as Pose).position;
		});
	});

	after(async () => {
		await graph?.close();
		assert.equal(await demo?.stop(), 0);
	});

	it('drives to a goal, within the limits of the robot, and logs no error', async () => {
		const far = () => {
			const place = places.at(-1);
			return place && goal ? Math.hypot(goal.x - place.x, goal.y - place.y) : Number.POSITIVE_INFINITY;
		};
		await demo.until('the robot is at its goal', () => far() < 0.31, 60);
		assert.ok(commands.length > 20, `${commands.length} commands`);
		for (const { forward, turn } of commands) {
			assert.ok(forward >= 0 && forward <= 0.4 + 1e-6 && Math.abs(turn) <= 1.5 + 1e-6, `${forward}, ${turn}`);
		}
		assert.ok(
			commands.some(({ turn }) => Math.abs(turn) > 0.2),
			'it drives around something',
		);
		assert.doesNotMatch(demo.output, /error|MaxListeners/i);
	});
});
