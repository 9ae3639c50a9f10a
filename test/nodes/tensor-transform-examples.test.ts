import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindInputs } from '../../lib/onnx/inputs';
import { type ModelSession, openSession } from '../../lib/onnx/session';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import { createPipeline } from '../../lib/transform/pipeline';

const root = join(__dirname, '..', '..', '..');
const folder = join(root, 'examples');

/** The nodes of an example, by the end of its file's name. */
function example(name: string): { id: string; type: string; [property: string]: unknown }[] {
	const file = readdirSync(folder).find((other) => other.endsWith(`${name}.json`));
	assert.ok(file, name);
	return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

interface Sent {
	readonly payload: Record<string, unknown>;
}

describe('the example "Drive by laser scan"', () => {
	const flow = example('Drive by laser scan');
	const nodeOf = (id: string) => flow.find((node) => node.id === id) as (typeof flow)[0];
	const steps = (id: string) => nodeOf(id).steps as object[];
	const types = createTypeRegistry();
	const messageTypes = { '/scan': 'LaserScan', '/odom': 'Odometry', '/goal_pose': 'PoseStamped' };
	let session: ModelSession;

	before(() => {
		session = openSession({ path: join(root, String(nodeOf('laser-infer').model)) }, { placement: 'inline' });
	});
	after(() => session.close());

	/** The room of the example, as the function node runs it. */
	function openRoom() {
		const kept = new Map<string, unknown>();
		const sent = new Map<string, Record<string, unknown>>();
		let text = '';
		const run = new Function('msg', 'node', 'context', String(nodeOf('laser-room').func));
		const topics = Object.keys(messageTypes);
		const take = (messages: readonly (Sent | null)[] | null) => {
			for (const [i, message] of (messages ?? []).entries())
				if (message) sent.set(topics[i] as string, message.payload);
		};
		const node = { status: (status: { text: string }) => (text = status.text), send: take };
		const context = { get: (key: string) => kept.get(key), set: (key: string, value: unknown) => kept.set(key, value) };
		return {
			send: (msg: object) => take(run(msg, node, context)),
			sent,
			status: () => text,
		};
	}

	/** What a subscriber would get of a message that is published. */
	function arrives(topic: string, payload: object): unknown {
		const name = Object.entries(messageTypes).find(([other]) => other === topic)?.[1];
		const type = types.message(
			flow.find((node) => String(node.messageType).endsWith(`/${name}`))?.messageType as string,
		);
		return type.decode(type.encode(payload as never));
	}

	/** Drives through the first `count` rooms; what the room says at the end of each. */
	async function drive(count: number, change = (scan: Record<string, unknown>) => scan): Promise<string[]> {
		const room = openRoom();
		const info = await session.ready();
		const observe = createPipeline(steps('laser-observation'));
		const act = createPipeline(steps('laser-action'));
		const ends: string[] = [];
		for (let number = 0; number < count; number++) {
			if (number > 0) room.send({ topic: 'next' });
			for (let tick = 0; tick < 400 && !/at the goal|hit/.test(room.status()); tick++) {
				room.send({ topic: 'tick' });
				for (const topic of ['/odom', '/goal_pose']) {
					assert.ok(observe.keep(arrives(topic, room.sent.get(topic) as object), { topic }));
				}
				const scan = arrives('/scan', change(room.sent.get('/scan') as Record<string, unknown>));
				const observation = observe.run(scan, { topic: '/scan' });
				const run = await session.run(bindInputs(info.inputs, observation));
				assert.ok(run !== 'dropped');
				room.send({ topic: '/cmd_vel', payload: act.run(run.outputs[0]) });
			}
			ends.push(room.status());
		}
		return ends;
	}

	it('drives to the goal in each of its rooms', async () => {
		assert.deepEqual(await drive(4), Array(4).fill('at the goal'));
	});

	it('does not with a scanner that sees nothing', async () => {
		const blind = (scan: Record<string, unknown>) => ({
			...scan,
			ranges: new Float32Array(180).fill(Number.POSITIVE_INFINITY),
		});
		const ends = await drive(4, blind);
		assert.ok(ends.filter((end) => end === 'hit something').length >= 2, ends.join());
	});

	it('sends commands within the limits of the robot, and none for an action of NaN', () => {
		const act = createPipeline(steps('laser-action'));
		for (const [action, forward, turn] of [
			[[-9, 9], 0, 1.5],
			[[9, -9], 0.4, -1.5],
			[[0, 0], 0.2, 0],
		] as const) {
			const { linear, angular } = act.run([action]) as { linear: { x: number }; angular: { z: number } };
			assert.deepEqual([Math.fround(linear.x), Math.fround(angular.z)], [Math.fround(forward), turn]);
		}
		assert.throws(() => act.run([[0, Number.NaN]]), /NaN/);
	});

	it('refuses to drive by an odometry that is stale, and without a goal', () => {
		let now = 0;
		const observe = createPipeline(steps('laser-observation'), { now: () => now });
		const room = openRoom();
		room.send({ topic: 'tick' });
		const scan = room.sent.get('/scan');
		observe.keep(room.sent.get('/odom'), { topic: '/odom' });
		assert.throws(() => observe.run(scan), /term goal.*message of \/goal_pose, got none yet/);
		observe.keep(room.sent.get('/goal_pose'), { topic: '/goal_pose' });
		assert.equal(String(observe.run(scan)).slice(0, 14), 'float32[1, 39]');
		now = 501;
		assert.throws(() => observe.run(scan), /message of \/odom to be at most 0\.5 s old/);
	});
});
