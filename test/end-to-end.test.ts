import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FrameLayout, frameLayout } from '../lib/sim/frame';
import type { RobotDescription } from '../lib/sim/protocol';
import { Demo, type Flow } from './demo';

const root = join(__dirname, '..', '..');
/** A pole that leans further than this does not come back, rad. */
const fallen = 1;

/** The frames of the live picture, as a browser gets them. */
class Picture {
	angle = 0;
	/** The largest lean since the last look, rad. */
	widest = 0;
	#abort = new AbortController();

	private constructor(
		private readonly layout: FrameLayout,
		private readonly joint: number,
	) {}

	static async open(demo: Demo, joint: string): Promise<Picture> {
		const robot = await demo.robot();
		const { description } = await demo.get<{ description: RobotDescription }>(`/sim-robot/robots/${robot}`);
		const index = description.joints.findIndex(({ name }) => name === joint);
		const picture = new Picture(frameLayout(description), index);
		const response = await fetch(`${demo.url}/sim-robot/robots/${robot}/frames`, {
			signal: picture.#abort.signal,
		});
		void picture.#read(response.body as ReadableStream<Uint8Array>).catch(() => {});
		return picture;
	}

	close(): void {
		this.#abort.abort();
	}

	async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
		const size = this.layout.length * 4;
		let rest = Buffer.alloc(0);
		for await (const chunk of stream) {
			rest = Buffer.concat([rest, chunk]);
			for (; rest.length >= size; rest = rest.subarray(size)) {
				this.angle = rest.readFloatLE((this.layout.position + this.joint) * 4);
				this.widest = Math.max(this.widest, Math.abs(this.angle));
			}
		}
	}
}

const flowOf = (name: string): Flow => JSON.parse(readFileSync(join(root, 'examples', name), 'utf8'));
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe('the examples in a whole Node-RED', function () {
	this.timeout(90_000);
	let demo: Demo;
	let picture: Picture;

	afterEach(async () => {
		picture?.close();
		assert.equal(await demo?.stop(), 0, demo.output);
	});

	it('01: the pole stays up under pushes; without the policy it falls, and the limiter sends its stop once', async () => {
		demo = await Demo.start('01');
		picture = await Picture.open(demo, 'hinge');
		const robot = await demo.robot();
		const push = (force: number) =>
			demo.post(`/sim-robot/robots/${robot}/push`, { body: 'cart', force: [force, 0, 0], duration: 0.1 });
		await pause(1);
		await demo.post(`/sim-robot/robots/${robot}/reset`, {});
		picture.widest = 0;
		for (const force of [8, -8, 8]) {
			await push(force);
			await pause(2);
		}
		assert.ok(picture.widest > 0.01, 'the pushes are seen');
		assert.ok(picture.widest < fallen, `the pole leans ${picture.widest} rad`);

		// The negative control, with a record of the commands that arrive.
		const flow = flowOf('01 - Balance a cart-pole.json');
		const subscribe = flow.find((node) => node.type === 'ros2-subscribe');
		const publish = flow.find((node) => node.type === 'ros2-publish');
		const cut = flow.find((node) => (node.wires ?? []).flat().includes('balance-infer'));
		assert.ok(subscribe && publish && cut);
		const record: Flow = [
			{ ...subscribe, id: 'spy', topic: publish.topic, messageType: publish.messageType, wires: [['record']] },
			{
				id: 'record',
				type: 'function',
				z: subscribe.z,
				func: "global.set('commands', (global.get('commands') ?? []).concat(msg.payload.data[0]));",
				outputs: 0,
				x: 0,
				y: 0,
				wires: [],
			},
		];
		const commands = async () => {
			const { msg } = await demo.get<{ msg?: string }>('/context/global/commands');
			return msg?.startsWith('[') ? (JSON.parse(msg) as number[]) : [];
		};
		await demo.deploy([...flow, ...record]);
		await demo.until('commands arrive', async () => (await commands()).length > 20);
		assert.deepEqual([...new Set(await commands())].sort(), [-10, 10], 'no stop while the policy runs');

		await demo.deploy([...flow.map((node) => (node === cut ? { ...node, wires: [[]] } : node)), ...record]);
		await demo.until('the pole falls', () => Math.abs(picture.angle) > fallen);
		await pause(1);
		const sent = await commands();
		assert.deepEqual(
			sent.filter((force) => force === 0),
			[0],
			'one stop',
		);
		assert.equal(sent.at(-1), 0, 'and it is the last word');

		// With the wire back the policy holds the pole again.
		await demo.deploy([...flow, ...record]);
		await demo.post(`/sim-robot/robots/${robot}/reset`, {});
		await pause(1);
		picture.widest = 0;
		await pause(2);
		assert.ok(picture.widest < fallen, `the pole leans ${picture.widest} rad`);
		assert.doesNotMatch(demo.output, /error/i);
	});

	it('02: the pendulum swings up and stays there', async () => {
		demo = await Demo.start('02');
		picture = await Picture.open(demo, 'hinge');
		const upright = () => Math.cos(picture.angle) > 0.98;
		// It passes the top while it swings; it is held when it stays there for a second.
		let held = 0;
		await demo.until('it is held up', () => {
			held = upright() ? held + 1 : 0;
			return held > 20;
		});
		await pause(2);
		assert.ok(upright(), `${picture.angle} rad`);
		assert.doesNotMatch(demo.output, /error/i);
	});
});
