import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
	invalidSequenceNumber,
	readI32,
	readSequenceNumber,
	readU16,
	readU32,
	sequenceNumberLimit,
	writeSequenceNumber,
	writeU32,
} from '../../../lib/rtps/bytes';
import { guidToString, makeGuid, PrefixTable } from '../../../lib/rtps/guid';
import { ipv4ToNumber, readLocator, writeLocator } from '../../../lib/rtps/locator';
import { MessageBuilder } from '../../../lib/rtps/messages';
import { NumberSet } from '../../../lib/rtps/number-set';
import { ParameterList, pids, readDuration, readString, visitParameters } from '../../../lib/rtps/parameters';
import { MessageParser, type MessageSink, type Submessage } from '../../../lib/rtps/parser';

const sender = Uint8Array.from({ length: 12 }, (_, i) => i + 1);
const receiver = Uint8Array.from({ length: 12 }, (_, i) => 100 + i);
const sequenceNumber = fc.integer({ min: 1, max: sequenceNumberLimit - 1 });

/** What a parser reports, as plain values. */
function parse(data: Uint8Array, own = receiver) {
	const seen: Record<string, unknown>[] = [];
	const note = (kind: string) => (s: Submessage) => {
		const set: number[] = [];
		for (let i = 0; i < s.set.bits; i++) if (s.set.has(i)) set.push(s.set.base + i);
		seen.push({
			kind,
			...s,
			base: s.set.base,
			set,
			payload: s.payloadStart < 0 ? undefined : [...parser.data.subarray(s.payloadStart, s.payloadEnd)],
			seconds: parser.timestampSeconds,
		});
	};
	const parser = new MessageParser(own);
	const sink: MessageSink = {
		onSource: () => true,
		onData: note('data'),
		onDataFrag: note('dataFrag'),
		onHeartbeat: note('heartbeat'),
		onHeartbeatFrag: note('heartbeatFrag'),
		onGap: note('gap'),
		onAckNack: note('acknack'),
		onNackFrag: note('nackFrag'),
	};
	parser.parse(data, sink);
	return { seen, malformed: parser.malformed };
}

function setOf(base: number, indices: readonly number[]): NumberSet {
	const set = new NumberSet();
	set.reset(base);
	for (const index of indices) set.add(index);
	return set;
}

/** Little-endian bytes of a message turned into big-endian ones, submessage header and fields, by 16- and 32-bit words. */
function bigEndian(id: number, flags: number, words: (readonly [number, number])[]): Uint8Array {
	const body: number[] = [];
	for (const [value, size] of words) {
		for (let i = size - 1; i >= 0; i--) body.push(Math.floor(value / 2 ** (8 * i)) & 0xff);
	}
	const header = [0x52, 0x54, 0x50, 0x53, 2, 1, 1, 0x10, ...sender];
	return Uint8Array.from([...header, id, flags & ~1, body.length >> 8, body.length & 0xff, ...body]);
}

