import assert from 'node:assert/strict';
import type { DataReader, DataWriter } from '../../../lib/rtps/endpoints';
import { entityIds } from '../../../lib/rtps/guid';
import type { Participant, ParticipantOptions } from '../../../lib/rtps/participant';
import type { QosOptions } from '../../../lib/rtps/qos';
import { numberOf, payload, range, SimulatedNetwork } from './simulation';

const topic = 'rt/numbers';
const typeName = 'Numbers';
const options: ParticipantOptions = { fragmentSize: 1024 };

function read(participant: Participant, qos: QosOptions = {}) {
	const numbers: number[] = [];
	const reader = participant.createReader({ topic, typeName, qos, onSample: (bytes) => numbers.push(numberOf(bytes)) });
	return { reader, numbers };
}

/** Whether a datagram holds data of the writer with this id. */
function hasDataOf(bytes: Uint8Array, writerId: number): boolean {
	const id = Buffer.alloc(4);
	id.writeUInt32BE(writerId);
	for (let at = 20; at + 4 <= bytes.length; at += 4 + (bytes[at + 2]! | (bytes[at + 3]! << 8))) {
		if ((bytes[at] === 0x15 || bytes[at] === 0x16) && id.equals(bytes.subarray(at + 12, at + 16))) return true;
	}
	return false;
}

describe('rtps samples for one reader', () => {
	for (const loss of [0, 0.1]) {
		for (const length of [16, 5000]) {
			it(`reach that reader only, and leave the others no hole: ${length} bytes, ${loss * 100} % loss`, async () => {
				const network = new SimulatedNetwork(7);
				const source = await network.join('10.0.0.1', options);
				const writer = source.createWriter({ topic, typeName, qos: { depth: 200 } });
				// The second and the third share a participant, the fourth is best effort.
				const two = await network.join('10.0.0.2', options);
				const three = await network.join('10.0.0.3', options);
				const sinks = [read(two), read(three), read(three), read(two, { reliability: 'best_effort' })];
				const isMet = () => writer.matched === 4 && sinks.every(({ reader }) => reader.matched === 1);
				assert.ok(network.clock.runUntil(isMet, 5000));
				network.clock.run(500);
				network.conditions = { loss, latency: 3 };
				const expected: number[][] = [[], [], [], []];
				for (let n = 1; n <= 100; n++) {
					const only = n % 5;
					const reader = sinks[only]?.reader.guid;
					writer.write(payload(n, length), reader === undefined ? {} : { reader });
					for (const [i, numbers] of expected.entries()) if (i === only || only === 4) numbers.push(n);
					network.clock.run(2);
				}
				const isDone = () => sinks.slice(0, 3).every(({ numbers }, i) => numbers.length === expected[i]!.length);
				assert.ok(network.clock.runUntil(isDone, 30_000));
				network.clock.run(1000);
				assert.deepEqual(
					sinks.slice(0, 3).map(({ numbers }) => numbers),
					expected.slice(0, 3),
				);
				const bestEffort = sinks[3]!.numbers;
				if (loss === 0) assert.deepEqual(bestEffort, expected[3]);
				else
					assert.deepEqual(
						bestEffort.filter((n) => !expected[3]!.includes(n)),
						[],
					);
				assert.equal(writer.stored, 0);
			});
		}
	}

	it('are not for those who come later, whatever is kept for them', async () => {
		const network = new SimulatedNetwork(1);
		const qos = { durability: 'transient_local', depth: 10 } as const;
		const writer = (await network.join('10.0.0.1', options)).createWriter({ topic, typeName, qos });
		const early = read(await network.join('10.0.0.2', options), qos);
		assert.ok(network.clock.runUntil(() => writer.matched === 1 && early.reader.matched === 1, 5000));
		network.clock.run(500);
		for (let n = 1; n <= 6; n++) writer.write(payload(n), n % 2 === 0 ? { reader: early.reader.guid } : {});
		const three = await network.join('10.0.0.3', options);
		const late = [read(three, qos), read(three, { ...qos, reliability: 'best_effort' })];
		assert.ok(network.clock.runUntil(() => late.every(({ numbers }) => numbers.length >= 3), 5000));
		network.clock.run(500);
		assert.deepEqual(early.numbers, range(1, 6));
		for (const { numbers } of late) assert.deepEqual(numbers, [1, 3, 5]);
	});

	for (const loss of [0, 0.1]) {
		for (const length of [16, 5000]) {
			it(`or for some reach those only, late ones too: ${length} bytes, ${loss * 100} % loss`, async () => {
				const network = new SimulatedNetwork(7);
				const qos = { durability: 'transient_local', depth: 2 } as const;
				const writer = (await network.join('10.0.0.1', options)).createWriter({ topic, typeName, qos });
				const two = await network.join('10.0.0.2', options);
				const three = await network.join('10.0.0.3', options);
				const even = (n: number) => n % 2 === 0;
				const listen = (participant: Participant, word: string) => {
					const numbers: number[] = [];
					const userData = Buffer.from(word);
					participant.createReader({
						...{ topic, typeName, qos: { ...qos, depth: 100 }, userData },
						onSample: (bytes) => numbers.push(numberOf(bytes)),
					});
					return numbers;
				};
				const early = [listen(two, 'even'), listen(two, 'odd'), listen(three, 'odd')];
				assert.ok(network.clock.runUntil(() => writer.matched === 3, 5000));
				network.clock.run(500);
				network.conditions = { loss, latency: 3 };
				for (let n = 1; n <= 20; n++) {
					const word = even(n) ? 'even' : 'odd';
					writer.write(payload(n, length), { isFor: ({ userData }) => String(Buffer.from(userData)) === word });
					// Time enough for repairs: a history of two forgets what is older.
					if (even(n)) network.clock.run(2000);
				}
				const all = range(1, 20);
				const odd = all.filter((n) => !even(n));
				assert.deepEqual(early, [all.filter(even), odd, odd]);
				const late = [listen(three, 'even'), listen(two, 'odd'), listen(three, 'neither')];
				assert.ok(network.clock.runUntil(() => writer.matched === 6, 5000));
				network.clock.run(10_000);
				assert.deepEqual(late, [[20], [19], []]);
				assert.equal(writer.stored, 2);
			});
		}
	}

	it('for some are refused by a writer that keeps nothing for those who come later', async () => {
		const network = new SimulatedNetwork(1);
		const writer = (await network.join('10.0.0.1', options)).createWriter({ topic, typeName });
		assert.throws(() => writer.write(payload(1), { isFor: () => true }), {
			name: 'RangeError',
			message: /Expected `isFor` on a transient_local writer, that of rt\/numbers is volatile/,
		});
	});

	it('are refused for a reader that does not match', async () => {
		const network = new SimulatedNetwork(1);
		const writer = (await network.join('10.0.0.1', options)).createWriter({ topic, typeName });
		assert.throws(() => writer.write(payload(1), { reader: new Uint8Array(16) }), {
			name: 'RangeError',
			message: /Expected `reader` to be the GUID of a matched reader, got 00000000\.0/,
		});
	});
});

