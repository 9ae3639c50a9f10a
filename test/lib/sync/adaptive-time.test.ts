import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type AdaptiveTimeOptions, adaptiveTime } from '../../../lib/sync/adaptive-time';

interface Case {
	topics: number;
	queueSize: number;
	agePenalty: number;
	maxInterval: number;
	stream: [topic: number, stamp: string][];
	sets: number[][];
}

const path = join(__dirname, '..', '..', '..', '..', 'test', 'fixtures', 'sync', 'adaptive.json');
const cases: Case[] = JSON.parse(readFileSync(path, 'utf8'));
const ms = (time: number) => BigInt(Math.round(time * 1e6));

function setUp<M>(options: Omit<AdaptiveTimeOptions<M>, 'onMatch' | 'onDrop'>) {
	const sets: M[][] = [];
	const dropped: M[] = [];
	const onMatch = (set: M[]) => void sets.push(set);
	const onDrop = (message: M) => void dropped.push(message);
	return { sets, dropped, synchronizer: adaptiveTime<M>({ ...options, onMatch, onDrop }) };
}

describe('adaptiveTime', () => {
	it('gives the sets of message_filters in C++, with its age penalty and largest interval', () => {
		assert.ok(cases.reduce((sum, { sets }) => sum + sets.length, 0) > 500);
		for (const [index, { stream, sets: expected, maxInterval, ...options }] of cases.entries()) {
			const { sets, dropped, synchronizer } = setUp<number>({ ...options, maxInterval: maxInterval || undefined });
			stream.forEach(([topic, stamp], number) => {
				synchronizer.add(topic, BigInt(stamp), number);
			});
			assert.deepEqual(sets, expected, `case ${index}`);
			const gone = new Set([...dropped, ...sets.flat()]);
			assert.equal(gone.size, dropped.length + sets.flat().length, 'each message is told of once');
		}
	});

	it('prefers the older of two sets unless the newer is closer by more than the penalty', () => {
		const run = (agePenalty: number) => {
			const { sets, synchronizer } = setUp<string>({ topics: 2, agePenalty });
			synchronizer.add(0, ms(0), 'a0');
			synchronizer.add(1, ms(10), 'b10');
			synchronizer.add(0, ms(19), 'a19');
			synchronizer.add(1, ms(40), 'b40');
			return sets[0];
		};
		assert.deepEqual(run(0), ['a19', 'b10']);
		assert.deepEqual(run(0.2), ['a0', 'b10']);
	});

	it('never takes a message twice, loses none from its count, and keeps to its queue, whatever comes', () => {
		const message = fc.tuple(fc.nat(2), fc.integer({ min: 0, max: 300 }));
		fc.assert(
			fc.property(fc.array(message, { maxLength: 120 }), fc.integer({ min: 1, max: 6 }), (stream, queueSize) => {
				const { sets, dropped, synchronizer } = setUp<[number, number, number]>({
					topics: 3,
					queueSize,
					maxInterval: 0.05,
				});
				stream.forEach(([topic, stamp], number) => {
					synchronizer.add(topic, ms(stamp), [topic, stamp, number]);
				});
				for (const set of sets) {
					assert.deepEqual(
						set.map(([topic]) => topic),
						[0, 1, 2],
					);
					const stamps = set.map(([, stamp]) => stamp);
					assert.ok(Math.max(...stamps) - Math.min(...stamps) <= 50);
				}
				const gone = [...dropped, ...sets.flat()].map(([, , number]) => number);
				assert.equal(new Set(gone).size, gone.length);
				assert.ok(stream.length - gone.length <= 3 * queueSize);
			}),
		);
	});

	it('puts a late message in its place', () => {
		const { sets, synchronizer } = setUp<string>({ topics: 2 });
		synchronizer.add(0, ms(0), 'a0');
		synchronizer.add(0, ms(20), 'a20');
		synchronizer.add(0, ms(10), 'late a10');
		synchronizer.add(1, ms(10), 'b10');
		synchronizer.add(1, ms(50), 'b50');
		assert.deepEqual(sets[0], ['late a10', 'b10']);
	});

	it('forgets what waits', () => {
		const { sets, synchronizer } = setUp<string>({ topics: 2 });
		synchronizer.add(0, ms(1), 'a');
		synchronizer.clear();
		synchronizer.add(1, ms(1), 'b');
		synchronizer.add(1, ms(50), 'b');
		assert.deepEqual(sets, []);
	});

	for (const [what, wrong, expected] of [
		['a penalty below zero', { topics: 2, agePenalty: -0.1 }, /`agePenalty`/],
		['an interval that is none', { topics: 2, maxInterval: 0 }, /`maxInterval`.*\(s\)/],
		['one topic', { topics: 1 }, /`topics`/],
		['a queue of none', { topics: 2, queueSize: 0 }, /`queueSize`/],
	] as const) {
		it(`refuses ${what}`, () => assert.throws(() => setUp(wrong), expected));
	}
});
