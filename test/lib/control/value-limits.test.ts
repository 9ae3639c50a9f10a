import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkLimits, type Limits, ValueLimits } from '../../../lib/control/value-limits';

interface Recorded {
	ros2_control: { limits: Limits; dt: number; commands: number[]; results: number[] }[];
	nav2: { limits: Limits[]; frequency: number; commands: number[][]; results: number[][] }[];
}

const root = join(__dirname, '..', '..', '..', '..');
const recorded: Recorded = JSON.parse(readFileSync(join(root, 'test', 'fixtures', 'control', 'limits.json'), 'utf8'));

const close = (actual: number, expected: number) =>
	assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} instead of ${expected}`);

/** One value through the limits. */
const limitOne = (limiter: ValueLimits, value: number, limits: Limits, elapsed: number): number => {
	const values = [value];
	limiter.step(values, [limits], elapsed);
	return values[0] as number;
};

describe('ValueLimits', () => {
	it('gives what ros2_control gives', () => {
		assert.ok(recorded.ros2_control.length > 30);
		for (const { limits, dt, commands, results } of recorded.ros2_control) {
			const limiter = new ValueLimits();
			commands.forEach((command, i) => {
				close(limitOne(limiter, command, limits, dt), results[i] as number);
			});
		}
	});

	it('gives what nav2 gives, with the axes scaled together', () => {
		assert.ok(recorded.nav2.length > 20);
		for (const { limits, frequency, commands, results } of recorded.nav2) {
			const limiter = new ValueLimits({ together: true });
			commands.forEach((command, i) => {
				const values = [...command];
				limiter.step(values, limits, 1 / frequency);
				values.forEach((value, axis) => {
					close(value, results[i]?.[axis] as number);
				});
			});
		}
	});

	it('keeps the curve of a Twist when it scales', () => {
		const limits = [
			{ min: -1, max: 1 },
			{ min: -0.5, max: 0.5 },
		];
		const together = [2, 2];
		new ValueLimits({ together: true, start: 'first' }).step(together, limits, 0.1);
		assert.deepEqual(together, [0.5, 0.5]);
		// The negative control: each by itself, the curve is another.
		const alone = [2, 2];
		new ValueLimits({ start: 'first' }).step(alone, limits, 0.1);
		assert.deepEqual(alone, [1, 0.5]);
	});

	it('never goes beyond a value, its rate or its second derivative, whatever comes at whatever time', () => {
		const magnitude = fc.double({ min: 0.01, max: 10, noNaN: true });
		const limitsOf = fc
			.tuple(magnitude, magnitude, magnitude, magnitude, magnitude)
			.map(([min, max, rate, fall, second]) => ({ min: -min, max, rate, fall, second }));
		const steps = fc.array(
			fc.tuple(fc.double({ min: -20, max: 20, noNaN: true }), fc.double({ min: 1e-3, max: 0.5, noNaN: true })),
			{ minLength: 1, maxLength: 60 },
		);
		fc.assert(
			fc.property(limitsOf, steps, fc.boolean(), (limits, commands, together) => {
				const limiter = new ValueLimits({ together });
				let last = 0;
				let lastRate = 0;
				for (const [command, elapsed] of commands) {
					const value = limitOne(limiter, command, limits, elapsed);
					const rate = (value - last) / elapsed;
					assert.ok(value >= limits.min && value <= limits.max, `${value}`);
					assert.ok(Math.abs(rate) <= Math.max(limits.rate, limits.fall) * (1 + 1e-9) + 1e-9, `rate ${rate}`);
					if (Math.abs(value) > Math.abs(last) && value * last >= 0)
						assert.ok(Math.abs(rate) <= limits.rate * (1 + 1e-9) + 1e-9);
					const speedsUp = Math.abs(rate) > Math.abs(lastRate) && rate * lastRate >= 0;
					if (speedsUp) {
						assert.ok(
							Math.abs(rate - lastRate) <= limits.second * elapsed * (1 + 1e-6) + 1e-6,
							`second ${rate - lastRate}`,
						);
					}
					last = value;
					lastRate = rate;
				}
			}),
		);
	});

	it('reaches a command that stays, and tells so', () => {
		fc.assert(
			fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.boolean(), (command, together) => {
				const limiter = new ValueLimits({ together });
				const limits = { min: -2, max: 3, rate: 1, fall: 2, second: 5 };
				let value = 0;
				for (let i = 0; i < 200 && (i === 0 || !limiter.isSettled); i++)
					value = limitOne(limiter, command, limits, 0.05);
				assert.ok(limiter.isSettled);
				close(value, Math.min(3, Math.max(-2, command)));
			}),
		);
	});

	it('sends zero in the dead band, and gets out of it however slow the ramp', () => {
		const limiter = new ValueLimits();
		const limits = { deadBand: 0.1, rate: 0.5 };
		const values = [1, 2, 3].map(() => limitOne(limiter, 1, limits, 0.1));
		assert.deepEqual(
			values.map((value) => Number(value.toFixed(6))),
			[0, 0.1, 0.15],
		);
	});

	it('starts at zero, or where the first command says', () => {
		assert.equal(limitOne(new ValueLimits(), 2, { rate: 1 }, 0.1), 0.1);
		const limiter = new ValueLimits({ start: 'first' });
		assert.equal(limitOne(limiter, 2, { rate: 1 }, 0.1), 2);
		assert.equal(limitOne(limiter, 3, { rate: 1 }, 0.1), 2.1);
	});

	it('goes on from where something else brought it', () => {
		const limiter = new ValueLimits();
		limitOne(limiter, 0.1, { rate: 1 }, 0.1);
		limiter.standAt([5]);
		assert.equal(limitOne(limiter, 0, { rate: 1 }, 0.1), 4.9);
	});

	it('refuses another number of values where changes are limited, and only there', () => {
		const limiter = new ValueLimits();
		limiter.step([1], [{ rate: 1 }], 0.1);
		assert.throws(() => limiter.step([1, 2], [{ rate: 1 }, { rate: 1 }], 0.1), /Expected 1 values.*got 2/);
		const bounds = new ValueLimits();
		bounds.step([1], [{ max: 1 }], 0.1);
		const values = [2, 3];
		bounds.step(values, [{ max: 1 }, { max: 1 }], 0.1);
		assert.deepEqual(values, [1, 1]);
	});

	it('refuses limits that make no sense', () => {
		assert.throws(() => checkLimits('fields[0]', { min: 2, max: 1 }), /`fields\[0\].max`.*>= 2/);
		assert.throws(() => checkLimits('fields[0]', { rate: 0 }), /`fields\[0\].rate`.*> 0/);
		assert.throws(() => checkLimits('fields[0]', { fall: 1 }), /`fields\[0\].rate` beside/);
		assert.throws(() => checkLimits('fields[0]', { deadBand: 0.1, min: 1 }), /dead band/);
		assert.throws(() => checkLimits('fields[0]', { max: '1' as never }), TypeError);
	});
});
