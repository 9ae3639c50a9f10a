/**
 * How fast lib/rtps is, as ratios against Cyclone DDS in the same run on the same machine. The native peers of
 * test/interop drive it over loopback; ours runs in a process of its own.
 *
 *     npm run build && node dist/bench/rtps.js [rounds]
 */
import { buildPeers, Peer, type PeerKind } from '../test/interop/peers';

/** Domains that neither tests nor robots use. */
let domain = 110;

const rounds = Number(process.argv[2] ?? 5);
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const percent = (value: number) => `${value.toFixed(1)} %`;

/** CPU seconds that a peer has used. */
async function cpu(peer: Peer): Promise<number> {
	peer.say('cpu');
	return Number((await peer.line('cpu')).split(' ')[1]);
}

/** Round trips of a Cyclone DDS writer to `echo` and back, us. */
async function roundTrip(echo: PeerKind): Promise<{ p50: number; p99: number }> {
	const id = ++domain;
	const answering = new Peer(echo, id, 'echo', 'rtt', ['reliable']);
	const asking = new Peer('cyclone', id, 'ping', 'rtt', ['reliable']);
	for (const peer of [answering, asking]) for (let i = 0; i < 2; i++) await peer.line('matched 1');
	// Once to warm up: JavaScript is compiled in stages, and the last comes after several thousand samples.
	let line = '';
	for (const count of [5000, 10_000]) {
		asking.say(`ping ${count} 200 1000`);
		line = await asking.line('rtt', 60_000);
	}
	const [, , p50, p99] = line.split(' ').map(Number);
	await Promise.all([answering.quit(), asking.quit()]);
	return { p50: p50!, p99: p99! };
}

/** Images at 30 Hz: share of a core that our side uses, and how many of 300 get lost. */
async function images(direction: 'receive' | 'send'): Promise<string> {
	const id = ++domain;
	const qos = ['reliable', 'depth=5'];
	const sub = new Peer(direction === 'receive' ? 'ours' : 'cyclone', id, 'sub', 'image', [...qos, 'quiet']);
	const pub = new Peer(direction === 'receive' ? 'cyclone' : 'ours', id, 'pub', 'image', qos);
	await Promise.all([sub.line('matched 1'), pub.line('matched 1')]);
	const ours = direction === 'receive' ? sub : pub;
	const write = (count: number) => pub.say(`${direction === 'receive' ? 'write' : 'repeat'} ${count} 921600 33333`);
	write(60);
	await pub.line('wrote 60', 30_000);
	const before = await cpu(ours);
	const begun = performance.now();
	write(300);
	await pub.line('wrote 360', 30_000);
	const share = ((await cpu(ours)) - before) / ((performance.now() - begun) / 1000);
	await wait(500);
	let got = sub.samples.length;
	if (direction === 'receive') {
		sub.say('count');
		got = Number((await sub.line('count')).split(' ')[1]);
	}
	await Promise.all([sub.quit(), pub.quit()]);
	return `${percent(100 * share)} of a core, ${360 - got} of 360 lost`;
}

/** From the write of one 10 MB sample to its arrival at a Cyclone DDS reader, ms, the best of ten. */
async function cloud(from: PeerKind): Promise<number> {
	const id = ++domain;
	const sub = new Peer('cyclone', id, 'sub', 'cloud', ['reliable']);
	const pub = new Peer(from, id, 'pub', 'cloud', ['reliable']);
	await Promise.all([sub.line('matched 1'), pub.line('matched 1')]);
	const times: number[] = [];
	for (let n = 1; n <= 10; n++) {
		const begun = performance.now();
		pub.say('write 1 10000000 0');
		while (sub.samples.length < n) await wait(1);
		times.push(performance.now() - begun);
	}
	await Promise.all([sub.quit(), pub.quit()]);
	return Math.min(...times);
}

/** Share of a core of one of our readers and its participant among others, with nothing to do. */
async function idle(): Promise<number> {
	const id = ++domain;
	const ours = new Peer('ours', id, 'sub', 'idle', ['reliable']);
	const others = [
		new Peer('cyclone', id, 'pub', 'idle', ['reliable']),
		new Peer('fast', id, 'pub', 'idle', ['reliable']),
	];
	await ours.line('matched 2');
	await wait(3000);
	const before = await cpu(ours);
	await wait(20_000);
	const share = ((await cpu(ours)) - before) / 20;
	await Promise.all([ours, ...others].map((peer) => peer.quit()));
	return share;
}

/** Memory of our reader and our writer after each fourth of a million samples, MB. */
async function memory(): Promise<string[]> {
	const id = ++domain;
	const sub = new Peer('ours', id, 'sub', 'many', ['reliable', 'keep_all', 'quiet']);
	const pub = new Peer('ours', id, 'pub', 'many', ['reliable', 'keep_all']);
	await Promise.all([sub.line('matched 1'), pub.line('matched 1')]);
	const lines: string[] = [];
	for (let n = 1; n <= 4; n++) {
		pub.say('repeat 250000 200 0');
		await pub.line(`wrote ${n * 250_000}`, 120_000);
		const [reader, writer] = await Promise.all(
			[sub, pub].map(async (peer) => {
				peer.say('memory');
				return (await peer.line('memory')).split(' ').slice(1);
			}),
		);
		lines.push(
			`  after ${n * 250_000}: reader ${reader![0]} (rss ${reader![1]}), writer ${writer![0]} (rss ${writer![1]})`,
		);
	}
	sub.say('count');
	lines.push(`  received ${(await sub.line('count')).split(' ')[1]} of 1000000`);
	await Promise.all([sub.quit(), pub.quit()]);
	return lines;
}

async function main(): Promise<void> {
	const lacking = buildPeers();
	if (lacking !== undefined) throw new Error(`The peers cannot be built: ${lacking}`);
	console.log('Round trip of 200 bytes, reliable, 1000 Hz, us: p50 / p99');
	const ratios: { p50: number[]; p99: number[] } = { p50: [], p99: [] };
	for (let round = 0; round < rounds; round++) {
		const theirs = await roundTrip('cyclone');
		const ours = await roundTrip('ours');
		ratios.p50.push(ours.p50 / theirs.p50);
		ratios.p99.push(ours.p99 / theirs.p99);
		const show = ({ p50, p99 }: typeof ours) => `${p50.toFixed(0)} / ${p99.toFixed(0)}`;
		console.log(`  Cyclone-Cyclone ${show(theirs)}, Cyclone-ours ${show(ours)}`);
	}
	console.log(`  ratio, median of ${rounds}: ${median(ratios.p50).toFixed(2)} / ${median(ratios.p99).toFixed(2)}`);
	console.log(`Images of 921,600 bytes at 30 Hz, receive: ${await images('receive')}`);
	console.log(`Images of 921,600 bytes at 30 Hz, send:    ${await images('send')}`);
	console.log(
		`10 MB, reliable: Cyclone-Cyclone ${(await cloud('cyclone')).toFixed(0)} ms, ours-Cyclone ${(await cloud('ours')).toFixed(0)} ms`,
	);
	console.log(`Idle: ${percent(100 * (await idle()))} of a core`);
	console.log('Memory over a million samples of 200 bytes, heap and buffers, MB:');
	for (const line of await memory()) console.log(line);
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
