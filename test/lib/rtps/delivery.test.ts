import assert from 'node:assert/strict';
import { isRepeated } from '../../../lib/rtps/count';
import type { DataReader, DataWriter } from '../../../lib/rtps/endpoints';
import { entityIdOf } from '../../../lib/rtps/guid';
import { MessageBuilder } from '../../../lib/rtps/messages';
import { NumberSet } from '../../../lib/rtps/number-set';
import type { Participant, ParticipantOptions } from '../../../lib/rtps/participant';
import type { QosOptions } from '../../../lib/rtps/qos';
import type { SampleInfo } from '../../../lib/rtps/sample';
import { type Conditions, numberOf, payload, range, SimulatedNetwork } from './simulation';

const topic = 'rt/numbers';
const typeName = 'Numbers';

/** Small fragments, so that a sample of some kilobytes is fragmented. */
const options: ParticipantOptions = { fragmentSize: 1024 };

async function pair(seed: number, conditions: Conditions = {}) {
	const network = new SimulatedNetwork(seed);
	network.conditions = conditions;
	const one = await network.join('10.0.0.1', options);
	const two = await network.join('10.0.0.2', options);
	return { network, clock: network.clock, one, two };
}

function read(participant: Participant, qos: QosOptions = {}) {
	const numbers: number[] = [];
	const infos: SampleInfo[] = [];
	const reader = participant.createReader({
		topic,
		typeName,
		qos,
		onSample: (bytes, info) => {
			numbers.push(numberOf(bytes));
			infos.push(info);
		},
	});
	return { reader, numbers, infos };
}

function write(participant: Participant, qos: QosOptions = {}) {
	return participant.createWriter({ topic, typeName, qos });
}

function meet(network: SimulatedNetwork, ...endpoints: (DataReader | DataWriter)[]): void {
	const matched = () => endpoints.every((endpoint) => endpoint.matched > 0);
	assert.ok(network.clock.runUntil(matched, 20_000), 'the endpoints find each other');
}

/** Writes `count` samples of `length` bytes, 2 ms apart. */
function stream(network: SimulatedNetwork, writer: DataWriter, count: number, length = 16, first = 1): void {
	for (let n = first; n < first + count; n++) {
		writer.write(payload(n, length));
		network.clock.run(2);
	}
}

