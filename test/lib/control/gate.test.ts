import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Gate } from '../../../lib/control/gate';
import type { GateOptions, GateState } from '../../../lib/control/gate-options';
import { Tensor } from '../../../lib/tensor/tensor';
import { FakeTimers } from '../../fake-timers';

interface Message {
	payload?: unknown;
	topic?: string;
	/** ms */
	stamp?: number;
}

type Options = Partial<GateOptions<Message>> & { rate: number };

function setUp(options: Options) {
	const timers = new FakeTimers();
	const sent: { at: number; payload: unknown; topic: string | undefined }[] = [];
	const dropped: unknown[] = [];
	const states: GateState[] = [];
	const errors: unknown[] = [];
	const gate = new Gate<Message>({
		stampOf: (message) => message.stamp,
		wallNow: () => timers.now(),
		send: ({ payload, topic }) => sent.push({ at: timers.now(), payload, topic }),
		onDrop: (message) => dropped.push(message.payload),
		onState: (state) => states.push(state),
		onError: (error) => errors.push(error),
		...options,
		timers,
	});
	const push = (payload: unknown, more: object = {}) => gate.push({ payload, ...more });
	const payloads = () => sent.map(({ payload }) => payload);
	const times = () => sent.map(({ at }) => Math.round(at * 1000) / 1000);
	const modes = () => states.map(({ mode, reason }) => (reason ? `${mode}: ${reason}` : mode));
	return { timers, sent, dropped, gate, push, payloads, times, modes, errors };
}

const gaps = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('Gate: rate', () => {
	it('passes at once what comes slowly enough', () => {
		const { timers, sent, push } = setUp({ rate: 10 });
		for (let i = 0; i < 3; i++) {
			push(i);
			timers.advance(100);
		}
		assert.deepEqual(
			sent.map(({ at, payload }) => [at, payload]),
			[
				[0, 0],
				[100, 1],
				[200, 2],
			],
		);
	});

	it('passes the very message, untouched', () => {
		const sent: object[] = [];
		const gate = new Gate<Message>({
			rate: 1,
			send: (message) => sent.push(message),
			onDrop() {},
			onError() {},
			timers: new FakeTimers(),
		});
		const message = { payload: { data: [1] } };
		gate.push(message);
		assert.equal(sent[0], message);
	});

	it('sends the first and the last of a burst, and drops the rest', () => {
		const { timers, payloads, times, dropped, push } = setUp({ rate: 10 });
		for (let i = 0; i < 5; i++) push(i);
		timers.advance(1000);
		assert.deepEqual(
			[payloads(), times(), dropped],
			[
				[0, 4],
				[0, 100],
				[1, 2, 3],
			],
		);
	});

	it('never exceeds the rate and never loses the last message, however they come', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 200 }), gaps, (rate, waits) => {
				const { timers, sent, dropped, push, payloads } = setUp({ rate });
				waits.forEach((wait, index) => {
					timers.advance(wait);
					push(index);
				});
				timers.advance(10_000);
				for (let i = 1; i < sent.length; i++) {
					const gap = (sent[i]?.at as number) - (sent[i - 1]?.at as number);
					assert.ok(gap >= 1000 / rate - 1e-6, `${gap} ms apart at ${rate} Hz`);
				}
				assert.equal(payloads().at(-1), waits.length - 1);
				assert.equal(sent.length + dropped.length, waits.length);
			}),
		);
	});

	it('sends nothing old: 100 Hz in and 20 Hz out for minutes', () => {
		const { timers, sent, push } = setUp({ rate: 20 });
		for (let time = 0; time < 120_000; time += 10) {
			push(time);
			timers.advance(10);
		}
		assert.ok(sent.length > 2300);
		for (const { at, payload } of sent) assert.ok(at - (payload as number) <= 10);
	});

	it('keeps each topic to its own rate when asked', () => {
		const { timers, sent, push } = setUp({ rate: 10, perTopic: true });
		for (const topic of ['/a', '/b', '/a']) push(topic, { topic });
		assert.deepEqual(
			sent.map(({ topic }) => topic),
			['/a', '/b'],
		);
		timers.advance(100);
		assert.equal(sent.at(-1)?.topic, '/a');
		// The negative control: together they share one.
		const one = setUp({ rate: 10 });
		for (const topic of ['/a', '/b']) one.push(topic, { topic });
		assert.equal(one.sent.length, 1);
	});

	it('refuses topics without end', () => {
		const { push } = setUp({ rate: 10, perTopic: true });
		for (let i = 0; i < 256; i++) push(i, { topic: `/${i}` });
		assert.throws(() => push(0, { topic: '/more' }), /at most 256 topics/);
	});

	it('changes the rate in flight, also for what is held', () => {
		const { timers, times, gate, push } = setUp({ rate: 1 });
		push(0);
		push(1);
		timers.advance(50);
		gate.setRate(10);
		timers.advance(1000);
		assert.deepEqual(times(), [0, 100]);
	});

	it('leaves no timer behind when it closes', () => {
		for (const fixed of [false, true]) {
			const { timers, payloads, gate, push } = setUp({ rate: 1, timeout: 1, safe: 'stop', fixed });
			push(1);
			push(2);
			gate.close();
			assert.equal(timers.pending, 0);
			push(3);
			timers.advance(10_000);
			assert.deepEqual(payloads(), [1]);
		}
	});

	it('stays closed when it is closed while it sends', () => {
		for (const fixed of [false, true]) {
			const timers = new FakeTimers();
			const gate: Gate<Message> = new Gate<Message>({
				rate: 10,
				fixed,
				fields: [{ path: '', rate: 0.1 }],
				send: () => gate.close(),
				onDrop() {},
				onError() {},
				timers,
			});
			gate.push({ payload: 5 });
			assert.equal(timers.pending, 0);
		}
	});
});

