import assert from 'node:assert/strict';
import { SimulatedClock, systemRosClock } from '../../../lib/ros/clock';

describe('SimulatedClock', () => {
	it('is at 0 and not known before the first message, then stands at what it was told', () => {
		const clock = new SimulatedClock();
		assert.deepEqual([clock.isKnown, clock.now(), clock.stamp()], [false, 0, { sec: 0, nanosec: 0 }]);
		clock.set({ sec: 12, nanosec: 345_678_901 });
		assert.deepEqual([clock.isKnown, clock.stamp()], [true, { sec: 12, nanosec: 345_678_901 }]);
		assert.ok(Math.abs(clock.now() - 12_345.678901) < 1e-6);
	});

	it('counts jumps back, but no going on and no standing still', () => {
		const clock = new SimulatedClock();
		for (const [sec, nanosec] of [
			[1, 5],
			[1, 5],
			[9, 0],
			[8, 999],
			[8, 998],
			[10, 0],
		] as const) {
			clock.set({ sec, nanosec });
		}
		assert.equal(clock.jumps, 2);
	});

	it('calls back once when it becomes known, unless that was ended', () => {
		const clock = new SimulatedClock();
		const calls: string[] = [];
		clock.whenKnown(() => calls.push('first'));
		clock.whenKnown(() => calls.push('ended'))();
		clock.set({ sec: 0, nanosec: 0 });
		assert.equal(calls.length, 0);
		clock.set({ sec: 0, nanosec: 1 });
		clock.set({ sec: 1, nanosec: 0 });
		clock.whenKnown(() => calls.push('late'));
		assert.deepEqual(calls, ['first']);
	});
});

describe('systemRosClock', () => {
	it('stamps with the present time', () => {
		const before = Date.now();
		const { sec, nanosec } = systemRosClock.stamp();
		const time = sec * 1000 + nanosec / 1e6;
		assert.ok(time >= before - 5 && time <= Date.now() + 5 && nanosec < 1e9);
	});
});
