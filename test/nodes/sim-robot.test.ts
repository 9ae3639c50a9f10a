import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { collect, type FlowNode, load, type Message, node, send, statuses, unload, until } from './flow';

const context: FlowNode = { id: 'context', type: 'ros2-context', nodeName: 'node_red', namespace: '/', domainId: '42' };
const robot = (more: object = {}): FlowNode => ({
	id: 'robot',
	type: 'sim-robot',
	context: 'context',
	robot: 'cart-pole',
	rate: '100',
	...more,
});
const states: FlowNode = {
	id: 'subscribe',
	type: 'ros2-subscribe',
	context: 'context',
	topic: '/joint_states',
	messageType: 'sensor_msgs/msg/JointState',
	newestOnly: false,
	wires: [['states']],
};
const commands: FlowNode = {
	id: 'publish',
	type: 'ros2-publish',
	context: 'context',
	topic: '/effort_controller/commands',
	messageType: 'std_msgs/msg/Float64MultiArray',
};
const caught: FlowNode[] = [
	{ id: 'catch', type: 'catch', wires: [['errors']] },
	{ id: 'errors', type: 'helper' },
];
const flow = (more: object = {}) => [
	context,
	robot(more),
	states,
	commands,
	{ id: 'states', type: 'helper' },
	...caught,
];

interface JointState {
	header: { stamp: { sec: number; nanosec: number } };
	name: string[];
	position: Float64Array;
	velocity: Float64Array;
	effort: Float64Array;
}
const last = (messages: Message[]) => messages.at(-1)?.payload as JointState | undefined;
const errorOf = (message: Message | undefined) => (message?.error as { message: string } | undefined)?.message ?? '';