describe('Gate: a fixed rate', () => {
	it('repeats the last command on a grid that does not drift', () => {
		const { timers, payloads, times, push } = setUp({ rate: 100, fixed: true });
		// Timers that fire late do not move the grid.
		const { setTimeout } = timers;
		timers.setTimeout = (callback, delay) => setTimeout.call(timers, callback, delay + 3);
		push('a');
		timers.advance(1000);
		assert.equal(payloads().length, 100);
		assert.deepEqual(times().slice(0, 4), [0, 13, 23, 33]);
		assert.equal(times().at(-1), 993);
	});

	it('asks for precise timers only where a millisecond counts', () => {
		for (const [rate, fixed, expected] of [
			[50, true, true],
			[1000, true, true],
			[20, true, false],
			[1000, false, false],
		] as const) {
			const { timers, push } = setUp({ rate, fixed });
			const asked: (boolean | undefined)[] = [];
			const { setTimeout } = timers;
			timers.setTimeout = (callback, delay, isPrecise?: boolean) => {
				asked.push(isPrecise);
				return setTimeout.call(timers, callback, delay);
			};
			push(1);
			push(2);
			timers.advance(100);
			assert.deepEqual(new Set(asked), new Set([expected]), `${rate} Hz, fixed ${fixed}`);
		}
	});

	it('does not make up for turns that were missed', () => {
		const { timers, times, push } = setUp({ rate: 100, fixed: true });
		push('a');
		const { setTimeout } = timers;
		timers.setTimeout = (callback, delay) => setTimeout.call(timers, callback, delay + 55);
		timers.advance(10);
		timers.setTimeout = setTimeout;
		timers.advance(90);
		assert.deepEqual(times(), [0, 10, 75, 80, 90, 100]);
	});

	it('takes a new command at the next turn, and repeats copies', () => {
		const received: { data: number[] }[] = [];
		const timers = new FakeTimers();
		const gate = new Gate<Message>({
			rate: 10,
			fixed: true,
			send: ({ payload }) => {
				received.push(structuredClone(payload) as { data: number[] });
				// A later node that writes into what it gets.
				(payload as { data: number[] }).data[0] = 99;
			},
			onDrop() {},
			onError() {},
			timers,
		});
		gate.push({ payload: { data: [1] } });
		timers.advance(100);
		gate.push({ payload: { data: [2] } });
		timers.advance(200);
		assert.deepEqual(
			received.map(({ data }) => data[0]),
			[1, 1, 2, 2],
		);
	});

	it('tells with each message how long ago its command came', () => {
		const timers = new FakeTimers();
		const held: number[] = [];
		const gate = new Gate<Message>({
			rate: 100,
			fixed: true,
			timeout: 0.035,
			safe: 0,
			send: (_message, time) => held.push(Math.round(time)),
			onDrop() {},
			onError() {},
			timers,
		});
		gate.push({ payload: 1 });
		timers.advance(4);
		gate.push({ payload: 2 });
		timers.advance(40);
		assert.deepEqual(held, [0, 6, 16, 26, 0]);
	});

	it('lets the publisher stamp what is repeated', () => {
		const { timers, payloads, push } = setUp({ rate: 10, fixed: true });
		const header = { frame_id: 'base', stamp: { sec: 5, nanosec: 0 } };
		push({ header });
		timers.advance(100);
		assert.deepEqual(payloads(), [{ header }, { header: { frame_id: 'base' } }]);
	});
});

