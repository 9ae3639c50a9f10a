import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { frameLayout } from '../../lib/sim/frame';
import { stateStatus } from '../../nodes/sim-robot/state-status';
import { serveView } from '../../nodes/sim-robot/view';
import { collect, type FlowNode, load, type Message, node, send, statuses, unload, until } from './flow';

const context: FlowNode = {
	id: 'context',
	type: 'ros2-context',
	nodeName: 'node_red',
	namespace: '/',
	domainId: '42',
	discoveryRange: 'off',
};
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

	it('says when the machine is too slow for the robot, until it is not', () => {
		const shown: string[] = [];
		const update = (fill: string, shape: string, text: () => string) => void shown.push(`${fill} ${shape} ${text()}`);
		const show = stateStatus([{ name: 'hinge', kind: 'hinge' }], 2, { update } as never, 'slow');
		const state = { position: [2 * Math.PI - 0.5], commanded: true, behind: 0 };
		for (const behind of [0, 0, 0.3, 0.6, 0.6, 0.6]) show({ ...state, behind } as never);
		show({ ...state, commanded: false, behind: 0.6 } as never);
		const good = 'green dot 2 Hz, -29°';
		assert.deepEqual(shown, [good, good, good, 'yellow dot slow', 'yellow dot slow', good, 'green ring 2 Hz, -29°']);
	});

	describe('in the browser', () => {
		/** Node-RED's admin routes of the flow that is loaded, at a port of this machine. */
		async function serve() {
			const { _httpAdmin } = helper as unknown as { _httpAdmin: RequestListener };
			const server = createServer(_httpAdmin).listen(0, '127.0.0.1');
			await once(server, 'listening');
			const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sim-robot`;
			return { base, close: () => new Promise((done) => void server.close(done)) };
		}
		const post = (url: string, body: object) =>
			fetch(url, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json', Connection: 'close' },
				body: JSON.stringify(body),
			});

		it('serves its page', async () => {
			await load(flow());
			const { base, close } = await serve();
			for (const [path, type, text] of [
				['view', /html/, /<script src="view.js">/],
				['view.css', /css/, /canvas/],
				['view.js', /javascript/, /requestAnimationFrame/],
			] as const) {
				const response = await fetch(`${base}/${path}`, { headers: { Connection: 'close' } });
				assert.equal(response.status, 200, path);
				assert.match(response.headers.get('content-type') ?? '', type);
				assert.match(await response.text(), text);
			}
			await close();
		});

		it('streams frames of the robot until it stops', async () => {
			await load(flow({ name: 'balancer' }));
			const got = collect('states');
			await until(() => got.length > 0);
			const { base, close } = await serve();
			const json = async (path: string) => (await fetch(base + path, { headers: { Connection: 'close' } })).json();
			assert.deepEqual(await json('/robots'), [{ id: 'robot', name: 'balancer' }]);
			const { name, description } = await json('/robots/robot');
			assert.equal(name, 'balancer');
			const layout = frameLayout(description);
			const response = await fetch(`${base}/robots/robot/frames`, { headers: { Connection: 'close' } });
			const reader = response.body!.getReader();
			const frames: Buffer[] = [];
			while (Buffer.concat(frames).length < 3 * 4 * layout.length)
				frames.push(Buffer.from((await reader.read()).value!));
			const bytes = Buffer.concat(frames);
			const time = (frame: number) => bytes.readFloatLE(4 * layout.length * frame);
			assert.ok(time(0) > 0 && time(1) > time(0) && time(2) > time(1));
			await unload();
			for (let end = false; !end; ) end = (await reader.read()).done;
			await close();
			// The flow starts anew: afterEach unloads one.
			await load(flow());
		});

		it('pushes and resets, and says what is wrong with a request', async () => {
			await load(flow());
			const got = collect('states');
			await until(() => got.length > 0);
			const { base, close } = await serve();
			const reset = await post(`${base}/robots/robot/reset`, { positions: { slider: 2, hinge: Math.PI } });
			assert.equal(reset.status, 204);
			await until(() => last(got)!.position[0]! > 1.9);
			assert.equal((await post(`${base}/robots/robot/push`, { body: 'cart', force: [-9, 0, 0] })).status, 204);
			await until(() => last(got)!.velocity[0]! < -0.1);
			const wrong = await post(`${base}/robots/robot/push`, { body: 'wheel' });
			assert.equal(wrong.status, 400);
			assert.match((await wrong.json()).error, /cart, pole, got "wheel"/);
			assert.equal((await post(`${base}/robots/robot/jump`, {})).status, 400);
			assert.equal((await post(`${base}/robots/other/push`, {})).status, 404);
			await close();
		});

		it('lets only those watch, push and reset whom the editor lets', () => {
			const routes: [string, string, unknown][] = [];
			const register = (method: string) => (path: string, first: unknown) => void routes.push([method, path, first]);
			serveView({
				httpAdmin: { get: register('get'), post: register('post') },
				auth: { needsPermission: (permission: string) => permission },
			} as never);
			const guarded = routes.map(([method, path, first]) => [method, path, typeof first === 'string' ? first : '']);
			assert.deepEqual(guarded, [
				['get', '/sim-robot/view', ''],
				['get', '/sim-robot/view.css', ''],
				['get', '/sim-robot/view.js', ''],
				['get', '/sim-robot/robots', 'sim-robot.read'],
				['get', '/sim-robot/robots/:id', 'sim-robot.read'],
				['get', '/sim-robot/robots/:id/frames', 'sim-robot.read'],
				['post', '/sim-robot/robots/:id/:action', 'sim-robot.write'],
			]);
		});
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