describe('rtps readers that listen', () => {
	/** A writer whose reader has been found, while the reader has not found the writer as long as `isDeaf` holds. */
	async function halfMet() {
		const network = new SimulatedNetwork(1);
		const state = { isDeaf: true };
		network.filter = (bytes, to) => state.isDeaf && to === '10.0.0.2' && hasDataOf(bytes, entityIds.publicationsWriter);
		const one = await network.join('10.0.0.1', options);
		const two = await network.join('10.0.0.2', options);
		const heard: number[] = [];
		const writer = one.createWriter({ topic, typeName, onListening: ({ guid }) => heard.push(guid[15]!) });
		const sink = read(two);
		assert.ok(network.clock.runUntil(() => writer.matched === 1, 5000));
		return { network, state, writer, heard, ...sink };
	}

	it('are told once they know the writer: from then on nothing is lost', async () => {
		const { network, state, writer, heard, reader, numbers } = await halfMet();
		network.clock.run(1000);
		assert.deepEqual([writer.matched, writer.listeningEndpoints().length, reader.matched], [1, 0, 0]);
		state.isDeaf = false;
		assert.ok(network.clock.runUntil(() => heard.length > 0, 10_000));
		assert.deepEqual(
			writer.listeningEndpoints().map(({ guid }) => Buffer.from(guid)),
			[Buffer.from(reader.guid)],
		);
		writer.write(payload(1));
		network.clock.run(100);
		assert.deepEqual(numbers, [1]);
		network.clock.run(5000);
		assert.deepEqual(heard, [4], 'once');
	});

	it('are the control: what is written before that does not reach a volatile reader', async () => {
		const { network, state, writer, heard, numbers } = await halfMet();
		writer.write(payload(1));
		// keep_last: by the time the reader is there, the sample has been overrun.
		for (let n = 2; n <= 20; n++) writer.write(payload(n));
		state.isDeaf = false;
		assert.ok(network.clock.runUntil(() => heard.length > 0, 10_000));
		network.clock.run(1000);
		assert.ok(!numbers.includes(1));
	});

	it('are asked until they answer, also when nothing is written', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1', options);
		const two = await network.join('10.0.0.2', options);
		const sink = read(two);
		// All that the reader says of its own accord is lost: its user socket is mute for two seconds.
		network.filter = (_bytes, to, port) => to === '10.0.0.1' && port % 2 === 1 && network.clock.now() < 2000;
		const writer = one.createWriter({ topic, typeName });
		const isMet = (endpoint: DataReader | DataWriter) => endpoint.matched === 1;
		assert.ok(network.clock.runUntil(() => isMet(writer) && isMet(sink.reader), 1900));
		assert.deepEqual(writer.listeningEndpoints(), []);
		assert.ok(network.clock.runUntil(() => writer.listeningEndpoints().length === 1, 6000));
	});

	it('are best-effort ones at once', async () => {
		const network = new SimulatedNetwork(1);
		const writer = (await network.join('10.0.0.1', options)).createWriter({ topic, typeName });
		read(await network.join('10.0.0.2', options), { reliability: 'best_effort' });
		assert.ok(network.clock.runUntil(() => writer.matched === 1, 5000));
		assert.equal(writer.listeningEndpoints().length, 1);
	});
});