describe('Gate: values', () => {
	it('sends on until the command is reached, and no longer', () => {
		const { timers, payloads, times, push } = setUp({ rate: 10, fields: [{ path: 'linear.x', rate: 10, max: 3 }] });
		push({ linear: { x: 5 } });
		timers.advance(1000);
		assert.deepEqual(payloads(), [{ linear: { x: 1 } }, { linear: { x: 2 } }, { linear: { x: 3 } }]);
		assert.deepEqual(times(), [0, 100, 200]);
	});

	it('never changes a value faster than its rate, however commands come', () => {
		fc.assert(
			fc.property(
				gaps,
				fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 60 }),
				fc.boolean(),
				(waits, values, fixed) => {
					const fields = [{ path: '', min: -5, max: 5, rate: 4, fall: 8 }];
					const { timers, sent, push } = setUp({ rate: 50, fixed, fields });
					waits.forEach((wait, index) => {
						timers.advance(wait);
						push(values[index]);
					});
					timers.advance(10_000);
					for (let i = 0; i < sent.length; i++) {
						const value = sent[i]?.payload as number;
						assert.ok(value >= -5 && value <= 5);
						const [last, at] = i === 0 ? [0, (sent[0]?.at ?? 0) - 20] : [sent[i - 1]?.payload, sent[i - 1]?.at];
						const rate = Math.abs(value - (last as number)) / (((sent[i]?.at as number) - (at as number)) / 1000);
						assert.ok(rate <= 8 + 1e-6, `${rate} a second`);
					}
					const final = Math.min(5, Math.max(-5, values[waits.length - 1] as number));
					assert.equal(sent.at(-1)?.payload, final);
				},
			),
		);
	});

	it('refuses what has NaN in a limited field; it is as if it had not come', () => {
		const { timers, payloads, push } = setUp({ rate: 10, fields: [{ path: '', max: 9 }], timeout: 1, safe: 0 });
		push(1);
		timers.advance(900);
		assert.throws(() => push(Number.NaN), /finite/);
		timers.advance(200);
		assert.deepEqual(payloads(), [1, 0]);
		// The negative control: what is not limited is not looked at.
		const free = setUp({ rate: 10 });
		free.push(Number.NaN);
		assert.deepEqual(free.payloads(), [Number.NaN]);
	});

	it('refuses another order of the joints where changes are limited', () => {
		const { push, timers } = setUp({ rate: 10, fields: [{ path: 'position', rate: 1 }] });
		push({ name: ['a', 'b'], position: [0, 0] });
		timers.advance(1000);
		assert.throws(() => push({ name: ['b', 'a'], position: [0, 0] }), /joints a, b/);
	});
});

