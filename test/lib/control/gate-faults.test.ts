import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Gate } from '../../../lib/control/gate';
import type { GateOptions } from '../../../lib/control/gate-options';
import { FakeTimers } from '../../fake-timers';

/** What a gate has to stand, all at once and for long: the faults that a queue before an actuator would show. */

interface Message {
	payload?: unknown;
	topic?: string;
	/** ms */
	stamp?: number;
}

function setUp(options: Partial<GateOptions<Message>> & { rate: number }) {
	const timers = new FakeTimers();
	const sent: { at: number; payload: unknown; topic: string | undefined; stamp: number | undefined }[] = [];
	let dropped = 0;
	const gate = new Gate<Message>({
		stampOf: ({ stamp }) => stamp,
		send: ({ payload, topic, stamp }) => sent.push({ at: timers.now(), payload, topic, stamp }),
		onDrop: () => void dropped++,
		onError: (error) => assert.fail(String(error)),
		...options,
		timers,
	});
	return { timers, sent, gate, dropped: () => dropped };
}

const gap = fc.double({ min: 0, max: 30, noNaN: true });

describe('Gate: a burst that ends with a stop', () => {
	const limits = [{ path: '', min: -1, max: 1, rate: 5 }];
	for (const [what, options] of [
		['at most so often', { rate: 20 }],
		['at a fixed rate', { rate: 20, fixed: true }],
		['with limits of change', { rate: 20, fields: limits }],
		['with limits of change at a fixed rate', { rate: 20, fixed: true, fields: limits }],
		['with a topic of its own', { rate: 20, perTopic: true }],
	] as const) {
		it(`has the stop leave last, within an interval and its ramp: ${what}`, () => {
			const { timers, sent, gate } = setUp(options);
			for (let i = 0; i < 10_000; i++) gate.push({ topic: '/cmd', payload: 1 });
			gate.push({ topic: '/cmd', payload: 0 });
			timers.advance(50);
			// What has left before may have to come down, and goes no way but down.
			timers.advance(400);
			const after = sent.filter(({ at }) => at > 0).map(({ payload }) => payload as number);
			assert.equal(after.at(-1), 0);
			for (let i = 1; i < after.length; i++) assert.ok((after[i] as number) <= (after[i - 1] as number));
			assert.equal(timers.pending, 'fixed' in options ? 1 : 0, 'nothing else waits');
		});
	}
});

describe('Gate: 100 Hz in and 20 Hz out', () => {
	for (const fixed of [false, true]) {
		it(`lets nothing leave that is older than the newest, for ten minutes of uneven input${fixed ? ', fixed' : ''}`, () => {
			const { timers, sent, gate, dropped } = setUp({ rate: 20, fixed });
			let newest = 0;
			let pushed = 0;
			for (let step = 0; timers.now() < 600_000; step++) {
				newest = timers.now();
				gate.push({ payload: newest });
				pushed++;
				// 10 ms on average, never twice the same in a row.
				timers.advance(5 + ((step * 7) % 11));
				assert.ok(timers.pending <= 1);
			}
			const ages = sent.map(({ at, payload }) => at - (payload as number));
			assert.ok(Math.max(...ages) <= 15, `${Math.max(...ages)} ms`);
			assert.ok(Math.abs(sent.length - 12_000) <= 1, `${sent.length} in ten minutes`);
			assert.ok(fixed || sent.length + dropped() >= pushed - 1);
		});
	}
});

describe('Gate: another rate in flight', () => {
	it('never exceeds the rate in force and never loses the last message, however both come', () => {
		const step = fc.oneof(
			{ weight: 4, arbitrary: gap.map((wait) => ({ wait, rate: 0 })) },
			{ weight: 1, arbitrary: fc.tuple(gap, fc.integer({ min: 1, max: 500 })).map(([wait, rate]) => ({ wait, rate })) },
		);
		fc.assert(
			fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), fc.boolean(), (steps, fixed) => {
				const { timers, sent, gate } = setUp({ rate: 20, fixed });
				let fastest = 20;
				let count = 0;
				let pushed = -1;
				const check = () => {
					for (; count < sent.length; count++) {
						const between = (sent[count]?.at as number) - (sent[count - 1]?.at ?? Number.NEGATIVE_INFINITY);
						assert.ok(between >= 1000 / fastest - 1e-6, `${between} ms apart at ${fastest} Hz at most`);
					}
				};
				let rate = 20;
				steps.forEach((one, index) => {
					if (one.rate > 0) {
						rate = one.rate;
						// Until something has left at the new rate, the time since the last counts for either.
						fastest = Math.max(fastest, rate);
						gate.setRate(rate);
					} else {
						pushed = index;
						gate.push({ payload: index });
					}
					check();
					const before = sent.length;
					timers.advance(one.wait);
					check();
					if (sent.length > before) fastest = rate;
				});
				timers.advance(2000);
				if (pushed >= 0) assert.equal(sent.at(-1)?.payload, pushed);
			}),
		);
	});
});