describe('rtps delivery', () => {
	for (const reliability of ['reliable', 'best_effort'] as const) {
		for (const length of [16, 5000]) {
			it(`delivers ${reliability} samples of ${length} bytes in order on a good network`, async () => {
				const { network, clock, one, two } = await pair(1, { held: 0.5 });
				const writer = write(one, { reliability });
				const { reader, numbers, infos } = read(two, { reliability });
				meet(network, writer, reader);
				clock.run(200);
				stream(network, writer, 50, length);
				assert.deepEqual(numbers, range(1, 50));
				assert.deepEqual(
					infos.map((info) => info.sequenceNumber),
					range(1, 50),
				);
				assert.deepEqual(infos[0]!.writerGuid, writer.guid);
				assert.equal(infos[0]!.sourceTimestamp / 1_000_000_000n, 1_700_000_000n);
			});
		}
	}

	it('loses best-effort samples on a bad network, yet never doubles or reorders them', async () => {
		let lost = 0;
		for (let seed = 1; seed <= 10; seed++) {
			const { network, one, two } = await pair(seed, { loss: 0.1, duplicate: 0.1, latency: 8 });
			const writer = write(one, { reliability: 'best_effort' });
			const { reader, numbers } = read(two, { reliability: 'best_effort' });
			meet(network, writer, reader);
			stream(network, writer, 200, seed % 2 === 0 ? 16 : 3000);
			network.clock.run(100);
			assert.deepEqual(
				numbers,
				[...new Set(numbers)].sort((a, b) => a - b),
			);
			lost += 200 - numbers.length;
		}
		// The control for the tests of reliability: this network does lose.
		assert.ok(lost > 100, `${lost} lost`);
	});

	for (const [length, depth] of [
		[16, 500],
		[5000, 500],
		[300_000, 40],
	] as const) {
		it(`delivers every reliable sample of ${length} bytes once and in order, whatever the network does`, async () => {
			for (let seed = 1; seed <= 6; seed++) {
				const { network, clock, one, two } = await pair(seed, { loss: 0.1, duplicate: 0.1, latency: 8, held: 0.2 });
				const writer = write(one, { depth });
				const { reader, numbers } = read(two);
				meet(network, writer, reader);
				clock.run(500);
				const count = length > 100_000 ? 20 : 200;
				stream(network, writer, count, length);
				assert.ok(
					clock.runUntil(() => numbers.length >= count && writer.stored === 0, 120_000),
					`seed ${seed}`,
				);
				assert.deepEqual(numbers, range(1, count), `seed ${seed}`);
			}
		});
	}

	it('repairs a sample of which only some fragments came by sending those again', async () => {
		const { network, clock, one, two } = await pair(3);
		const writer = write(one);
		const { reader, numbers } = read(two);
		meet(network, writer, reader);
		clock.run(500);
		let fragments = 0;
		network.filter = (bytes) => {
			if (bytes[20] !== 0x09 || bytes[32] !== 0x16) return false;
			fragments++;
			return fragments % 4 === 0 && fragments <= 100;
		};
		writer.write(payload(1, 100 * 1024));
		assert.ok(clock.runUntil(() => numbers.length === 1, 5000));
		// 100 sent first; repairs begin with INFO_DST, so they are counted by the datagrams that went out in all.
		assert.equal(fragments, 100);
		network.filter = undefined;
	});

	it('gives a late joiner the history of a transient-local writer, and a volatile one none of it', async () => {
		for (let seed = 1; seed <= 5; seed++) {
			const { network, clock, one, two } = await pair(seed, { loss: 0.1, latency: 3 });
			const writer = write(one, { durability: 'transient_local', depth: 7 });
			stream(network, writer, 20, seed % 2 === 0 ? 16 : 4000);
			clock.run(1000);
			const late = read(two, { durability: 'transient_local', depth: 7 });
			const fresh = read(two, { durability: 'volatile' });
			assert.ok(
				clock.runUntil(() => late.numbers.length === 7, 20_000),
				`seed ${seed}`,
			);
			clock.run(2000);
			stream(network, writer, 5, 16, 21);
			assert.ok(
				clock.runUntil(() => late.numbers.length === 12 && fresh.numbers.length >= 5, 20_000),
				`seed ${seed}`,
			);
			assert.deepEqual(late.numbers, range(14, 25));
			assert.deepEqual(fresh.numbers, range(21, 25));
			assert.equal(writer.stored, 7);
		}
	});

	it('pushes the history to a best-effort late joiner too', async () => {
		const { network, clock, one, two } = await pair(1);
		const writer = write(one, { durability: 'transient_local', depth: 3 });
		stream(network, writer, 5);
		const { numbers } = read(two, { reliability: 'best_effort', durability: 'transient_local' });
		clock.run(2000);
		assert.deepEqual(numbers, [3, 4, 5]);
	});

	it('skips what keep_last has overrun, in order and without waiting for it', async () => {
		for (let seed = 1; seed <= 5; seed++) {
			const { network, clock, one, two } = await pair(seed, { latency: 2 });
			const writer = write(one, { depth: 3 });
			const { reader, numbers } = read(two);
			meet(network, writer, reader);
			clock.run(500);
			stream(network, writer, 5);
			network.conditions = { loss: 1 };
			stream(network, writer, 30, 16, 6);
			network.conditions = { latency: 2 };
			stream(network, writer, 5, 16, 36);
			assert.ok(
				clock.runUntil(() => numbers.at(-1) === 40 && writer.stored === 0, 10_000),
				`seed ${seed}: ${numbers}`,
			);
			assert.deepEqual(numbers.slice(0, 5), range(1, 5));
			assert.deepEqual(numbers.slice(-5), range(36, 40));
			assert.deepEqual(
				numbers,
				numbers.toSorted((a, b) => a - b),
			);
		}
	});

	it('keeps all and says when it is full, then drains', async () => {
		const { network, clock, one, two } = await pair(1);
		const writer = write(one, { history: 'keep_all', depth: 20 });
		const { reader, numbers } = read(two, { history: 'keep_all' });
		meet(network, writer, reader);
		clock.run(500);
		network.conditions = { loss: 1 };
		for (let n = 1; n <= 20; n++) writer.write(payload(n));
		assert.ok(writer.isFull);
		assert.throws(() => writer.write(payload(21)), /20 samples wait .*qos\.depth/);
		let drained = false;
		void writer.drained().then(() => {
			drained = true;
		});
		clock.run(100);
		await Promise.resolve();
		assert.equal(drained, false);
		network.conditions = {};
		assert.ok(clock.runUntil(() => writer.stored === 0, 5000));
		await Promise.resolve();
		await Promise.resolve();
		assert.equal(drained, true);
		assert.equal(writer.write(payload(21)), 21);
		clock.run(100);
		assert.deepEqual(numbers, range(1, 21));
	});

	it('holds nothing for a volatile writer without readers, and nothing once all is acknowledged', async () => {
		const { network, clock, one, two } = await pair(1);
		const writer = write(one, { depth: 1000 });
		stream(network, writer, 300);
		assert.equal(writer.stored, 0);
		const { reader } = read(two);
		meet(network, writer, reader);
		stream(network, writer, 300);
		clock.run(100);
		assert.equal(writer.stored, 0);
		reader.close();
		clock.run(100);
		stream(network, writer, 300);
		assert.equal(writer.stored, 0);
	});

	it('asks for few acknowledgements: not one per sample', async () => {
		const { network, clock, one, two } = await pair(1);
		const writer = write(one);
		const { reader, numbers } = read(two);
		meet(network, writer, reader);
		clock.run(1000);
		const before = network.sent;
		stream(network, writer, 1000);
		assert.equal(numbers.length, 1000);
		const besides = network.sent - before - 1000;
		assert.ok(besides < 300, `${besides} datagrams beside 1000 samples`);
	});

	it('sends one datagram to a participant however many of its readers match', async () => {
		const { network, clock, one, two } = await pair(1);
		const writer = write(one, { reliability: 'best_effort' });
		const readers = range(1, 5).map(() => read(two, { reliability: 'best_effort' }));
		meet(network, writer);
		clock.run(1000);
		const before = network.sent;
		writer.write(payload(1));
		assert.equal(network.sent - before, 1);
		clock.run(10);
		for (const { numbers } of readers) assert.deepEqual(numbers, [1]);
	});

	it('carries the related sample identity, whole and in fragments', async () => {
		const { network, clock, one, two } = await pair(1, { loss: 0.1 });
		const writer = write(one);
		const { reader, infos, numbers } = read(two);
		meet(network, writer, reader);
		clock.run(500);
		const guid = Uint8Array.from({ length: 16 }, (_, i) => i);
		const request = { guid, sequenceNumber: 2 ** 40 + 5 };
		writer.write(payload(1), { relatedSampleIdentity: request });
		writer.write(payload(2, 9000), { relatedSampleIdentity: request });
		writer.write(payload(3), { relatedSampleIdentity: { guid, sequenceNumber: -1 } });
		writer.write(payload(4));
		assert.ok(clock.runUntil(() => infos.length === 4, 5000));
		assert.deepEqual(numbers, range(1, 4));
		assert.deepEqual(infos[0]!.relatedSampleIdentity, request);
		assert.deepEqual(infos[1]!.relatedSampleIdentity, request);
		assert.deepEqual(infos[2]!.relatedSampleIdentity, { guid, sequenceNumber: -1 });
		assert.equal(infos[3]!.relatedSampleIdentity, undefined);
	});

	it('writes samples in their order although large ones take several turns', async () => {
		const { network, clock, one, two } = await pair(1);
		const writer = write(one, { depth: 1, reliability: 'best_effort' });
		const { reader, numbers } = read(two, { reliability: 'best_effort' });
		meet(network, writer, reader);
		clock.run(500);
		for (let n = 1; n <= 6; n++) writer.write(payload(n, n % 2 === 0 ? 16 : 700_000));
		clock.run(100);
		assert.deepEqual(numbers, range(1, 6));
	});

	it('goes on after a callback has thrown, and tells of it', async () => {
		const network = new SimulatedNetwork(1);
		const warnings: string[] = [];
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2', {
			onWarning: ({ kind, message }) => warnings.push(`${kind}: ${message}`),
		});
		let seen = 0;
		const reader = two.createReader({
			topic,
			typeName,
			onSample: () => {
				seen++;
				throw new Error('of the user');
			},
		});
		const writer = write(one);
		meet(network, writer, reader);
		network.clock.run(500);
		stream(network, writer, 3);
		assert.equal(seen, 3);
		assert.deepEqual(warnings, new Array(3).fill('callback: of the user'));
	});

	it('closes an endpoint from within its own callback', async () => {
		const { network, clock, one, two } = await pair(1, { latency: 5 });
		const writer = write(one, { durability: 'transient_local', depth: 50 });
		stream(network, writer, 50);
		let seen = 0;
		const reader = two.createReader({
			topic,
			typeName,
			qos: { durability: 'transient_local' },
			onSample: () => {
				seen++;
				if (seen === 5) reader.close();
			},
		});
		clock.run(5000);
		assert.equal(seen, 5);
		assert.equal(writer.matched, 0);
		assert.throws(() => {
			writer.close();
			writer.write(payload(1));
		}, /has been closed/);
	});

	it('delivers to several readers on several hosts, each lossy in its own way', async () => {
		const network = new SimulatedNetwork(9);
		network.conditions = { loss: 0.05, latency: 4 };
		const source = await network.join('10.0.0.1', options);
		const writer = write(source, { depth: 500 });
		const sinks = await Promise.all(range(2, 6).map((n) => network.join(`10.0.0.${n}`, options)));
		const readers = sinks.map((sink) => read(sink));
		assert.ok(
			network.clock.runUntil(() => writer.matched === 5 && readers.every((r) => r.reader.matched === 1), 20_000),
		);
		network.clock.run(500);
		stream(network, writer, 100, 3000);
		const done = () => readers.every(({ numbers }) => numbers.length === 100);
		assert.ok(network.clock.runUntil(done, 60_000));
		for (const { numbers } of readers) assert.deepEqual(numbers, range(1, 100));
	});

	it('gives a late joiner a history of thousands, on a bad network', async () => {
		const { clock, one, two } = await pair(5, { loss: 0.1, latency: 4 });
		const qos = { durability: 'transient_local', history: 'keep_all', depth: 5000 } as const;
		const writer = write(one, qos);
		for (let n = 1; n <= 3000; n++) writer.write(payload(n, n % 100 === 0 ? 5000 : 16));
		const { numbers } = read(two, qos);
		assert.ok(
			clock.runUntil(() => numbers.length === 3000, 120_000),
			`${numbers.length}`,
		);
		assert.deepEqual(numbers, range(1, 3000));
	});

	it('goes on when one side has forgotten the other and found it again, and the other has not noticed', async () => {
		for (const forgetful of ['reader', 'writer'] as const) {
			const network = new SimulatedNetwork(2);
			network.conditions = { loss: 0.05, latency: 3 };
			const brief = { ...options, leaseDuration: 3000 };
			const lasting = { ...options, leaseDuration: 60_000 };
			// Who announces the brief lease is forgotten by the other.
			const one = await network.join('10.0.0.1', forgetful === 'reader' ? brief : lasting);
			const two = await network.join('10.0.0.2', forgetful === 'writer' ? brief : lasting);
			const writer = write(one, { depth: 100 });
			const { reader, numbers } = read(two, { depth: 100 });
			meet(network, writer, reader);
			network.clock.run(1000);
			stream(network, writer, 300);
			assert.ok(network.clock.runUntil(() => numbers.length === 300 && writer.stored === 0, 10_000));
			network.conditions = { loss: 1 };
			const gone = () => (forgetful === 'reader' ? reader : writer).matched === 0;
			assert.ok(network.clock.runUntil(gone, 20_000), forgetful);
			assert.equal((forgetful === 'reader' ? writer : reader).matched, 1);
			network.conditions = { loss: 0.05, latency: 3 };
			meet(network, writer, reader);
			network.clock.run(1000);
			stream(network, writer, 300, 3000, 301);
			assert.ok(
				network.clock.runUntil(() => numbers.length === 600, 30_000),
				`${forgetful}: ${numbers.length}`,
			);
			assert.deepEqual(numbers, range(1, 600));
		}
	});

	it('repairs within milliseconds, for the next sample shows what is missing', async () => {
		const { network, clock, one, two } = await pair(1);
		const writer = write(one);
		const { reader, numbers } = read(two);
		meet(network, writer, reader);
		clock.run(500);
		network.conditions = { loss: 1 };
		writer.write(payload(1));
		network.conditions = {};
		writer.write(payload(2));
		clock.run(2);
		assert.deepEqual(numbers, [1, 2]);
	});

	it('sends a volatile reader nothing that was written before it came, even when asked', async () => {
		const { network, clock, one, two } = await pair(1);
		const writer = write(one, { durability: 'transient_local', depth: 10 });
		stream(network, writer, 10);
		const { reader, numbers } = read(two, { durability: 'volatile' });
		meet(network, writer, reader);
		clock.run(500);
		const missing = new NumberSet();
		missing.reset(1);
		for (let i = 0; i < 10; i++) missing.add(i);
		const ask = new MessageBuilder(two.guid.subarray(0, 12)).acknack(
			entityIdOf(reader.guid),
			entityIdOf(writer.guid),
			missing,
			1000,
			true,
		);
		const kinds = new Map<number, number>();
		network.filter = (bytes, to) => {
			// Behind INFO_DST, and INFO_TS before data.
			const id = bytes[36] === 0x09 ? bytes[48]! : bytes[36]!;
			if (to === '10.0.0.2') kinds.set(id, (kinds.get(id) ?? 0) + 1);
			return false;
		};
		for (const { host, port, options: socket } of network.sockets) {
			if (host.address === '10.0.0.1' && port === 7411) socket.onDatagram(Uint8Array.from(ask.view()), '10.0.0.2');
		}
		clock.run(1);
		assert.deepEqual([...kinds], [[0x08, 1]], 'one GAP');
		assert.deepEqual(numbers, []);
	});

	it('takes a count for old only when it is a little behind', () => {
		assert.equal(isRepeated(5, undefined), false);
		assert.equal(isRepeated(6, 5), false);
		assert.equal(isRepeated(5, 5), true);
		assert.equal(isRepeated(3, 5), true);
		assert.equal(isRepeated(1, 500), false);
		assert.equal(isRepeated(-0x80000000, 0x7fffffff), false);
		assert.equal(isRepeated(0x7fffffff, -0x80000000), true);
	});

	it('gets a large sample through a small receive buffer without asking for what cannot come', async () => {
		const network = new SimulatedNetwork(1);
		const granted = 212_992;
		const host = network.host('10.0.0.2');
		const transport = {
			interfaces: () => host.interfaces(),
			open: async (opening: Parameters<typeof host.open>[0]) => ({
				...(await host.open(opening)),
				receiveBufferSize: granted,
			}),
		};
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2', { transport });
		const writer = write(one);
		const { reader, numbers } = read(two);
		meet(network, writer, reader);
		network.clock.run(500);
		// The kernel holds so much and the reader takes all of it once per millisecond.
		let held = 0;
		let taken = 0;
		let large = 0;
		network.filter = (bytes, to) => {
			if (to !== '10.0.0.2' || bytes.length < 1000) return false;
			large++;
			const now = Math.floor(network.clock.now());
			if (now !== taken) held = 0;
			taken = now;
			if (held + bytes.length > granted) return true;
			held += bytes.length;
			return false;
		};
		writer.write(payload(1, 10_000_000));
		assert.ok(network.clock.runUntil(() => numbers.length === 1, 10_000));
		// 167 fragments, most of which are lost the first time and must not be lost time and again.
		assert.ok(large < 167 * 4, `${large} datagrams`);
	});
});