describe('Gate: watchdog', () => {
	const safe = { data: [0] };

	it('sends the safe payload once when the input goes silent, and starts anew with the next', () => {
		const { timers, sent, payloads, times, push, modes } = setUp({ rate: 100, timeout: 0.5, safe });
		timers.advance(10_000);
		assert.equal(sent.length, 0, 'nothing before the first message');
		push(1, { topic: '/cmd' });
		timers.advance(400);
		push(2, { topic: '/cmd' });
		timers.advance(5000);
		assert.deepEqual(
			[payloads(), times()],
			[
				[1, 2, safe],
				[10_000, 10_400, 10_900],
			],
		);
		assert.equal(sent[2]?.topic, '/cmd');
		push(3);
		timers.advance(5000);
		assert.deepEqual(payloads().slice(3), [3, safe]);
		assert.deepEqual(modes(), ['passing', 'fault: silent', 'passing', 'fault: silent']);
	});

	it('sends nothing more without a timeout', () => {
		const { timers, payloads, push } = setUp({ rate: 100 });
		push(1);
		timers.advance(1e6);
		assert.deepEqual(payloads(), [1]);
	});

	it('throws away what is held when the stop comes before its turn', () => {
		const { timers, payloads, dropped, push } = setUp({ rate: 0.1, timeout: 1, safe: 'stop' });
		push(1);
		push(2);
		timers.advance(60_000);
		assert.deepEqual([payloads(), dropped], [[1, 'stop'], [2]]);
	});

	it('sends the safe payload within the timeout after the last input, however it comes, in every setting', () => {
		fc.assert(
			fc.property(gaps, fc.boolean(), fc.boolean(), (waits, fixed, limited) => {
				const fields = limited ? [{ path: 'data', rate: 1 }] : [];
				const { timers, sent, push } = setUp({ rate: 30, timeout: 0.06, safe, fixed, fields });
				let last = 0;
				for (const wait of waits) {
					timers.advance(wait);
					push({ data: [7] });
					last = timers.now();
				}
				timers.advance(59.9);
				assert.notDeepEqual(sent.at(-1)?.payload, safe);
				timers.advance(0.2);
				assert.deepEqual(sent.at(-1)?.payload, safe);
				assert.ok((sent.at(-1)?.at as number) <= last + 60 + 1e-6);
				timers.advance(1000);
				assert.deepEqual(sent.at(-1)?.payload, safe);
			}),
		);
	});

	it('keeps repeating the safe payload at a fixed rate', () => {
		const { timers, payloads, push } = setUp({ rate: 10, fixed: true, timeout: 0.25, safe: 'stop' });
		push(1);
		timers.advance(500);
		assert.deepEqual(payloads(), [1, 1, 1, 'stop', 'stop', 'stop']);
	});

	it('ramps down within the limits, to rest or to the safe payload', () => {
		for (const [target, end] of [
			[undefined, 0],
			[{ x: -0.5 }, -0.5],
		] as const) {
			const { timers, payloads, push } = setUp({
				rate: 10,
				timeout: 0.5,
				onFault: 'ramp',
				safe: target,
				fields: [{ path: 'x', rate: 5 }],
			});
			for (let i = 0; i < 4; i++) {
				push({ x: 1.5 });
				timers.advance(100);
			}
			timers.advance(5000);
			const values = payloads().map((payload) => (payload as { x: number }).x);
			const peak = values.lastIndexOf(1.5);
			assert.equal(values.at(-1), end);
			for (let i = peak + 1; i < values.length; i++) {
				assert.ok((values[i - 1] as number) - (values[i] as number) <= 0.5 + 1e-9);
			}
			assert.equal(values.length - 1 - peak, end === 0 ? 3 : 4);
		}
	});

	it('holds: repeats what left last at a fixed rate, and stops a change where it is', () => {
		const { timers, payloads, modes, push } = setUp({
			rate: 10,
			fixed: true,
			timeout: 0.15,
			onFault: 'hold',
			fields: [{ path: '', rate: 10 }],
		});
		push(5);
		timers.advance(400);
		assert.deepEqual(
			[payloads(), modes()],
			[
				[1, 2, 2, 2, 2],
				['passing', 'fault: silent'],
			],
		);
	});

	it('stops at once when a command is old, comes from the future, or is not finite', () => {
		for (const [message, reason] of [
			[{ payload: 2, stamp: 9_400 }, 'old'],
			[{ payload: 2, stamp: 11_000 }, 'old'],
			[{ payload: { deep: [Number.NaN] }, stamp: 10_000 }, 'not finite'],
			[{ payload: new Tensor('float16', [2], Uint16Array.from([0x3c00, 0x7e00])), stamp: 10_000 }, 'not finite'],
			[{ payload: { type: 'float16', dims: [1], data: Uint16Array.from([0xfc00]) }, stamp: 10_000 }, 'not finite'],
			[{ payload: { a: new Tensor('float32', [1], Float32Array.from([1 / 0])) }, stamp: 10_000 }, 'not finite'],
		] as const) {
			const { timers, gate, payloads, modes } = setUp({ rate: 10, maxAge: 0.5, finite: true, safe: 'stop' });
			timers.advance(10_000);
			gate.push({ payload: 1, stamp: 9_900 });
			try {
				gate.push(message);
			} catch (error) {
				assert.match((error as Error).message, /finite/);
			}
			assert.deepEqual(
				[payloads(), modes()],
				[
					[1, 'stop'],
					['passing', `fault: ${reason}`],
				],
			);
			// By default good input ends it.
			gate.push({ payload: 3, stamp: 10_000 });
			timers.advance(100);
			assert.equal(payloads().at(-1), 3);
		}
	});

	it('passes what is finite, of whatever type', () => {
		const { gate, payloads, timers } = setUp({ rate: 1000, finite: true, safe: 'stop' });
		const all = [
			new Tensor('float16', [2], Uint16Array.from([0x7bff, 0xfbff])),
			new Tensor('uint16', [1], Uint16Array.from([0xffff])),
			{ flag: true, text: 'NaN', big: 1n, none: null, list: [1, new Float64Array([2])], bytes: Buffer.from([255]) },
		];
		for (const payload of all) {
			gate.push({ payload });
			timers.advance(1);
		}
		assert.deepEqual(payloads(), all);
	});

	it('is at a fault also when a payload that goes round cannot be looked at', () => {
		const { push, payloads, modes } = setUp({ rate: 10, finite: true, failSafe: true, safe: 'stop' });
		const round: { self?: object } = {};
		round.self = round;
		push(1);
		assert.throws(() => push(round), RangeError);
		assert.deepEqual(
			[payloads(), modes()],
			[
				[1, 'stop'],
				['passing', 'fault: error'],
			],
		);
	});

	it('drops what is out of order, passes what is doubled, and follows a clock that jumps back', () => {
		const { timers, gate, payloads } = setUp({ rate: 1000, maxAge: 0.5, safe: 'stop', wallNow: () => wall });
		let wall = 10_000;
		for (const [now, stamp, payload] of [
			[10_000, 9_900, 'a'],
			[10_010, 9_850, 'late'],
			[10_020, 9_900, 'doubled'],
			[3_000, 2_990, 'after the jump'],
			[3_010, 2_995, 'b'],
		] as const) {
			wall = now;
			timers.advance(10);
			gate.push({ payload, stamp });
		}
		assert.deepEqual(payloads(), ['a', 'doubled', 'after the jump', 'b']);
	});

	it('refuses a message without a stamp where an age is asked for', () => {
		const { push } = setUp({ rate: 10, maxAge: 0.5, safe: 0 });
		assert.throws(() => push(1), /stamp at most 0.5 s/);
	});

	it('comes back only after a reset when asked', () => {
		const { timers, gate, payloads, dropped, push } = setUp({
			rate: 100,
			timeout: 0.1,
			safe: 'stop',
			recovery: 'reset',
		});
		push(1);
		timers.advance(200);
		push(2);
		timers.advance(200);
		assert.deepEqual([payloads(), dropped], [[1, 'stop'], [2]]);
		gate.reset();
		timers.advance(200);
		assert.deepEqual(payloads(), [1, 'stop'], 'a reset by itself moves nothing');
		push(3);
		assert.equal(payloads().at(-1), 3);
	});
});

