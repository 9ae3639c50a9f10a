import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedGraph } from '../../lib/ros/embedded/graph';
import { qosPresets } from '../../lib/ros/qos';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import { until } from './flow';

const root = join(__dirname, '..', '..', '..');
/** A domain that nobody else is in. */
const domainId = 104;

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** A Node-RED that sends 5 over and over on /safe, whose limiter fails safe, and on /plain, whose limiter does not. */
class Robot {
	readonly #userDir = mkdtempSync(join(tmpdir(), 'last-word-'));
	readonly #process: ChildProcess;
	readonly #url: string;
	output = '';

	constructor(port: number) {
		this.#url = `http://127.0.0.1:${port}`;
		const at = { z: 'flow', x: 0, y: 0 };
		const publish = (id: string) => ({
			...at,
			id: `${id}-publish`,
			type: 'ros2-publish',
			context: 'context',
			topic: `/${id}`,
			messageType: 'std_msgs/msg/Float64',
			wires: [],
		});
		const chain = (id: string, settings: object) => [
			publish(id),
			{ ...at, id: `${id}-limiter`, type: 'rate-limiter', rate: 100, wires: [[`${id}-function`], []], ...settings },
			{
				...at,
				id: `${id}-function`,
				type: 'function',
				func: 'return { payload: msg.payload };',
				outputs: 1,
				wires: [[`${id}-publish`]],
			},
		];
		const failSafe = { failSafe: true, safeMessage: '{"data":0}' };
		const flow = [
			{ id: 'flow', type: 'tab', label: 'robot' },
			{ id: 'context', type: 'ros2-context', domainId: String(domainId), discoveryRange: 'localhost' },
			...chain('safe', failSafe),
			...chain('plain', {}),
			publish('direct'),
			{ ...at, id: 'direct-limiter', type: 'rate-limiter', rate: 100, ...failSafe, wires: [['direct-publish'], []] },
			{
				...at,
				id: 'go',
				type: 'inject',
				repeat: '0.02',
				props: [{ p: 'payload' }],
				payload: '{"data":5}',
				payloadType: 'json',
				wires: [['safe-limiter', 'plain-limiter', 'direct-limiter']],
			},
			{
				...at,
				id: 'fail',
				type: 'ros2-subscribe',
				context: 'context',
				topic: '/fail',
				messageType: 'std_msgs/msg/Float64',
				wires: [['throw']],
			},
			{ ...at, id: 'throw', type: 'function', func: "Promise.reject(new Error('uncaught'));", outputs: 0, wires: [] },
		];
		writeFileSync(join(this.#userDir, 'flows.json'), JSON.stringify(flow));
		const settings = {
			flowFile: 'flows.json',
			nodesDir: root,
			uiHost: '127.0.0.1',
			uiPort: port,
			httpNodeRoot: false,
			credentialSecret: 'test',
		};
		writeFileSync(join(this.#userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings)};`);
		const red = process.env.NODE_RED ?? require.resolve('node-red/red.js');
		this.#process = spawn(process.execPath, [red, '-u', this.#userDir, '-s', join(this.#userDir, 'settings.js')], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		for (const stream of [this.#process.stdout, this.#process.stderr]) {
			stream?.on('data', (data) => {
				this.output += data;
			});
		}
	}

	/** Deploys its flows anew, all of them, which stops every node and starts it again. */
	async deploy(): Promise<void> {
		const flows = await (await fetch(`${this.#url}/flows`)).json();
		const response = await fetch(`${this.#url}/flows`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': 'full' },
			body: JSON.stringify(flows),
		});
		assert.equal(response.status, 204);
	}

	/** Resolves with its exit code, once it ends by itself. */
	ended(): Promise<number | null> {
		return new Promise((resolve) => this.#process.once('exit', resolve));
	}

	/** Ends it. @returns its exit code */
	async end(signal: NodeJS.Signals): Promise<number | null> {
		if (this.#process.exitCode === null && this.#process.signalCode === null) {
			const exited = new Promise((resolve) => this.#process.once('exit', resolve));
			this.#process.kill(signal);
			await exited;
		}
		rmSync(this.#userDir, { recursive: true, force: true });
		return this.#process.exitCode;
	}
}

/** The values without repeats one after the other. */
const runs = (values: unknown[]) => values.filter((value, i) => i === 0 || value !== values[i - 1]);

describe('rate-limiter: its last word when Node-RED ends', function () {
	this.timeout(60_000);

	/** Runs a robot while it is listened to, until `end` has ended it. @returns what came on each topic */
	async function listen(
		end: (robot: Robot, fail: () => void, got: Record<string, unknown[]>) => Promise<void>,
	): Promise<Record<string, Set<unknown>>> {
		const types = createTypeRegistry();
		const type = types.message('std_msgs/msg/Float64');
		const graph = createEmbeddedGraph({
			nodeName: 'listener',
			namespace: '/',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types,
			onError: (error) => assert.fail(String(error)),
			onWarning() {},
		});
		const got: Record<string, unknown[]> = { safe: [], plain: [], direct: [] };
		for (const [topic, list] of Object.entries(got)) {
			graph.subscribe(`/${topic}`, type.name, qosPresets.default, (cdr) => void list.push(type.decode(cdr).data));
		}
		const failing = graph.advertise('/fail', type.name, qosPresets.default);
		const robot = new Robot(await freePort());
		try {
			await until(() => failing.matched > 0 && Object.values(got).every((list) => list.length > 5), 40);
			await end(robot, () => failing.publish(type.encode({ data: 1 })), got);
			await until(() => got.direct?.at(-1) === 0);
			return Object.fromEntries(Object.entries(got).map(([topic, list]) => [topic, new Set(list)]));
		} catch (error) {
			throw new Error(`${error}\n${robot.output}`);
		} finally {
			await robot.end('SIGKILL');
			await graph.close();
		}
	}

	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		it(`is on the network after ${signal} in motion, also through a function node`, async () => {
			const got = await listen(async (robot) => assert.equal(await robot.end(signal), 0));
			assert.deepEqual([...(got.safe as Set<unknown>)], [5, 0]);
			// The negative control: without it the robot is left in motion.
			assert.deepEqual([...(got.plain as Set<unknown>)], [5]);
		});
	}

	it('is on the network before a deploy goes on, after which it drives again', async () => {
		const got = await listen(async (robot, _fail, all) => {
			await robot.deploy();
			const stopped = all.safe?.length ?? 0;
			await until(() => (all.safe?.length ?? 0) > stopped + 5 && (all.plain?.length ?? 0) > stopped + 5, 40);
			assert.deepEqual(runs(all.safe ?? []), [5, 0, 5]);
			assert.deepEqual(runs(all.plain ?? []), [5]);
			assert.equal(await robot.end('SIGTERM'), 0);
		});
		assert.deepEqual([...(got.plain as Set<unknown>)], [5]);
	});

	it('is on the network after an uncaught error', async () => {
		const got = await listen(async (robot, fail) => {
			const ended = robot.ended();
			fail();
			assert.equal(await ended, 1);
		});
		assert.deepEqual([...(got.direct as Set<unknown>)], [5, 0]);
		assert.deepEqual([...(got.plain as Set<unknown>)], [5]);
	});
});
