import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import { until } from './peers';
import { distribution, Ros2Peer } from './ros2/peer';
import { type TransportName, transports, useTransport } from './ros2/transports';

const sumType = 'example_interfaces/srv/AddTwoInts';
const timeout = 60_000;
/** Until one that was killed is forgotten: 20 s is the longest lease. */
const lease = 40_000;

let domain = 111 + (process.pid % 9);
const nextDomain = () => {
	domain = domain >= 119 ? 111 : domain + 1;
	return domain;
};

/** A node of ours in a process of its own. */
class OurPeer {
	told = '';
	readonly #process: ChildProcess;

	constructor(transport: TransportName, domainId: number) {
		this.#process = spawn(process.execPath, [join(__dirname, 'ros2', 'ours.js'), transport, String(domainId)]);
		this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.told += text));
		this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.told += text));
	}

	tells(what: string): Promise<void> {
		return until(
			() => this.told.includes(`${what}\n`),
			() => `ours tells ${what}: ${this.told}`,
		);
	}

	async kill(): Promise<void> {
		const ended = new Promise((resolve) => this.#process.once('close', resolve));
		if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
		this.#process.kill('SIGKILL');
		await ended;
	}
}

function kills(this: Mocha.Suite, transport: TransportName): void {
	this.timeout(180_000);
	const types = createTypeRegistry({ distribution });
	const { request, response } = types.service(sumType);
	const ours: OurPeer[] = [];
	afterEach(async () => {
		await Promise.all(ours.splice(0).map((peer) => peer.kill()));
	});
	const place = useTransport(transport);

	const open = (domainId: number) => place.open({ nodeName: 'node_red', namespace: '/', domainId, types });
	const start = async (domainId: number) => {
		const peer = new OurPeer(transport, domainId);
		ours.push(peer);
		await peer.tells('ready');
		return peer;
	};
	const ask = (a: number) => request.encode({ a, b: 1 });
	const sumOf = (cdr: Uint8Array) => Number((response.decode(cdr) as { sum: unknown }).sum);

	it('of its server in the middle of a call is told to who waits, and the server that comes back answers', async () => {
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'server');
		peer.say(`stall /add ${sumType}`);
		const client = open(id).createClient('/add', sumType);
		const waiting = client.call(ask(1), { timeout });
		// Whatever comes first is to be the reason why this fails.
		waiting.catch(() => {});
		await peer.until('it is asked', ({ event }) => event === 'asked');
		await peer.kill();
		await assert.rejects(waiting, /went away before it answered/);
		assert.equal(client.available, 0);
		const again = new Ros2Peer(id, 'server');
		again.say(`serve /add ${sumType}`);
		assert.equal(sumOf(await client.call(ask(2), { timeout })), 3);
	});

	it('of a client that waits harms neither the server nor the next client', async () => {
		const id = nextDomain();
		const held: ((response: Uint8Array) => void)[] = [];
		const server = open(id).createService('/add', sumType, undefined, (cdr, respond) => {
			const { a, b } = request.decode(cdr) as unknown as { a: bigint; b: bigint };
			const answer = response.encode({ sum: a + b });
			if (a === 99n) held.push(() => respond(answer));
			else respond(answer);
		});
		const peer = new Ros2Peer(id, 'client');
		peer.say(`client /add ${sumType}`);
		peer.say('call /add {"a": 99, "b": 1}');
		await until(
			() => held.length === 1 && server.matched === 1,
			() => 'it has asked',
		);
		await peer.kill();
		held[0]?.(new Uint8Array());
		await until(
			() => server.matched === 0,
			() => 'the killed one is forgotten',
			lease,
		);
		const next = new Ros2Peer(id, 'next');
		next.say(`client /add ${sumType}`);
		next.say('call /add {"a": 2, "b": 1}');
		const { message } = await next.until('the answer', ({ event }) => event === 'answered');
		assert.deepEqual(message, { sum: 3 });
	});

	it('of ours is seen by ROS 2, whose clients go on with the one that comes back', async () => {
		const id = nextDomain();
		const first = await start(id);
		const peer = new Ros2Peer(id, 'watcher');
		const actor = new Ros2Peer(id, 'actor', '/', undefined, 'actor.py');
		peer.say(`client /ours/add ${sumType}`);
		peer.say('call /ours/add {"a": 99, "b": 1}');
		actor.say('goal /ours/fib 90');
		await first.tells('asked 99');
		await actor.until('its goal runs', ({ event }) => event === 'feedback');
		await peer.nodes((names) => names.includes('/ours'));
		await first.kill();
		await peer.nodes((names) => !names.includes('/ours'), lease);
		await start(id);
		await peer.nodes((names) => names.includes('/ours'));
		peer.say('call /ours/add {"a": 2, "b": 1}');
		const { message } = await peer.until('the answer', ({ event }) => event === 'answered');
		assert.deepEqual(message, { sum: 3 });
		actor.say('goal /ours/fib 5');
		const result = await actor.until('the result', ({ event }) => event === 'result');
		assert.deepEqual([result.policy, result.message], ['succeeded', [0, 1]]);
	});
}

for (const transport of transports) {
	describe(`a kill, with a real ROS 2, ${transport}`, function () {
		kills.call(this, transport);
	});
}
