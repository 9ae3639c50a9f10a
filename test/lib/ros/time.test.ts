import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import { checkStamp, nanosecondsToStamp, stampToNanoseconds, stampToSeconds } from '../../../lib/ros/time';

describe('stamps', () => {
	it('go to nanoseconds and back', () => {
		const cases: [sec: number, nanosec: number, nanoseconds: bigint][] = [
			[0, 0, 0n],
			[1, 5, 1_000_000_005n],
			[1784246400, 999_999_999, 1_784_246_400_999_999_999n],
			[-2, 300_000_000, -1_700_000_000n],
			[-1, 999_999_999, -1n],
			[2147483647, 0, 2_147_483_647_000_000_000n],
			[-2147483648, 0, -2_147_483_648_000_000_000n],
		];
		for (const [sec, nanosec, nanoseconds] of cases) {
			strictEqual(stampToNanoseconds({ sec, nanosec }), nanoseconds);
			deepStrictEqual(nanosecondsToStamp(nanoseconds), { sec, nanosec });
		}
		strictEqual(stampToSeconds({ sec: 3, nanosec: 250_000_000 }), 3.25);
	});

	it('end where int32 seconds end', () => {
		throws(() => nanosecondsToStamp(2_147_483_648_000_000_000n), RangeError);
		throws(() => nanosecondsToStamp(-2_147_483_648_000_000_001n), RangeError);
	});

	it('are checked when they come from outside', () => {
		deepStrictEqual(checkStamp('header.stamp', { sec: 1, nanosec: 2, more: 3 }), { sec: 1, nanosec: 2 });
		throws(() => checkStamp('header.stamp', 5), { name: 'TypeError', message: /`header\.stamp`/ });
		throws(() => checkStamp('header.stamp', { sec: 1 }), { name: 'TypeError', message: /`header\.stamp\.nanosec`/ });
		throws(() => checkStamp('s', { sec: 1.5, nanosec: 0 }), {
			name: 'RangeError',
			message: /`s\.sec` .*\(s\), got 1\.5/,
		});
		throws(() => checkStamp('s', { sec: 1, nanosec: 1e9 }), { name: 'RangeError', message: /`s\.nanosec` .*\(ns\)/ });
	});
});