describe('Gate: the latched stop', () => {
	it('stops at once, repeats the safe payload, and lets nothing pass until the reset', () => {
		const { timers, gate, payloads, push, modes } = setUp({ rate: 10, safe: 'stop' });
		push(1);
		timers.advance(10);
		gate.stop();
		assert.deepEqual(payloads(), [1, 'stop']);
		for (let i = 0; i < 3; i++) {
			push(2);
			timers.advance(100);
		}
		assert.deepEqual(payloads(), [1, 'stop', 'stop', 'stop', 'stop']);
		gate.reset();
		timers.advance(1000);
		const before = payloads().length;
		assert.ok(
			payloads()
				.slice(1)
				.every((payload) => payload === 'stop'),
		);
		push(3);
		assert.deepEqual([payloads().at(-1), payloads().length], [3, before + 1]);
		assert.deepEqual(modes(), ['passing', 'stopped: stopped', 'idle', 'passing']);
	});

	it('holds in every interleaving of input, time, stop and reset', () => {
		const action = fc.oneof(
			fc.record({ kind: fc.constantFrom('stop', 'reset', 'push', 'push', 'push') }),
			fc.record({ kind: fc.constant('wait'), time: fc.double({ min: 0, max: 100, noNaN: true }) }),
		);
		fc.assert(
			fc.property(fc.array(action, { maxLength: 80 }), fc.boolean(), fc.boolean(), (actions, fixed, limited) => {
				const fields = limited ? [{ path: '', rate: 3 }] : [];
				const { timers, gate, sent, push } = setUp({ rate: 20, timeout: 0.1, safe: -1, fixed, fields });
				let stopped: number | undefined;
				for (const step of actions) {
					const before = sent.length;
					if (step.kind === 'stop') {
						gate.stop();
						if (stopped === undefined) assert.ok(sent.length > before && sent.at(-1)?.payload === -1, 'at once');
						stopped ??= sent.length;
					} else if (step.kind === 'reset') {
						gate.reset();
						stopped = undefined;
					} else if (step.kind === 'push') push(1);
					else timers.advance((step as { time: number }).time);
					if (stopped !== undefined) {
						for (const { payload } of sent.slice(stopped)) assert.equal(payload, -1);
						assert.ok(timers.now() - (sent.at(-1)?.at as number) <= 50 + 1e-6, 'repeated');
					}
				}
			}),
		);
	});

	it('reaches topics that come later', () => {
		const { gate, push, sent, timers } = setUp({ rate: 10, safe: 'stop', perTopic: true });
		gate.stop();
		push(1, { topic: '/new' });
		timers.advance(500);
		assert.ok(sent.length > 0 && sent.every(({ payload }) => payload === 'stop'));
	});

	it('goes on from the safe values after the reset', () => {
		const { timers, gate, payloads, push } = setUp({ rate: 10, safe: 0, fields: [{ path: '', rate: 10 }] });
		push(1);
		gate.stop();
		gate.reset();
		timers.advance(1000);
		push(9);
		assert.equal(payloads().at(-1), 1);
	});

	it('cannot be had without a safe payload', () => {
		assert.throws(() => setUp({ rate: 1 }).gate.stop(), /Expected `safe`/);
	});
});

