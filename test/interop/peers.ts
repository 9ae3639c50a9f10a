import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Peers that others wrote, and ours in a process of its own. */
export type PeerKind = 'cyclone' | 'fast' | 'ours';

const root = join(__dirname, '..', '..', '..');
const source = join(root, 'test', 'interop');
const built = join(root, 'dist', 'interop');
const packages = ['cyclonedds-dev', 'cyclonedds-tools', 'libfastrtps-dev', 'gcc', 'g++', 'iproute2', 'iptables'];

function run(command: string, args: string[], cwd = built): string | undefined {
	const { status, error, stderr, stdout } = spawnSync(command, args, { cwd, encoding: 'utf8' });
	if (error !== undefined) return `${command}: ${error.message}`;
	return status === 0 ? undefined : `${command} ended with ${status}: ${`${stderr}${stdout}`.trim().slice(-600)}`;
}

function has(command: string): boolean {
	return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

function isStale(target: string, sources: string[]): boolean {
	if (!existsSync(target)) return true;
	const time = statSync(target).mtimeMs;
	return sources.some((file) => statSync(join(source, file)).mtimeMs > time);
}

/** Installs what is lacking, where it may: as root on a system with apt. Returns why not. */
function install(): string | undefined {
	if (existsSync('/usr/include/dds/dds.h') && has('idlc') && existsSync('/usr/include/fastdds') && has('iptables')) {
		return undefined;
	}
	if (process.getuid?.() !== 0 || !has('apt-get')) {
		return `these Debian packages are needed, and only root can install them: ${packages.join(' ')}`;
	}
	run('apt-get', ['update', '-qq'], root);
	return run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], root);
}

/** Builds the peers into dist/interop, once. Returns why that is not possible, or undefined. */
export function buildPeers(): string | undefined {
	mkdirSync(built, { recursive: true });
	const cyclone = isStale(join(built, 'cyclone_peer'), ['cyclone_peer.c', 'Blob.idl']);
	const fast = isStale(join(built, 'fast_peer'), ['fast_peer.cpp']);
	if (!cyclone && !fast) return undefined;
	const lacking = install();
	if (lacking !== undefined) return lacking;
	const c = ['-O2', '-o', 'cyclone_peer', join(source, 'cyclone_peer.c'), 'Blob.c', '-I.', '-lddsc', '-lpthread'];
	const cpp = ['-O1', '-std=c++17', '-o', 'fast_peer', join(source, 'fast_peer.cpp'), '-lfastrtps', '-lfastcdr'];
	return (
		(cyclone ? (run('idlc', [join(source, 'Blob.idl')]) ?? run('gcc', c)) : undefined) ??
		(fast ? run('g++', [...cpp, '-lpthread']) : undefined)
	);
}

export interface PeerOptions {
	/** Look for others at 127.0.0.1 instead of by multicast. */
	readonly peers?: boolean;
	/** Lease of the participant, ms. */
	readonly life?: number;
	/** Network namespace to run in. */
	readonly namespace?: string;
}

function cycloneConfiguration({ peers = false, life }: PeerOptions): string {
	const lease = life === undefined ? '' : `<LeaseDuration>${life}ms</LeaseDuration>`;
	const general = peers
		? '<AllowMulticast>false</AllowMulticast>'
		: '<Interfaces><NetworkInterface name="lo" multicast="true"/></Interfaces>';
	const discovery = peers
		? '<ParticipantIndex>auto</ParticipantIndex><MaxAutoParticipantIndex>20</MaxAutoParticipantIndex><Peers><Peer address="127.0.0.1"/></Peers>'
		: '';
	const interfaces = peers ? '<Interfaces><NetworkInterface name="lo"/></Interfaces>' : '';
	return `<CycloneDDS><Domain><General>${interfaces}${general}</General><Discovery>${discovery}${lease}</Discovery></Domain></CycloneDDS>`;
}

/** A line "sample ..." that a peer has reported. */
export interface Reported {
	readonly number: number;
	readonly size: number;
	readonly isRight: boolean;
	/** Sequence number of the sample that it answers; role request of fast_peer only. */
	readonly related: number;
}

/** A peer that is running. */
export class Peer {
	/** Samples that it has reported so far. */
	readonly samples: Reported[] = [];
	readonly #process: ChildProcessWithoutNullStreams;
	readonly #lines: string[] = [];
	readonly #ended: Promise<void>;
	#rest = '';
	#wake: (() => void)[] = [];

	constructor(kind: PeerKind, domain: number, role: string, topic: string, qos: string[], options: PeerOptions = {}) {
		const args = [String(domain), role, topic, ...qos];
		if (kind !== 'cyclone') {
			if (options.peers === true) args.push('peers');
			if (options.life !== undefined) args.push(`life=${options.life}`);
		}
		const program =
			kind === 'ours' ? [process.execPath, join(__dirname, 'our_peer.js')] : [join(built, `${kind}_peer`)];
		const prefix = options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace];
		const [command, ...before] = [...prefix, ...program];
		const env = { ...process.env, CYCLONEDDS_URI: cycloneConfiguration(options) };
		this.#process = spawn(command!, [...before, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
		this.#process.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
		this.#process.stderr.resume();
		this.#process.stdin.on('error', () => {});
		this.#ended = new Promise((resolve) => this.#process.once('close', () => resolve()));
		running.add(this);
		void this.#ended.then(() => running.delete(this));
	}

	#read(text: string): void {
		const lines = (this.#rest + text).split('\n');
		this.#rest = lines.pop() ?? '';
		for (const line of lines) {
			const [word, number, size, isRight, related] = line.split(' ');
			if (word !== 'sample') this.#lines.push(line);
			else {
				this.samples.push({
					number: Number(number),
					size: Number(size),
					isRight: isRight === 'right',
					related: Number(related ?? 0),
				});
			}
		}
		for (const wake of this.#wake.splice(0)) wake();
	}

	/** The first line that begins with `start` and has not been asked for yet. */
	async line(start: string, timeout = 20_000): Promise<string> {
		const deadline = performance.now() + timeout;
		for (;;) {
			const index = this.#lines.findIndex((line) => line.startsWith(start));
			if (index >= 0) return this.#lines.splice(index, 1)[0]!;
			const left = deadline - performance.now();
			if (left <= 0 || this.#process.exitCode !== null) {
				throw new Error(`The peer has not said "${start}", but: ${this.#lines.join(' | ')}`);
			}
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, Math.min(left, 1000));
				this.#wake.push(() => {
					clearTimeout(timer);
					resolve();
				});
			});
		}
	}

	say(command: string): void {
		this.#process.stdin.write(`${command}\n`);
	}

	/** Lets it end by itself, with a farewell to the others. */
	async quit(): Promise<void> {
		this.say('quit');
		const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
		await this.#ended;
		clearTimeout(timer);
	}

	/** Kills it, so that it cannot say farewell. */
	async kill(): Promise<void> {
		this.#process.kill('SIGKILL');
		await this.#ended;
	}
}

const running = new Set<Peer>();

/** Kills what a failed test has left behind. */
export async function killAll(): Promise<void> {
	await Promise.all([...running].map((peer) => peer.kill()));
}

/** Waits until `condition` holds. @throws after `timeout` ms, with what `describe` says. */
export async function until(condition: () => boolean, describe: () => string, timeout = 20_000): Promise<void> {
	const deadline = performance.now() + timeout;
	while (!condition()) {
		if (performance.now() > deadline) throw new Error(`Waited ${timeout} ms in vain: ${describe()}`);
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
}
