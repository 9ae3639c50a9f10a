import assert from 'node:assert/strict';
import { sequenceNumberLimit, writeSequenceNumber, writeU16, writeU32 } from '../../../lib/rtps/bytes';
import { encodeEndpoint, encodeParticipant } from '../../../lib/rtps/discovery-data';
import { entityIds, makeGuid } from '../../../lib/rtps/guid';
import { MessageBuilder } from '../../../lib/rtps/messages';
import { NumberSet } from '../../../lib/rtps/number-set';
import { completeQos } from '../../../lib/rtps/qos';
import { payload, random, range, SimulatedNetwork } from './simulation';

/** Datagrams per run: a million with RTPS_FUZZ=1000000. The seed can be set with RTPS_FUZZ_SEED. */
const count = Number(process.env.RTPS_FUZZ ?? 200_000);
const seed = Number(process.env.RTPS_FUZZ_SEED ?? 1);
const topic = 'rt/numbers';
const typeName = 'Numbers';
const extremes = [0, 1, 2, 255, 256, 257, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

type Random = () => number;
const below = (next: Random, limit: number) => Math.floor(next() * limit);
const pick = <T>(next: Random, list: readonly T[]) => list[below(next, list.length)]!;

/** Bytes of a number at the ends of its range, or any. */
function word(next: Random): number {
	return next() < 0.5 ? pick(next, extremes) : below(next, 0x1_0000_0000);
}

function mutate(next: Random, original: Uint8Array): Uint8Array {
	const bytes = Uint8Array.from(original);
	for (let changes = 1 + below(next, 4); changes > 0; changes--) {
		const at = below(next, bytes.length);
		const kind = below(next, 4);
		if (kind === 0) bytes[at] = below(next, 256);
		else if (kind === 1 && at + 4 <= bytes.length) writeU32(bytes, at & ~3, word(next));
		else if (kind === 2 && at + 2 <= bytes.length) writeU16(bytes, at & ~1, word(next));
		else if (kind === 3) return bytes.slice(0, at);
	}
	return bytes;
}

/** A sequence number, mostly near what is in use, sometimes at the ends of what can be written. */
function sequence(next: Random): number {
	const kind = next();
	if (kind < 0.7) return below(next, 2000);
	return kind < 0.85 ? sequenceNumberLimit - 1 - below(next, 3) : below(next, 2 ** 50);
}

function setOf(next: Random, base: number): NumberSet {
	const set = new NumberSet();
	set.reset(base);
	for (let i = below(next, 20); i > 0; i--) set.add(below(next, 256));
	return set;
}

/** A well-formed message from a participant that is known, with contents that nobody sane would send. */
function hostile(next: Random, prefix: Uint8Array, writers: readonly number[], readers: readonly number[]): Uint8Array {
	const builder = new MessageBuilder(prefix);
	for (let submessages = 1 + below(next, 3); submessages > 0; submessages--) {
		const writer = pick(next, writers);
		const reader = next() < 0.5 ? 0 : pick(next, readers);
		const n = sequence(next);
		const start = builder.length;
		switch (below(next, 7)) {
			case 0:
				builder.data(reader, writer, n, undefined, 8).append(payload(n >>> 0, 8));
				break;
			case 1: {
				const size = pick(next, [1, 4, 1024, 1344, 0xfffc]);
				const total = next() < 0.02 ? word(next) : below(next, 100_000);
				const last = Math.max(1, Math.ceil(total / size));
				const fragment = 1 + below(next, next() < 0.1 ? 0xffffffff : last);
				const length = Math.max(0, Math.min(size, total - (fragment - 1) * size, 20_000));
				builder.dataFrag(reader, writer, n, undefined, fragment, size, total, length).append(new Uint8Array(length));
				break;
			}
			case 2:
				builder.heartbeat(reader, writer, n, sequence(next), word(next), next() < 0.5);
				break;
			case 3:
				builder.heartbeatFrag(reader, writer, n, word(next), word(next));
				break;
			case 4:
				builder.acknack(pick(next, readers), writer, setOf(next, n), word(next), next() < 0.5);
				break;
			case 5:
				builder.nackFrag(pick(next, readers), writer, n, setOf(next, 1 + below(next, 300)), word(next));
				break;
			default:
				builder.gap(reader, writer, n, setOf(next, sequence(next)));
		}
		const view = builder.view();
		if (next() < 0.1 && start + 12 <= view.length) writeSequenceNumber(view, start + 4, sequence(next));
	}
	return builder.view();
}

/** The announcement of a participant that does not exist. */
function stranger(next: Random): Uint8Array {
	const prefix = Uint8Array.from({ length: 12 }, () => below(next, 256));
	const locator = { address: `10.9.${below(next, 256)}.${below(next, 256)}`, port: 1 + below(next, 65_000) };
	const announcement = encodeParticipant({
		prefix,
		domainId: 0,
		name: 'x'.repeat(below(next, 200)),
		userData: new Uint8Array(below(next, 2000)),
		lease: next() < 0.5 ? Number.POSITIVE_INFINITY : below(next, 100_000),
		metatraffic: [locator],
		metatrafficMulticast: undefined,
		defaults: [locator],
	});
	const builder = new MessageBuilder(prefix);
	return builder.data(0, entityIds.spdpWriter, 1, undefined, announcement.length).append(announcement).view();
}

/** An endpoint that a known participant announces, though it has none. */
function forgedEndpoint(next: Random, prefix: Uint8Array, n: number): Uint8Array {
	const isWriter = next() < 0.5;
	const guid = makeGuid(prefix, ((below(next, 0xffffff) << 8) | (isWriter ? 3 : 4)) >>> 0);
	const data = encodeEndpoint({
		guid,
		isWriter,
		topic: next() < 0.1 ? topic : `rt/${below(next, 1e9)}`,
		typeName,
		qos: completeQos(),
		userData: new Uint8Array(below(next, 1000)),
	});
	const id = isWriter ? entityIds.publicationsWriter : entityIds.subscriptionsWriter;
	return new MessageBuilder(prefix).data(0, id, n, undefined, data.length).append(data).view();
}

describe('rtps against hostile datagrams', () => {
	it(`takes ${count} of them without an exception, a hang or a memory that grows`, async function () {
		this.timeout(Math.max(60_000, count));
		const next = random(seed);
		const network = new SimulatedNetwork(seed);
		const failures: unknown[] = [];
		const victim = await network.join('10.0.0.1', {
			onWarning: (warning) => {
				if (warning.kind === 'callback') failures.push(warning.cause);
			},
		});
		const friend = await network.join('10.0.0.2');
		const captured: Uint8Array[] = [];
		network.filter = (bytes, to) => {
			if (to !== '10.0.0.2' && captured.length < 300) captured.push(Uint8Array.from(bytes));
			return false;
		};
		for (const reliability of ['reliable', 'best_effort'] as const) {
			const qos = { reliability, durability: 'transient_local', depth: 50 } as const;
			for (const [writing, reading] of [
				[victim, friend],
				[friend, victim],
			] as const) {
				const writer = writing.createWriter({ topic, typeName, qos });
				reading.createReader({ topic, typeName, qos, onSample: () => {} });
				for (const n of range(1, 20)) writer.write(payload(n, n % 5 === 0 ? 70_000 : 16));
			}
		}
		network.clock.run(3000);
		assert.equal(victim.endpoints().length, 4);
		network.filter = undefined;
		const targets = [...network.sockets].filter(({ host }) => host.address === '10.0.0.1');
		const builtin = [0x3c2, 0x4c2, 0x200c2, 0x100c2, 0x3c7, 0x4c7, 0x200c7, 0x100c7];
		const ids = [...range(1, 4).flatMap((key) => [(key << 8) | 3, (key << 8) | 4]), ...builtin];
		const prefix = friend.guid.subarray(0, 12);
		const before = process.memoryUsage();
		let delivered = 0;
		for (let n = 0; n < count; n++) {
			const kind = next();
			const bytes =
				kind < 0.1
					? Uint8Array.from({ length: below(next, 300) }, () => below(next, 256))
					: kind < 0.45
						? mutate(next, pick(next, captured))
						: kind < 0.8
							? hostile(next, prefix, ids, ids)
							: kind < 0.85
								? mutate(next, hostile(next, prefix, ids, ids))
								: kind < 0.95
									? stranger(next)
									: forgedEndpoint(next, prefix, below(next, 3000));
			pick(next, targets).options.onDatagram(bytes, '10.0.0.66');
			delivered++;
			if (n % 50 === 0) network.clock.run(1);
		}
		assert.equal(delivered, count);
		assert.deepEqual(failures, []);
		assert.ok(victim.malformed > count / 20, `${victim.malformed} malformed`);
		assert.ok(victim.participants().length <= 512);
		// Far above what a participant needs, far below what the datagrams would add up to.
		const after = process.memoryUsage();
		assert.ok(after.heapUsed - before.heapUsed < 300e6, `heap grew by ${after.heapUsed - before.heapUsed}`);
		assert.ok(after.arrayBuffers - before.arrayBuffers < 600e6, `buffers grew by ${after.arrayBuffers}`);
		// What the flood has left behind goes away, and the victim is of use as before.
		network.clock.run(700_000);
		assert.ok(victim.participants().length <= 1, `${victim.participants().length}`);
		const visitor = await network.join('10.0.0.3');
		const seen: number[] = [];
		visitor.createReader({ topic: 'rt/after', typeName, onSample: (_, info) => seen.push(info.sequenceNumber) });
		const writer = victim.createWriter({ topic: 'rt/after', typeName });
		assert.ok(network.clock.runUntil(() => writer.matched === 1, 10_000));
		network.clock.run(500);
		for (const n of range(1, 10)) writer.write(payload(n));
		network.clock.run(1000);
		assert.deepEqual(seen, range(1, 10));
		assert.deepEqual(failures, []);
	});

	it('is held to it: an exception in the socket handler would be seen', async () => {
		const network = new SimulatedNetwork(1);
		const failures: unknown[] = [];
		const victim = await network.join('10.0.0.1', { onWarning: ({ cause }) => failures.push(cause) });
		const [socket] = network.sockets;
		const poison = {
			length: 100,
			get 0(): number {
				throw new Error('read');
			},
		};
		socket!.options.onDatagram(poison as unknown as Uint8Array, '10.0.0.66');
		assert.equal(failures.length, 1);
		await victim.close();
	});

	it('answers no stranger that is not announced, and holds nothing of it', async () => {
		const network = new SimulatedNetwork(1);
		const victim = await network.join('10.0.0.1');
		victim.createReader({ topic, typeName, onSample: () => assert.fail('a sample of a stranger') });
		network.clock.run(5000);
		const next = random(7);
		const ids = [0x103, 0x104, 0x3c2, 0x3c7, 0x4c2, 0x4c7];
		const sent = network.sent;
		for (let n = 0; n < 2000; n++) {
			const prefix = Uint8Array.from({ length: 12 }, () => below(next, 256));
			for (const { options } of network.sockets) options.onDatagram(hostile(next, prefix, ids, ids), '10.0.0.66');
		}
		assert.equal(network.sent, sent);
		assert.deepEqual([victim.participants(), victim.endpoints()], [[], []]);
	});

	it('lets no participant speak for another', async () => {
		const network = new SimulatedNetwork(1);
		const victim = await network.join('10.0.0.1');
		const friend = await network.join('10.0.0.2');
		network.clock.run(2000);
		const other = Uint8Array.from({ length: 12 }, () => 9);
		const guid = makeGuid(other, 0x103);
		const data = encodeEndpoint({
			guid,
			isWriter: true,
			topic,
			typeName,
			qos: completeQos(),
			userData: new Uint8Array(0),
		});
		const announce = (prefix: Uint8Array) => {
			const message = new MessageBuilder(prefix);
			message.data(0, entityIds.publicationsWriter, 1, undefined, data.length).append(data);
			message.heartbeat(0, entityIds.publicationsWriter, 1, 1, 1000, true);
			for (const { host, options } of network.sockets) {
				if (host.address === '10.0.0.1') options.onDatagram(Uint8Array.from(message.view()), '10.0.0.66');
			}
		};
		announce(friend.guid.subarray(0, 12));
		assert.deepEqual(victim.endpoints(), []);
		announce(other);
		assert.deepEqual(victim.endpoints(), []);
	});

	it('answers heartbeats and gaps at the ends of their range in bounded time', async () => {
		const network = new SimulatedNetwork(1);
		const victim = await network.join('10.0.0.1');
		const friend = await network.join('10.0.0.2');
		const writer = friend.createWriter({ topic, typeName });
		const seen: number[] = [];
		victim.createReader({ topic, typeName, onSample: (_, info) => seen.push(info.sequenceNumber) });
		assert.ok(network.clock.runUntil(() => writer.matched === 1, 5000));
		network.clock.run(1000);
		const id = 0x103;
		const end = sequenceNumberLimit - 1;
		const set = new NumberSet();
		set.reset(end);
		set.add(0);
		const message = new MessageBuilder(friend.guid.subarray(0, 12))
			.gap(0, id, 5, set)
			.heartbeat(0, id, 1, end, 100_000, false)
			.gap(0, id, 1, set)
			.heartbeat(0, id, end, end, 100_001, false)
			.gap(0, id, end, set);
		for (const { host, options } of network.sockets) {
			if (host.address === '10.0.0.1') options.onDatagram(Uint8Array.from(message.view()), '10.0.0.66');
		}
		const sent = network.sent;
		network.clock.run(10_000);
		assert.ok(network.sent - sent < 500, `${network.sent - sent} datagrams in 10 s`);
	});
});