describe('Gate: timers that fire late, as behind a blocked event loop', () => {
	it('never exceeds the rate, and the safe command comes when the timer does', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(gap, gap), { minLength: 1, maxLength: 60 }), fc.boolean(), (steps, fixed) => {
				const { timers, sent, gate } = setUp({ rate: 100, fixed, timeout: 0.1, safe: 'safe' });
				const { setTimeout } = timers;
				let late = 0;
				let latest = 0;
				timers.setTimeout = (callback, delay) => setTimeout.call(timers, callback, delay + late);
				let last = 0;
				for (const [wait, lateness] of steps) {
					late = lateness;
					latest = Math.max(latest, late);
					last = timers.now();
					gate.push({ payload: 'go' });
					timers.advance(wait);
				}
				timers.advance(1000);
				/** How many of the first sends did not wait for their turn. */
				const stops = (i: number) =>
					sent.slice(0, i + 1).filter(({ payload }, k) => payload === 'safe' && sent[k - 1]?.payload === 'go').length;
				for (let i = 1; i < sent.length; i++) {
					// The safe command does not wait for its turn.
					if (sent[i]?.payload === 'safe' && sent[i - 1]?.payload === 'go') continue;
					const between = (sent[i]?.at as number) - (sent[i - 1]?.at as number);
					// On a grid the one after a late one is on time, but there is never more than one for each time.
					const turns = Math.floor((sent[i]?.at as number) / 10 + 1e-6) + 1;
					assert.ok(fixed ? i < turns + stops(i) : between >= 10 - 1e-6, `${between} ms`);
				}
				const stop = sent.find(({ at, payload }) => payload === 'safe' && at >= last);
				// The watch is one timer, which may be late once before the last input and once after.
				assert.ok(stop && stop.at <= last + 100 + 2 * latest + 1e-6, `${stop?.at} after ${last}`);
				assert.equal(sent.at(-1)?.payload, 'safe');
			}),
		);
	});
});

describe('Gate: stamps', () => {
	const stamped = fc.array(
		fc.record({
			wait: gap,
			/** How old the message is, ms; several may have the same stamp, or come in another order. */
			age: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constant(20)),
			again: fc.boolean(),
		}),
		{ minLength: 1, maxLength: 80 },
	);

	it('lets nothing leave that is too old or out of order, of late, doubled and mixed up messages', () => {
		fc.assert(
			fc.property(stamped, (stream) => {
				const { timers, sent, gate } = setUp({
					rate: 10_000,
					maxAge: 0.05,
					safe: 'safe',
					wallNow: () => 1e6 + timers.now(),
				});
				for (const { wait, age, again } of stream) {
					const stamp = 1e6 + timers.now() - age;
					for (let i = 0; i < (again ? 2 : 1); i++) gate.push({ payload: 'go', stamp });
					timers.advance(wait);
				}
				let before = Number.NEGATIVE_INFINITY;
				for (const { at, payload, stamp } of sent) {
					if (payload === 'safe') continue;
					assert.ok((stamp as number) >= before);
					assert.ok(1e6 + at - (stamp as number) <= 50 + 0.1 + 1e-6);
					before = stamp as number;
				}
			}),
		);
	});

	it('stops at a jump of the clock, and goes on once the stamps are of the new time', () => {
		const jumps = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 10 });
		fc.assert(
			fc.property(jumps, (offsets) => {
				let offset = 1e6;
				const { timers, sent, gate } = setUp({
					rate: 100,
					maxAge: 0.2,
					safe: 'safe',
					wallNow: () => offset + timers.now(),
				});
				const stamp = () => offset + timers.now() - 5;
				for (const by of offsets) {
					gate.push({ payload: 'go', stamp: stamp() });
					timers.advance(20);
					const old = stamp();
					offset += by;
					// What was measured before the jump comes after it.
					const before = sent.length;
					gate.push({ payload: 'old', stamp: old });
					timers.advance(20);
					if (by + 5 > 200 || by + 5 < -200) {
						assert.deepEqual(
							sent.slice(before).map(({ payload }) => payload),
							['safe'],
						);
					}
					// After a jump back by less than the age, stamps look late until they are past the last one.
					timers.advance(200);
					gate.push({ payload: 'new', stamp: stamp() });
					timers.advance(20);
					assert.equal(sent.at(-1)?.payload, 'new');
				}
			}),
		);
	});
});
