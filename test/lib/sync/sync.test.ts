import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { approximateTime } from '../../../lib/sync/approximate-time';
import { exactTime } from '../../../lib/sync/exact-time';
import { latest } from '../../../lib/sync/latest';
import type { SyncEvents, Synchronizer } from '../../../lib/sync/synchronizer';

interface Case {
	policy: 'exact' | 'approximate';
	topics: number;
	queueSize: number;
	slop: number;
	stream: [topic: number, stamp: string][];
	sets: number[][];
}

const path = join(__dirname, '..', '..', '..', '..', 'test', 'fixtures', 'sync', 'sync.json');
const cases: Case[] = JSON.parse(readFileSync(path, 'utf8'));
const ms = (time: number) => BigInt(Math.round(time * 1e6));

function record<M>(make: (events: SyncEvents<M>) => Synchronizer<M>) {
	const sets: M[][] = [];
	const dropped: M[] = [];
	const tooOld: M[] = [];
	const synchronizer = make({
		onMatch: (set) => sets.push(set),
		onDrop: (message) => dropped.push(message),
		onTooOld: (message) => tooOld.push(message),
	});
	return { sets, dropped, tooOld, synchronizer };
}

const make =
	({ policy, topics, queueSize, slop }: Pick<Case, 'policy' | 'topics' | 'queueSize' | 'slop'>) =>
	<M>(events: SyncEvents<M>) =>
		policy === 'exact'
			? exactTime({ topics, queueSize, ...events })
			: approximateTime({ topics, queueSize, slop, ...events });

describe('synchronizers', () => {
	for (const policy of ['exact', 'approximate'] as const) {
		it(`give the sets of message_filters: ${policy}`, () => {
			const those = cases.filter((one) => one.policy === policy);
			assert.ok(those.reduce((sum, { sets }) => sum + sets.length, 0) > 100);
			for (const one of those) {
				const { sets, dropped, synchronizer } = record<number>(make(one));
				one.stream.forEach(([topic, stamp], number) => {
					synchronizer.add(topic, BigInt(stamp), number);
				});
				assert.deepEqual(sets, one.sets);
				const gone = new Set([...dropped, ...sets.flat()]);
				assert.equal(gone.size, dropped.length + sets.flat().length, 'each message is told of once');
			}
		});
	}

	it('never put together what is too far apart, and never a message twice', () => {
		const message = fc.tuple(fc.nat(2), fc.integer({ min: 0, max: 400 }));
		fc.assert(
			fc.property(fc.array(message, { maxLength: 150 }), fc.integer({ min: 1, max: 6 }), (stream, queueSize) => {
				const { sets, synchronizer } = record<[number, number, number]>(
					make({ policy: 'approximate', topics: 3, queueSize, slop: 0.02 }),
				);
				stream.forEach(([topic, stamp], number) => {
					synchronizer.add(topic, ms(stamp), [topic, stamp, number]);
				});
				for (const set of sets) {
					const stamps = set.map(([, stamp]) => stamp);
					assert.ok(Math.max(...stamps) - Math.min(...stamps) < 20);
					assert.deepEqual(
						set.map(([topic]) => topic),
						[0, 1, 2],
					);
				}
				const used = sets.flat().map(([, , number]) => number);
				assert.equal(new Set(used).size, used.length);
			}),
		);
	});

	it('do not try all choices of many full queues', () => {
		const { sets, synchronizer } = record<string>(make({ policy: 'approximate', topics: 8, queueSize: 1000, slop: 1 }));
		// All but one of the topics far to the one side, that one to the other: each near the newest, never together.
		for (let topic = 0; topic < 7; topic++) {
			for (let i = 0; i < 30; i++) synchronizer.add(topic, ms(topic < 6 ? i : 1900 + i), `${topic}`);
		}
		synchronizer.add(7, ms(950), 'middle');
		assert.deepEqual(sets, []);
	});

	it('forget what waits', () => {
		for (const policy of ['exact', 'approximate'] as const) {
			const { sets, synchronizer } = record<string>(make({ policy, topics: 2, queueSize: 5, slop: 0.1 }));
			synchronizer.add(0, ms(1), 'a');
			synchronizer.clear();
			synchronizer.add(1, ms(1), 'b');
			assert.deepEqual(sets, []);
			// The negative control.
			synchronizer.add(0, ms(1), 'c');
			assert.deepEqual(sets, [['c', 'b']]);
		}
	});
});

describe('latest', () => {
	it('puts the newest of the others to each message of the lead', () => {
		const { sets, dropped, synchronizer } = record<string>((events) => latest({ topics: 2, lead: 1, ...events }));
		synchronizer.add(1, ms(0), 'lead 0');
		synchronizer.add(0, ms(1), 'a');
		synchronizer.add(0, ms(3), 'b');
		synchronizer.add(0, ms(2), 'late');
		synchronizer.add(1, ms(4), 'lead 1');
		synchronizer.add(1, ms(5), 'lead 2');
		synchronizer.add(0, ms(6), 'c');
		assert.deepEqual(sets, [
			['b', 'lead 1'],
			['b', 'lead 2'],
		]);
		assert.deepEqual(dropped, ['lead 0', 'a', 'late']);
	});

	it('uses none that is older than allowed, and says so', () => {
		const { sets, tooOld, synchronizer } = record<string>((events) => latest({ topics: 2, maxAge: 0.1, ...events }));
		synchronizer.add(1, ms(0), 'a');
		synchronizer.add(0, ms(100), 'in time');
		synchronizer.add(0, ms(101), 'too late');
		assert.deepEqual([sets, tooOld], [[['in time', 'a']], ['too late']]);
		synchronizer.clear();
		synchronizer.add(0, ms(102), 'alone');
		assert.equal(sets.length, 1);
	});
});

describe('options of synchronizers', () => {
	const events = { onMatch() {}, onDrop() {} };
	for (const [what, wrong, expected] of [
		['no topic', () => exactTime({ topics: 0, ...events }), /`topics`/],
		['a queue of none', () => exactTime({ topics: 2, queueSize: 0, ...events }), /`queueSize`/],
		['no slop', () => approximateTime({ topics: 2, slop: 0, ...events }), /`slop`.*\(s\)/],
		['a lead that is no topic', () => latest({ topics: 2, lead: 2, ...events }), /`lead`/],
		['an age that is none', () => latest({ topics: 2, maxAge: -1, ...events }), /`maxAge`/],
	] as const) {
		it(`refuse ${what}`, () => assert.throws(wrong, expected));
	}
});