describe('Gate: failing safe', () => {
	it('has the safe payload as its last word, for each topic', () => {
		const { gate, push, sent } = setUp({ rate: 10, safe: 'stop', failSafe: true, perTopic: true });
		push(1, { topic: '/a' });
		push(2, { topic: '/b' });
		gate.lastWord();
		assert.deepEqual(
			sent.slice(2).map(({ payload, topic }) => [payload, topic]),
			[
				['stop', '/a'],
				['stop', '/b'],
			],
		);
		gate.lastWord();
		push(3);
		assert.equal(sent.length, 4);
		// The negative control.
		const other = setUp({ rate: 10, safe: 'stop' });
		other.push(1);
		other.gate.lastWord();
		assert.deepEqual(other.payloads(), [1]);
	});

	it('stops when a command is refused, or sending fails', () => {
		const { push, payloads, modes } = setUp({
			rate: 10,
			safe: { x: 0 },
			failSafe: true,
			fields: [{ path: 'x', max: 1 }],
		});
		push({ x: 1 });
		assert.throws(() => push({ y: 1 }), /no field `x`/);
		assert.deepEqual(
			[payloads(), modes()],
			[
				[{ x: 1 }, { x: 0 }],
				['passing', 'fault: error'],
			],
		);

		const sent: unknown[] = [];
		const timers = new FakeTimers();
		const errors: unknown[] = [];
		const gate = new Gate<Message>({
			rate: 10,
			fixed: true,
			safe: 'stop',
			failSafe: true,
			send: ({ payload }) => {
				if (payload === 'bad' && sent.includes('bad')) throw new Error('cannot');
				sent.push(payload);
			},
			onDrop() {},
			onError: (error) => errors.push(error),
			timers,
		});
		gate.push({ payload: 'bad' });
		timers.advance(250);
		assert.deepEqual(sent, ['bad', 'stop', 'stop']);
		assert.match(String(errors[0]), /cannot/);
	});
});

describe('Gate: options', () => {
	for (const [what, options, expected] of [
		['a rate that is none', { rate: 0 }, /Expected `rate` to be a number > 0 \(Hz\), got 0/],
		['a rate of another kind', { rate: '5' as never }, TypeError],
		['a timeout that is none', { rate: 5, timeout: -1, safe: 0 }, /`timeout`.*\(s\), got -1/],
		['a watchdog without a safe payload', { rate: 5, timeout: 1 }, /Expected `safe`/],
		['failing safe without a safe payload', { rate: 5, failSafe: true }, /Expected `safe`/],
		['a ramp without a rate', { rate: 5, timeout: 1, onFault: 'ramp' }, /`rate` in one of `fields`/],
		['a path that is none', { rate: 5, perTopic: true, fields: [{ path: '.' }] }, /`fields\[0\].path`/],
	] as [string, Options, RegExp | typeof TypeError][]) {
		it(`refuses ${what}`, () => {
			assert.throws(() => setUp(options), expected as RegExp);
		});
	}
});
