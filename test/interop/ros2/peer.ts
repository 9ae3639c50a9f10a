import { type ChildProcessWithoutNullStreams, execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Distribution, distributions } from '../../../lib/ros/types/distributions';

/** The ROS 2 that is sourced: its definitions are those to test with. */
export const distribution: Distribution =
	distributions.find((name) => name === process.env.ROS_DISTRO) ?? distributions[0];

/** Whether it knows type hashes: it then tells them, and its commands show ours. */
export const hasTypeHashes = distribution !== 'humble';

/** Whether it has a package. */
export function isInstalled(packageName: string): boolean {
	const prefixes = (process.env.AMENT_PREFIX_PATH ?? '').split(':');
	return prefixes.some((prefix) => existsSync(join(prefix, 'share', packageName, 'package.xml')));
}

const scripts = join(__dirname, '..', '..', '..', '..', 'test', 'interop', 'ros2');

/** Network namespace that ROS 2 is to be in, when it is to be another machine than this process. */
const namespace = process.env.INTEROP_ROS2_NAMESPACE;
const command = (program: string, args: string[]): [string, string[]] =>
	namespace === undefined ? [program, args] : ['ip', ['netns', 'exec', namespace, program, ...args]];

/** Why there is no ROS 2 to test against, or undefined. */
export function lackOfRos2(): string | undefined {
	if (process.env.AMENT_PREFIX_PATH === undefined) {
		return 'no ROS 2 is sourced (AMENT_PREFIX_PATH is not set): source its setup.bash and run again';
	}
	const tried = spawnSync('python3', ['-c', 'import rclpy, rosidl_runtime_py'], { encoding: 'utf8' });
	if (tried.status === 0) return undefined;
	return `python3 cannot import rclpy: ${tried.error?.message ?? tried.stderr.trim().split('\n').at(-1)}`;
}

/** What a peer tells. */
export interface Told {
	readonly event:
		| 'ready'
		| 'matched'
		| 'incompatible'
		| 'got'
		| 'answered'
		| 'asked'
		| 'nodes'
		| 'topics'
		| 'error'
		// Of actor.py.
		| 'done'
		| 'accepted'
		| 'rejected'
		| 'feedback'
		| 'result'
		| 'cancel'
		| 'set'
		| 'parameters';
	readonly topic?: string;
	readonly rmw?: string;
	readonly count?: number;
	readonly policy?: string;
	readonly message?: unknown;
	readonly names?: string[];
	readonly topics?: Record<string, string[]>;
}

const running = new Set<Ros2Peer>();

/** Kills what a failed test has left behind. */
export async function killRos2(): Promise<void> {
	await Promise.all([...running].map((peer) => peer.kill()));
}

/** A node of a real ROS 2 in a process of its own. */
export class Ros2Peer {
	readonly told: Told[] = [];
	readonly #process: ChildProcessWithoutNullStreams;
	readonly #ended: Promise<void>;
	#errors = '';

	/**
	 * @param middleware default: that of RMW_IMPLEMENTATION
	 * @param script what it runs
	 */
	constructor(
		domain: number,
		nodeName: string,
		nodeNamespace = '/',
		middleware?: string,
		script: 'peer.py' | 'actor.py' = 'peer.py',
	) {
		const env: NodeJS.ProcessEnv = { ...process.env, ROS_DOMAIN_ID: String(domain), PYTHONUNBUFFERED: '1' };
		if (middleware !== undefined) {
			env.RMW_IMPLEMENTATION = middleware;
			// With transports of its own Fast DDS is not to be told of another range; it would open others beside them.
			const hasOwn = middleware === 'rmw_fastrtps_cpp' && env.FASTRTPS_DEFAULT_PROFILES_FILE !== undefined;
			// Humble does not know it; it has ROS_LOCALHOST_ONLY, which is left as it is.
			env.ROS_AUTOMATIC_DISCOVERY_RANGE = hasOwn ? 'SYSTEM_DEFAULT' : 'LOCALHOST';
		}
		this.#process = spawn(...command('python3', [join(scripts, script), nodeName, nodeNamespace]), { env });
		let rest = '';
		this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
			const lines = (rest + text).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) if (line.startsWith('{')) this.told.push(JSON.parse(line));
		});
		this.#process.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
		this.#process.stdin.on('error', () => {});
		this.#ended = new Promise((resolve) => this.#process.once('close', () => resolve()));
		running.add(this);
		void this.#ended.then(() => running.delete(this));
	}

	say(line: string): void {
		this.#process.stdin.write(`${line}\n`);
	}

	/** Messages that it has got on a topic. */
	got(topic: string): unknown[] {
		return this.told.filter((line) => line.event === 'got' && line.topic === topic).map(({ message }) => message);
	}

	/** Answers that its calls of a service have got. */
	answers(service: string): unknown[] {
		return this.told
			.filter((line) => line.event === 'answered' && line.topic === service)
			.map(({ message }) => message);
	}

	/** Waits until it has told what `fits`. @throws when it ends, tells of an error, or not in time. */
	async until(what: string, fits: (told: Told) => boolean, timeout = 20_000): Promise<Told> {
		const end = performance.now() + timeout;
		for (;;) {
			const found = this.told.find(fits);
			if (found !== undefined) return found;
			const error = this.told.find(({ event }) => event === 'error');
			if (error !== undefined || this.#process.exitCode !== null || performance.now() > end) {
				const tail = JSON.stringify(this.told.slice(-5)).slice(0, 1000);
				throw new Error(`In vain: ${what}. ${error?.message ?? ''} It told ${tail} ${this.#errors.slice(-1000)}`);
			}
			await new Promise((resolve) => setTimeout(resolve, 5));
		}
	}

	matched(topic: string, count: number): Promise<Told> {
		return this.until(`${count} on ${topic}`, (told) => told.topic === topic && told.count === count);
	}

	/** Asks it which nodes it sees until they are as expected. */
	async nodes(expected: (names: string[]) => boolean, timeout = 20_000): Promise<void> {
		const end = performance.now() + timeout;
		for (;;) {
			const before = this.told.length;
			this.say('nodes');
			const isAnswer = (told: Told) => told.event === 'nodes' && this.told.indexOf(told) >= before;
			const { names = [] } = await this.until('nodes', isAnswer);
			if (expected(names)) return;
			if (performance.now() > end) throw new Error(`In vain: it sees ${names}`);
		}
	}

	/** Lets it end by itself, with a farewell to the others. */
	async quit(): Promise<void> {
		this.say('quit');
		await this.#ended;
	}

	/** Kills it, so that it cannot say farewell. */
	async kill(): Promise<void> {
		this.#process.kill('SIGKILL');
		await this.#ended;
	}
}

/** What a `ros2` command says, errors included. */
export function ros2(domain: number, ...args: string[]): Promise<string> {
	const env = { ...process.env, ROS_DOMAIN_ID: String(domain) };
	return new Promise((resolve) => {
		execFile(...command('ros2', args), { env, timeout: 30_000 }, (_error, stdout, stderr) => resolve(stdout + stderr));
	});
}

/** n bytes seed, seed + 1, seed + 2 ... as peer.py makes them. */
export function fill(n: number, seed: number): Buffer {
	const bytes = Buffer.alloc(n);
	for (let i = 0; i < n; i++) bytes[i] = seed + i;
	return bytes;
}

/** A message as peer.py tells it: long byte arrays as their SHA-256. */
export function plain(value: unknown): unknown {
	if (value instanceof Uint8Array && value.length > 100) return createHash('sha256').update(value).digest('hex');
	if (typeof value === 'bigint') return Number(value);
	if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array, plain);
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
