import assert from 'node:assert/strict';
import { type Alarm, clearAlarm, setAlarm } from '../../../lib/control/alarm';

/** The first alarms wait for their thread. */
async function alarm(callback: () => void, delay: number): Promise<Alarm> {
	for (;;) {
		const set = setAlarm(callback, delay);
		if (set !== undefined) return set;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

describe('setAlarm', () => {
	it('rings in the order of the times, never early', async () => {
		const rung: [number, number][] = [];
		await alarm(() => {}, 0);
		await Promise.all(
			[8.3, 2.5, 20, 0].map((delay) => {
				const begin = performance.now();
				return new Promise<void>((resolve) => {
					setAlarm(() => {
						rung.push([delay, performance.now() - begin]);
						resolve();
					}, delay);
				});
			}),
		);
		assert.deepEqual(
			rung.map(([delay]) => delay),
			[0, 2.5, 8.3, 20],
		);
		for (const [delay, took] of rung) assert.ok(took >= delay, `${took} ms for ${delay}`);
	});

	it('can be set anew from its own callback, over and over', async () => {
		let count = 0;
		await new Promise<void>((resolve) => {
			const next = () => {
				if (++count === 200) resolve();
				else void alarm(next, 0.2);
			};
			void alarm(next, 0.2);
		});
		assert.equal(count, 200);
	});

	it('does not ring once it is cleared', async () => {
		const rung: string[] = [];
		clearAlarm(await alarm(() => rung.push('cleared'), 1));
		// The negative control: one that is not cleared does, after the time of the other.
		await new Promise<void>((resolve) => {
			void alarm(() => {
				rung.push('kept');
				resolve();
			}, 3);
		});
		assert.deepEqual(rung, ['kept']);
	});

	it('leaves it to timeouts when too many wait, or too long', async () => {
		const set: Alarm[] = [await alarm(() => {}, 100_000)];
		for (let next = setAlarm(() => {}, 100_000); next !== undefined; next = setAlarm(() => {}, 100_000)) set.push(next);
		assert.equal(set.length, 64);
		for (const one of set) clearAlarm(one);
		assert.equal(
			setAlarm(() => {}, 2_000_000),
			undefined,
		);
		clearAlarm(await alarm(() => {}, 100_000));
	});
});
