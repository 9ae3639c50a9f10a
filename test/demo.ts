import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

export type Flow = (Record<string, unknown> & { id: string; type: string; wires?: string[][] })[];

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** What `npm start` runs, on a port and in a user directory of its own. */
export class Demo {
	output = '';
	private constructor(
		readonly process: ChildProcess,
		readonly url: string,
		private readonly userDir: string,
	) {}

	/**
	 * @param flow takes the place of the example's own
	 * @param environment variables beside those of this process
	 */
	static async start(example: string, flow?: Flow, environment: Record<string, string> = {}): Promise<Demo> {
		const port = await freePort();
		const userDir = mkdtempSync(join(tmpdir(), 'end-to-end-'));
		if (flow) writeFileSync(join(userDir, `flows-${example}.json`), JSON.stringify(flow));
		const child = spawn(
			process.execPath,
			[join(root, 'scripts', 'start.mjs'), '--user-dir', userDir, '--example', example],
			{ env: { ...process.env, ...environment, PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] },
		);
		const demo = new Demo(child, `http://127.0.0.1:${port}`, userDir);
		for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (demo.output += data));
		await demo.until('it has started', () => demo.output.includes(demo.url));
		return demo;
	}

	async until(what: string, check: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
		const end = Date.now() + seconds * 1000;
		while (!(await check())) {
			if (Date.now() > end || this.process.exitCode !== null) throw new Error(`In vain: ${what}\n${this.output}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	async get<T>(path: string): Promise<T> {
		const response = await fetch(this.url + path, { headers: { accept: 'application/json' } });
		assert.ok(response.ok, `${path}: ${response.status}`);
		return (await response.json()) as T;
	}

	async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<void> {
		const response = await fetch(this.url + path, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...headers },
			body: JSON.stringify(body),
		});
		assert.ok(response.ok, `${path}: ${response.status} ${await response.text()}`);
	}

	/** The id of the robot, once it runs. */
	async robot(): Promise<string> {
		let id: string | undefined;
		await this.until('a robot runs', async () => {
			id = (await this.get<{ id: string }[]>('/sim-robot/robots'))[0]?.id;
			return id !== undefined;
		});
		return id as unknown as string;
	}

	deploy(flow: Flow): Promise<void> {
		return this.post('/flows', flow, { 'Node-RED-Deployment-Type': 'nodes' });
	}

	/** Ends it as Ctrl+C does, and gives the exit code. */
	async stop(): Promise<number | null> {
		const exited = new Promise<number | null>((resolve) => this.process.once('exit', resolve));
		this.process.kill('SIGINT');
		const code = await exited;
		rmSync(this.userDir, { recursive: true, force: true });
		return code;
	}
}
