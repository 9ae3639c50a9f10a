import assert from 'node:assert/strict';
import { createSystemClock } from '../../../lib/ros/clock';

describe('the system clock', () => {
	it('is finer than a millisecond and follows a clock that was set', () => {
		let wall = 1_000_000;
		let monotonic = 50;
		const now = createSystemClock(
			() => Math.floor(wall),
			() => monotonic,
		);
		const pass = (ms: number) => {
			wall += ms;
			monotonic += ms;
		};
		assert.equal(now(), 1_000_000);
		pass(0.25);
		assert.equal(now(), 1_000_000.25);
		pass(1.5);
		assert.equal(now(), 1_000_001.75);
		wall += 3_600_000;
		assert.equal(now(), 4_600_001);
		wall -= 7_200_000;
		assert.equal(now(), -2_599_999);
	});
});