describe('rtps wire', () => {
	it('reads integers of either byte order', () => {
		const bytes = Uint8Array.of(0x81, 0x02, 0x03, 0x84);
		assert.equal(readU16(bytes, 0, true), 0x0281);
		assert.equal(readU16(bytes, 0, false), 0x8102);
		assert.equal(readU32(bytes, 0, true), 0x84030281);
		assert.equal(readU32(bytes, 0, false), 0x81020384);
		assert.equal(readI32(bytes, 0, true), 0x84030281 | 0);
	});

	it('keeps every sequence number that can be counted to, and refuses the others', () => {
		fc.assert(
			fc.property(sequenceNumber, (value) => {
				const bytes = new Uint8Array(8);
				writeSequenceNumber(bytes, 0, value);
				assert.equal(readSequenceNumber(bytes, 0, true), value);
				const swapped = Uint8Array.from([...bytes.subarray(0, 4).toReversed(), ...bytes.subarray(4).toReversed()]);
				assert.equal(readSequenceNumber(swapped, 0, false), value);
			}),
		);
		for (const [high, low] of [
			[0x7fffffff, 0xffffffff],
			[0xffffffff, 0],
			[0x80000000, 0],
			[0x100000, 0],
			[0x1fffff, 0xffffffff],
		] as const) {
			const bytes = new Uint8Array(8);
			writeU32(bytes, 0, high);
			writeU32(bytes, 4, low);
			assert.equal(readSequenceNumber(bytes, 0, true), invalidSequenceNumber);
		}
	});

	it('keeps a number set', () => {
		const indices = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 256 });
		fc.assert(
			fc.property(sequenceNumber, indices, (base, list) => {
				const bytes = new Uint8Array(64);
				const end = setOf(base, list).writeSequenceNumbers(bytes, 0);
				const read = new NumberSet();
				assert.equal(read.readSequenceNumbers(bytes, 0, end, true), end);
				assert.equal(read.base, base);
				for (let i = 0; i < 256; i++) assert.equal(read.has(i), list.includes(i));
				for (let cut = 0; cut < end; cut++) assert.equal(read.readSequenceNumbers(bytes, 0, cut, true), -1);
			}),
			{ numRuns: 50 },
		);
		const tooMany = new Uint8Array(100);
		writeU32(tooMany, 4, 1);
		writeU32(tooMany, 8, 257);
		assert.equal(new NumberSet().readSequenceNumbers(tooMany, 0, 100, true), -1);
	});

	it('keeps a locator and skips what is no UDP over IPv4', () => {
		const bytes = new Uint8Array(24);
		writeLocator(bytes, 0, { address: '192.168.1.200', port: 7411 });
		assert.deepEqual(readLocator(bytes, 0, true), { address: '192.168.1.200', port: 7411 });
		writeU32(bytes, 4, 70_000);
		assert.equal(readLocator(bytes, 0, true), undefined);
		writeU32(bytes, 4, 7411);
		writeU32(bytes, 0, 2);
		assert.equal(readLocator(bytes, 0, true), undefined);
		for (const bad of ['', '1.2.3', '1.2.3.256', 'a.b.c.d', '1.2.3.4.5', '1..2.3']) assert.equal(ipv4ToNumber(bad), 0);
	});

	it('keeps a parameter list and refuses one that is cut short', () => {
		const bytes = new ParameterList()
			.string(pids.topicName, 'rt/chatter')
			.duration(pids.leaseDuration, 1500)
			.octets(pids.userData, Uint8Array.of(1, 2, 3))
			.finish(false);
		const seen = new Map<number, unknown>();
		const visit = (pid: number, offset: number, length: number) => {
			if (pid === pids.topicName) seen.set(pid, readString(bytes, offset, length, true));
			if (pid === pids.leaseDuration) seen.set(pid, readDuration(bytes, offset, true));
		};
		assert.equal(visitParameters(bytes, 0, bytes.length, true, visit), bytes.length);
		assert.deepEqual([...seen.values()], ['rt/chatter', 1500]);
		for (let cut = 0; cut < bytes.length; cut++) assert.equal(visitParameters(bytes, 0, cut, true, visit), -1);
	});

	it('reads back what it writes, each submessage padded to 4 bytes', () => {
		const indices = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 64 });
		fc.assert(
			fc.property(sequenceNumber, fc.uint8Array({ maxLength: 40 }), indices, fc.integer(), (n, bytes, list, count) => {
				const sorted = list.toSorted((a, b) => a - b);
				const builder = new MessageBuilder(sender);
				builder.infoDestination(receiver).infoTimestamp(77, 5);
				builder.data(1, 2, n, undefined, bytes.length).append(bytes);
				builder.heartbeat(3, 4, n, n, count, true).heartbeatFrag(3, 4, n, 9, count);
				builder.acknack(5, 6, setOf(n, list), count, false).nackFrag(5, 6, n, setOf(7, list), count);
				builder.gap(7, 8, n, setOf(n, list));
				const message = builder.view();
				assert.equal(message.length % 4, 0);
				const { seen, malformed } = parse(message);
				assert.equal(malformed, 0);
				const kinds = ['data', 'heartbeat', 'heartbeatFrag', 'acknack', 'nackFrag', 'gap'];
				assert.deepEqual(
					seen.map(({ kind }) => kind),
					kinds,
				);
				const [data, heartbeat, heartbeatFrag, acknack, nackFrag, gap] = seen;
				const padded = [...bytes, ...new Array(-bytes.length & 3).fill(0)];
				assert.deepEqual([data!.sequenceNumber, data!.payload, data!.seconds], [n, padded, 77]);
				assert.deepEqual([heartbeat!.sequenceNumber, heartbeat!.last, heartbeat!.count], [n, n, count]);
				assert.deepEqual([heartbeat!.final, acknack!.final], [true, false]);
				assert.deepEqual([heartbeatFrag!.fragment, heartbeatFrag!.count], [9, count]);
				const absolute = sorted.map((i) => n + i);
				assert.deepEqual([acknack!.readerId, acknack!.base, acknack!.set], [5, n, absolute]);
				assert.deepEqual(
					nackFrag!.set,
					sorted.map((i) => 7 + i),
				);
				assert.deepEqual([gap!.sequenceNumber, gap!.set], [n, absolute]);
			}),
			{ numRuns: 200 },
		);
	});

	it('reads big-endian submessages', () => {
		const data = bigEndian(0x15, 0x04, [
			[0, 2],
			[16, 2],
			[0x00000104, 4],
			[0x00000203, 4],
			[0, 4],
			[42, 4],
			[0x01020304, 4],
		]);
		assert.deepEqual(parse(data).seen[0]!.payload, [1, 2, 3, 4]);
		assert.equal(parse(data).seen[0]!.sequenceNumber, 42);
		const heartbeat = bigEndian(0x07, 0x02, [
			[0x104, 4],
			[0x203, 4],
			[0, 4],
			[3, 4],
			[1, 4],
			[5, 4],
			[9, 4],
		]);
		const [seen] = parse(heartbeat).seen;
		assert.deepEqual([seen!.sequenceNumber, seen!.last, seen!.count], [3, 0x1_0000_0005, 9]);
		const acknack = bigEndian(0x06, 0, [
			[0x104, 4],
			[0x203, 4],
			[0, 4],
			[3, 4],
			[33, 4],
			[0x80000000, 4],
			[0x80000000, 4],
			[1, 4],
		]);
		assert.deepEqual(parse(acknack).seen[0]!.set, [3, 35]);
		const frag = bigEndian(0x16, 0, [
			[0, 2],
			[28, 2],
			[0, 4],
			[0x203, 4],
			[0, 4],
			[3, 4],
			[2, 4],
			[1, 2],
			[4, 2],
			[6, 4],
			[0x0506, 2],
		]);
		assert.deepEqual(parse(frag).seen[0]!.payload, [5, 6]);
	});

	it('reads inline QoS without taking it for payload', () => {
		const related = new Uint8Array(24).fill(7, 0, 16);
		related.set([0, 0, 0, 0, 9, 0, 0, 0], 16);
		for (const pid of [pids.relatedSampleIdentity, pids.relatedSampleIdentityFast]) {
			const inline = new ParameterList().raw(pid, related).status(3).finish(false);
			const builder = new MessageBuilder(sender).data(0, 2, 1, inline, 4).append(Uint8Array.of(1, 2, 3, 4));
			const [data] = parse(builder.view()).seen;
			assert.deepEqual(data!.payload, [1, 2, 3, 4]);
			assert.deepEqual([data!.relatedSequenceNumber, data!.status], [9, 3]);
		}
	});

	it('skips what is for another, comes from itself, or is unknown', () => {
		const builder = new MessageBuilder(sender);
		builder.infoDestination(sender).heartbeat(1, 2, 1, 1, 1, true);
		builder.infoDestination(receiver).heartbeat(1, 2, 5, 5, 1, true);
		builder.infoDestination(new Uint8Array(12)).heartbeat(1, 2, 6, 6, 1, true);
		const { seen } = parse(builder.view());
		assert.deepEqual(
			seen.map((s) => s.sequenceNumber),
			[5, 6],
		);
		assert.equal(parse(builder.view(), sender).seen.length, 0);
		const unknown = new MessageBuilder(sender)
			.append(Uint8Array.of(0x7f, 1, 4, 0, 1, 2, 3, 4))
			.heartbeat(1, 2, 5, 5, 1, true);
		assert.equal(parse(unknown.view()).seen.length, 1);
	});

	it('drops a message from where it is malformed on, and counts it', () => {
		const builder = new MessageBuilder(sender).heartbeat(1, 2, 1, 5, 1, true).data(1, 2, 3, undefined, 8);
		builder.append(new Uint8Array(8));
		const whole = builder.view();
		// The heartbeat ends at 52. A cut before that takes it away; one within the data takes only the data.
		for (let cut = 24; cut < whole.length; cut++) {
			const { seen, malformed } = parse(whole.subarray(0, cut));
			assert.equal(seen.length, cut < 52 ? 0 : 1, `cut at ${cut}`);
			const betweenSubmessages = cut >= 52 && cut < 56;
			assert.equal(malformed, betweenSubmessages ? 0 : 1, `cut at ${cut}`);
		}
		const wrong = (change: (bytes: Uint8Array) => void) => {
			const bytes = Uint8Array.from(whole);
			change(bytes);
			return parse(bytes);
		};
		assert.equal(wrong((b) => b.set([0], 0)).malformed, 1, 'magic');
		assert.equal(wrong((b) => b.set([3], 4)).malformed, 1, 'version');
		assert.equal(wrong((b) => b.set([0xff, 0xff], 22)).malformed, 1, 'length');
		assert.equal(wrong((b) => b.set([0, 0, 0, 0, 0, 0, 0, 0], 32)).seen.length, 0, 'first 0 of last 5');
	});

	it('refuses fragments whose numbers do not fit their sample', () => {
		const fragment = (number: number, size: number, sampleSize: number, bytes: number) => {
			const builder = new MessageBuilder(sender);
			builder.dataFrag(0, 2, 1, undefined, number, size, sampleSize, bytes).append(new Uint8Array(bytes));
			return parse(builder.view()).seen.length;
		};
		assert.equal(fragment(1, 8, 20, 8), 1);
		assert.equal(fragment(3, 8, 20, 4), 1);
		assert.equal(fragment(0, 8, 20, 8), 0);
		assert.equal(fragment(4, 8, 20, 8), 0);
		assert.equal(fragment(1, 0, 20, 8), 0);
		assert.equal(fragment(2, 8, 20, 4), 0);
		assert.equal(fragment(0xffffffff, 0xffff, 0xffffffff, 8), 0);
	});

	it('finds participants by their bytes, also when hashes collide', () => {
		const table = new PrefixTable<{ prefix: Uint8Array; n: number }>();
		const random = Array.from({ length: 500 }, (_, n) => {
			const prefix = new Uint8Array(12);
			writeU32(prefix, 0, Math.imul(n, 0x01000193));
			writeU32(prefix, 8, n);
			return { prefix, n };
		});
		for (const value of random) table.add(value);
		for (const value of random) assert.equal(table.find(Uint8Array.from([9, ...value.prefix]), 1)?.n, value.n);
		for (const value of random.slice(0, 250)) table.delete(value);
		assert.equal(table.size, 250);
		assert.equal(table.find(random[3]!.prefix, 0), undefined);
		assert.equal(table.find(random[499]!.prefix, 0)?.n, 499);
		assert.equal([...table.values()].length, 250);
	});

	it('shows a GUID in words of four bytes', () => {
		assert.equal(guidToString(makeGuid(sender, 0x000001c1)), '01020304.05060708.090a0b0c.000001c1');
	});
});
