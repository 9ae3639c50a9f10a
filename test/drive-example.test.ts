import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedGraph } from '../lib/ros/embedded/graph';
import type { Graph } from '../lib/ros/graph';
import { qosPresets } from '../lib/ros/qos';
import { createTypeRegistry } from '../lib/ros/types/registry';

const root = join(__dirname, '..', '..');
/** A domain that nobody else is in. */
const domainId = 92;

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}

describe('the example of the gate, in a whole Node-RED', function () {
	this.timeout(60_000);
	const types = createTypeRegistry();
	const type = types.message('geometry_msgs/msg/Twist');
	const userDir = mkdtempSync(join(tmpdir(), 'drive-'));
	const speeds: number[] = [];
	let child: ChildProcess;
	let graph: Graph;
	let url: string;
	let output = '';

	const until = async (what: string, check: () => boolean | Promise<boolean>) => {
		const end = Date.now() + 30_000;
		while (!(await check())) {
			if (Date.now() > end || child.exitCode !== null) throw new Error(`In vain: ${what}\n${output}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	};
	const press = (path: string) => fetch(`${url}/${path}`, { method: 'POST' });
	const last = () => speeds.at(-1);

	before(async () => {
		const port = await freePort();
		url = `http://127.0.0.1:${port}`;
		child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs'), '--user-dir', userDir, '--example', '06'], {
			env: { ...process.env, PORT: String(port), ROS_DOMAIN_ID: String(domainId) },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		for (const stream of [child.stdout, child.stderr]) {
			stream?.on('data', (data) => {
				output += data;
			});
		}
		graph = createEmbeddedGraph({
			nodeName: 'robot',
			namespace: '/',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types,
			onError: (error) => assert.fail(String(error)),
			onWarning() {},
		});
		const subscription = graph.subscribe('/cmd_vel', type.name, qosPresets.default, (cdr) => {
			speeds.push((type.decode(cdr).linear as { x: number }).x);
		});
		await until('it publishes', () => output.includes(url) && subscription.matched > 0);
	});

	after(async () => {
		child.kill('SIGKILL');
		await graph.close();
		rmSync(userDir, { recursive: true, force: true });
	});

	it('drives within limits, ramps down in silence, stops and is released, and ends with a stop', async () => {
		await press('inject/drive-forward');
		await until('it drives', () => last() === 1);
		for (let i = 1; i < speeds.length; i++) {
			const change = (speeds[i] as number) - (speeds[i - 1] as number);
			assert.ok(change >= 0 && change <= 0.5 / 50 + 1e-9, `${change}`);
		}
		assert.ok(speeds.length >= 100, 'no step is left out');

		await press('inject/drive-quiet');
		await until('it rests', () => last() === 0);
		const down = speeds.slice(speeds.lastIndexOf(1) + 1, speeds.indexOf(0, speeds.lastIndexOf(1)));
		assert.ok(down.length >= 40, `${down.length} steps down`);

		await press('inject/drive-forward');
		await until('it drives again', () => (last() as number) > 0.2);
		// The button at the edge of the node.
		assert.deepEqual(await (await press('rate-limiter/drive-limiter/stop')).json(), { isStopped: true });
		await until('it stands', () => last() === 0);
		const stopped = speeds.length;
		await until('the stop is repeated', () => speeds.length > stopped + 20);
		assert.ok(speeds.slice(stopped).every((speed) => speed === 0));
		assert.deepEqual(await (await fetch(`${url}/rate-limiter/drive-limiter`)).json(), { isStopped: true });
		assert.deepEqual(await (await press('rate-limiter/drive-limiter/reset')).json(), { isStopped: false });
		await until('it is released', () => (last() as number) > 0.2);
		assert.equal((await press('rate-limiter/drive-publish/stop')).status, 404);

		const exited = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGTERM');
		assert.equal(await exited, 0);
		const end = Date.now() + 5000;
		while (last() !== 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
		assert.equal(last(), 0, `a stop is the last that leaves\n${output}`);
		assert.doesNotMatch(output, /error/i);
	});
});