describe('sim-robot', () => {
	afterEach(unload);

	it('publishes its joints, evenly stamped with the time of the wall', async () => {
		await load(flow());
		const got = collect('states');
		await until(() => got.length >= 10);
		const { header, name, position, velocity, effort } = last(got)!;
		assert.deepEqual(name, ['slider', 'hinge']);
		assert.deepEqual([position.length, velocity.length, effort.length], [2, 2, 2]);
		assert.ok(Math.abs(header.stamp.sec + header.stamp.nanosec / 1e9 - Date.now() / 1000) < 5);
		const stamps = got.map((message) => {
			const { sec, nanosec } = (message.payload as JointState).header.stamp;
			return BigInt(sec) * 1_000_000_000n + BigInt(nanosec);
		});
		for (const [i, stamp] of stamps.entries()) if (i > 0) assert.ok(stamp > stamps[i - 1]!, 'stamps grow');
	});

	it('takes commands from the topic, clamped, and lets the motors rest when they end', async () => {
		await load(flow({ commandTimeout: '0.1' }));
		const got = collect('states');
		await until(() => got.length > 0);
		assert.equal(last(got)!.effort[0], 0);
		send('publish', { payload: { data: [-1000] } });
		await until(() => last(got)!.effort[0] === -10);
		await until(() => last(got)!.effort[0] === 0);
	});

	it('refuses wrong commands with one error per fault, and holds the last good one', async () => {
		await load(flow({ commandTimeout: '0' }));
		const [got, errors] = [collect('states'), collect('errors')];
		await until(() => got.length > 0);
		send('publish', { payload: { data: [3] } });
		await until(() => last(got)?.effort[0] === 3);
		send('publish', { payload: { data: [1, 2] } });
		await until(() => errors.length === 1);
		assert.match(errorOf(errors[0]), /1 numbers, one per actuator \(slider\), got 2/);
		assert.equal(errors[0]!.topic, '/effort_controller/commands');
		send('publish', { payload: { data: [1, 2] } });
		send('publish', { payload: { data: [Number.NaN] } });
		await until(() => errors.length === 2);
		assert.match(errorOf(errors[1]), /data\[0\].*finite number, got NaN/);
		const before = got.length;
		await until(() => got.length > before + 2);
		assert.equal(last(got)!.effort[0], 3);
	});

	it('pushes and resets on messages', async () => {
		await load(flow());
		const [got, errors] = [collect('states'), collect('errors')];
		send('robot', { topic: 'reset', payload: { positions: { slider: 1.5, hinge: Math.PI } } });
		await until(() => (last(got)?.position[0] ?? 0) > 1.4);
		send('robot', { topic: 'push', payload: Date.now() });
		await until(() => Math.abs(last(got)!.velocity[1]!) > 0.1);
		send('robot', { topic: 'push', payload: { body: 'cart', force: [-5, 0, 0], duration: 0.1 } });
		await until(() => last(got)!.velocity[0]! < -0.1);
		send('robot', { topic: 'reset' });
		await until(() => Math.abs(last(got)!.position[0]!) < 0.1);
		assert.deepEqual(errors, []);
	});

	it('sends inputs that it does not understand to Catch', async () => {
		await load(flow());
		const errors = collect('errors');
		for (const [message, expected] of [
			[{ topic: 'jump' }, /`msg.topic` to be push or reset, got "jump"/],
			[{ payload: 1 }, /`msg.topic`/],
			[{ topic: 'push', payload: { bodi: 'pole' } }, /body, force, duration, got "bodi"/],
			[{ topic: 'push', payload: { body: 'wheel' } }, /cart, pole, got "wheel"/],
			[{ topic: 'reset', payload: { positions: { slider: 99 } } }, /positions.slider.*-2.6 to 2.6 \(m\)/],
		] as const) {
			const before = errors.length;
			send('robot', message);
			await until(() => errors.length > before);
			assert.match(errorOf(errors.at(-1)), expected);
		}
	});

	describe('with an MJCF file', () => {
		let userDir: string;
		before(() => {
			userDir = mkdtempSync(join(tmpdir(), 'robots-'));
			mkdirSync(join(userDir, 'robots'));
			writeFileSync(
				join(userDir, 'robots', 'slide.xml'),
				'<mujoco><worldbody><body><joint name="lift" type="slide"/><geom size="0.1"/></body></worldbody></mujoco>',
			);
			writeFileSync(join(userDir, 'robots', 'broken.xml'), '<mujoco><wheel/></mujoco>');
			writeFileSync(join(userDir, 'robots', 'still.xml'), '<mujoco/>');
		});
		beforeEach(() => void helper.settings({ userDir }));
		after(() => {
			helper.settings({});
			rmSync(userDir, { recursive: true });
		});

		it('simulates it', async () => {
			await load(flow({ robot: 'file', file: 'robots/slide.xml' }));
			const got = collect('states');
			await until(() => got.length > 0);
			assert.deepEqual(last(got)!.name, ['lift']);
		});

		for (const [what, wrong, expected] of [
			['no file', { file: '' }, /`file`.*path of an MJCF file/],
			['a missing file', { file: 'robots/none.xml' }, /no MJCF file .*none\.xml/],
			['a file elsewhere', { file: '../secret.xml' }, /user directory/],
			['broken MJCF', { file: 'robots/broken.xml' }, /MuJoCo cannot load.*'wheel', line 1/],
			['no joints', { file: 'robots/still.xml' }, /no hinge or slide joint/],
			['a rate above its steps', { file: 'robots/slide.xml', rate: '900' }, /`rate`.*<= 500 \(Hz\).*900/],
		] as const) {
			it(`stays in the flow with ${what}: the error goes to Catch`, async () => {
				await load(flow({ robot: 'file', ...wrong }));
				const errors = collect('errors');
				send('robot', { topic: 'push' });
				await until(() => errors.length > 0);
				assert.match(errorOf(errors[0]), expected);
			});
		}
	});

	it('shows how it does', async () => {
		await load(flow());
		const seen = statuses('robot');
		await until(() => seen.some(({ fill, text }) => fill === 'green' && /^100 Hz, .*°$/.test(text ?? '')));
	});

	it('leaves nothing behind when it is redeployed, again and again', async () => {
		const resources = () => process.getActiveResourcesInfo().filter((kind) => /Message|Worker/.test(kind)).length;
		await load(flow());
		await unload();
		const before = resources();
		for (let i = 0; i < 10; i++) {
			await load(flow());
			// In the middle of the start, and in the middle of running.
			if (i % 2 === 0) await until(() => node('robot') !== null);
			else {
				const got = collect('states');
				await until(() => got.length > 0);
			}
			await unload();
		}
		assert.equal(resources(), before);
	});
});
