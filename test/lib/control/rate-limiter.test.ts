import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RateLimiter } from '../../../lib/control/rate-limiter';
import { FakeTimers } from '../../fake-timers';

interface Sent {
	at: number;
	message: number | 'stop';
}

function setUp(options: { rate: number; timeout?: number }) {
	const timers = new FakeTimers();
	const sent: Sent[] = [];
	const dropped: number[] = [];
	const limiter = new RateLimiter<number>({
		...options,
		timers,
		send: (message) => sent.push({ at: timers.now(), message }),
		onDrop: (message) => dropped.push(message),
		onSilent: () => sent.push({ at: timers.now(), message: 'stop' }),
	});
	return { timers, sent, dropped, limiter };
}

describe('RateLimiter', () => {
	it('passes at once what comes slowly enough', () => {
		const { timers, sent, limiter } = setUp({ rate: 10 });
		for (let i = 0; i < 3; i++) {
			limiter.push(i);
			timers.advance(100);
		}
		assert.deepEqual(sent, [
			{ at: 0, message: 0 },
			{ at: 100, message: 1 },
			{ at: 200, message: 2 },
		]);
	});

	it('sends the first and the last of a burst, and drops the rest', () => {
		const { timers, sent, dropped, limiter } = setUp({ rate: 10 });
		for (let i = 0; i < 5; i++) limiter.push(i);
		timers.advance(1000);
		assert.deepEqual(sent, [
			{ at: 0, message: 0 },
			{ at: 100, message: 4 },
		]);
		assert.deepEqual(dropped, [1, 2, 3]);
	});

	it('sends the stop once when the input goes silent, and starts anew with the next', () => {
		const { timers, sent, limiter } = setUp({ rate: 100, timeout: 0.5 });
		timers.advance(10_000);
		assert.deepEqual(sent, [], 'no stop before the first message');
		limiter.push(1);
		timers.advance(400);
		limiter.push(2);
		timers.advance(5000);
		assert.deepEqual(sent.slice(1), [
			{ at: 10_400, message: 2 },
			{ at: 10_900, message: 'stop' },
		]);
		limiter.push(3);
		timers.advance(5000);
		assert.deepEqual(
			sent.slice(3).map(({ message }) => message),
			[3, 'stop'],
		);
	});

	it('sends no stop without a timeout', () => {
		const { timers, sent, limiter } = setUp({ rate: 100 });
		limiter.push(1);
		timers.advance(1e6);
		assert.deepEqual(sent, [{ at: 0, message: 1 }]);
	});

	it('throws away what is held when the stop comes before its turn', () => {
		const { timers, sent, dropped, limiter } = setUp({ rate: 0.1, timeout: 1 });
		limiter.push(1);
		limiter.push(2);
		timers.advance(60_000);
		assert.deepEqual(
			sent.map(({ message }) => message),
			[1, 'stop'],
		);
		assert.deepEqual(dropped, [2]);
	});

	it('leaves no timer behind when it closes', () => {
		const { timers, sent, limiter } = setUp({ rate: 1, timeout: 1 });
		limiter.push(1);
		limiter.push(2);
		limiter.close();
		assert.equal(timers.pending, 0);
		timers.advance(10_000);
		assert.deepEqual(
			sent.map(({ message }) => message),
			[1],
		);
	});

	it('never exceeds the rate and never loses the last message, however they come', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 200 }),
				fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 60 }),
				(rate, gaps) => {
					const { timers, sent, dropped, limiter } = setUp({ rate });
					gaps.forEach((gap, index) => {
						timers.advance(gap);
						limiter.push(index);
					});
					timers.advance(10_000);
					for (let i = 1; i < sent.length; i++) {
						const gap = (sent[i] as Sent).at - (sent[i - 1] as Sent).at;
						assert.ok(gap >= 1000 / rate - 1e-6, `${gap} ms apart at ${rate} Hz`);
					}
					assert.equal(sent.at(-1)?.message, gaps.length - 1);
					assert.equal(sent.length + dropped.length, gaps.length);
				},
			),
		);
	});

	it('refuses a rate or timeout that is none', () => {
		const options = { send() {}, onDrop() {} };
		assert.throws(() => new RateLimiter({ ...options, rate: 0 }), /Expected `rate` to be a number > 0 \(Hz\), got 0/);
		assert.throws(() => new RateLimiter({ ...options, rate: '5' as never }), TypeError);
		assert.throws(() => new RateLimiter({ ...options, rate: 5, timeout: -1 }), /`timeout`.*\(s\), got -1/);
	});
});
