/**
 * A peer of lib/rtps as a program of its own, with the arguments, commands and reports of cyclone_peer.c: for the tests
 * that need it in another process or in another network namespace, and for the benchmark.
 *
 *     node our_peer.js <domain> <role> <topic> [reliable] [transient_local] [keep_all] [depth=N] [user=text] [peers]
 *                      [life=ms] [quiet]
 *
 * For measuring, quiet counts what comes instead of looking into it, and these commands are added: repeat <count>
 * <size> <interval us>, which writes the same bytes each time; count; memory.
 */
import { createInterface } from 'node:readline';
import { createParticipant } from '../../lib/rtps';
import { blob, readBlob } from './blob';

async function main([domain, role, topic, ...rest]: string[]): Promise<void> {
	if (domain === undefined || topic === undefined) throw new Error('Expected <domain> <role> <topic>');
	const value = (name: string) => rest.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
	const say = (line: string) => process.stdout.write(`${line}\n`);
	const userData = Buffer.from(value('user') ?? '');
	const participant = await createParticipant({
		domainId: Number(domain),
		userData,
		network: rest.includes('peers')
			? { localhostOnly: true, multicast: false, peers: ['127.0.0.1'] }
			: { localhostOnly: true },
		leaseDuration: Number(value('life') ?? 20_000),
		onWarning: ({ message }) => say(`warning ${message}`),
	});
	const typeName = 'interop::Blob';
	const qos = {
		reliability: rest.includes('reliable') ? 'reliable' : 'best_effort',
		durability: rest.includes('transient_local') ? 'transient_local' : 'volatile',
		history: rest.includes('keep_all') ? 'keep_all' : 'keep_last',
		depth: Number(value('depth') ?? (rest.includes('keep_all') ? 1000 : 10)),
	} as const;
	let received = 0;
	const onMatched = (count: number) => say(`matched ${count}`);
	const echoes = role === 'echo';
	const writer =
		role === 'sub'
			? undefined
			: participant.createWriter({ topic: echoes ? `${topic}_pong` : topic, typeName, qos, userData, onMatched });
	if (role !== 'pub') {
		participant.createReader({
			topic,
			typeName,
			qos,
			userData,
			onMatched,
			onSample: (payload) => {
				received++;
				if (rest.includes('quiet')) return;
				if (echoes) {
					writer?.write(payload);
					return;
				}
				const { number, size, isRight } = readBlob(payload);
				say(`sample ${number} ${size} ${isRight ? 'right' : 'wrong'}`);
			},
		});
	}
	say('ready');
	let written = 0;
	for await (const line of createInterface({ input: process.stdin })) {
		const [command, count, size, interval] = line.split(' ');
		if (command === 'quit') break;
		if (command === 'cpu') {
			const { user, system } = process.cpuUsage();
			say(`cpu ${((user + system) / 1e6).toFixed(6)}`);
		}
		if (command === 'count') say(`count ${received}`);
		if (command === 'memory') {
			const { heapUsed, external, rss } = process.memoryUsage();
			say(`memory ${((heapUsed + external) / 1e6).toFixed(1)} ${(rss / 1e6).toFixed(1)}`);
		}
		if ((command !== 'write' && command !== 'repeat') || writer === undefined) continue;
		const same = command === 'repeat' ? blob(0, Number(size)) : undefined;
		let due = performance.now();
		for (let n = 0; n < Number(count); n++) {
			await writer.drained();
			written++;
			writer.write(same ?? blob(written, Number(size)));
			due += Number(interval) / 1000;
			const wait = due - performance.now();
			if (Number(interval) > 0) await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
		}
		say(`wrote ${written}`);
	}
	await participant.close();
	process.exit(0);
}

void main(process.argv.slice(2));
