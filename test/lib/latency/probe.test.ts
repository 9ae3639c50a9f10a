import assert from 'node:assert/strict';
import fc from 'fast-check';
import { diagnosticsOf } from '../../../lib/latency/diagnostics';
import { elsewhere, Probe, type ProbeOptions } from '../../../lib/latency/probe';
import { Series } from '../../../lib/latency/series';
import { Timeline } from '../../../lib/latency/timeline';
import { createTypeRegistry } from '../../../lib/ros/types/registry';

describe('Series', () => {
	it('gives median, 99th percentile, maximum and jitter of the last values, and counts all misses', () => {
		const series = new Series({ window: 100, deadline: 95 });
		assert.equal(series.figures(), undefined);
		for (let i = 0; i < 50; i++) series.add(1000);
		for (let i = 1; i <= 100; i++) series.add(i);
		assert.deepEqual(series.figures(), {
			count: 150,
			p50: 50,
			p99: 99,
			max: 100,
			jitter: Math.sqrt((100 ** 2 - 1) / 12),
			late: 5,
			misses: 55,
		});
	});

	it('agrees with a plain calculation, whatever comes', () => {
		const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 80 });
		fc.assert(
			fc.property(values, fc.integer({ min: 2, max: 40 }), (all, window) => {
				const series = new Series({ window });
				for (const value of all) series.add(value);
				const last = all.slice(-window).sort((a, b) => a - b);
				const figures = series.figures();
				assert.equal(figures?.max, last.at(-1));
				const below = (value: number) => last.filter((one) => one <= value).length / last.length;
				assert.ok(below(figures?.p50 as number) >= 0.5 && below(figures?.p99 as number) >= 0.99);
				assert.ok(last.includes(figures?.p99 as number));
			}),
		);
	});

	for (const [what, options, expected] of [
		['no window', { window: 1 }, /`window`/],
		['no deadline', { window: 10, deadline: 0 }, /`deadline`.*\(ms\)/],
	] as const) {
		it(`refuses ${what}`, () => assert.throws(() => new Series(options), expected));
	}
});

describe('Timeline', () => {
	it('gives least, mean and most of each slot, and empties what time has passed', () => {
		const timeline = new Timeline(3, 100);
		timeline.add(9, 10);
		timeline.add(1, 100);
		timeline.add(3, 199);
		timeline.add(5, 200);
		assert.deepEqual(timeline.data(299), { slot: 100, min: [9, 1, 5], mean: [9, 2, 5], max: [9, 3, 5] });
		assert.deepEqual(timeline.data(450).mean, [5, null, null]);
		timeline.add(7, 460);
		assert.deepEqual(timeline.data(499).max, [5, null, 7]);
		assert.deepEqual(timeline.data(10_000).max, [null, null, null]);
	});
});

function setUp(options: Partial<ProbeOptions> = {}) {
	let time = 0;
	const probe = new Probe({ window: 100, now: () => time, ...options });
	return {
		probe,
		pass: (ms: number) => {
			time += ms;
		},
	};
}
const share = (name: string, time: number) => ({ name, at: 0, time });

describe('Probe', () => {
	it('measures the path, its stages, what is in none of them, and the rate', () => {
		const { probe, pass } = setUp({ deadline: 8, stageDeadlines: new Map([['b', 2]]) });
		for (let i = 0; i < 10; i++) {
			pass(20);
			probe.add(i === 9 ? 9 : 7, [share('a', 1), share('b', i === 0 ? 3 : 2), share('a', 1.5)]);
		}
		const { count, rate, path, interval, stages, unknown, ahead } = probe.figures();
		assert.deepEqual([count, rate, unknown, ahead], [10, 50, 0, 0]);
		assert.deepEqual([path?.p50, path?.max, path?.misses, interval?.jitter], [7, 9, 1, 0]);
		assert.deepEqual(Object.keys(stages), ['a', 'b', 'a (2)', elsewhere]);
		assert.deepEqual([stages.b?.max, stages.b?.misses, stages['a (2)']?.p50], [3, 1, 1.5]);
		assert.deepEqual([stages[elsewhere]?.p50, stages[elsewhere]?.max], [2.5, 4.5]);
	});

	it('counts what does not tell its age, and what comes from the future', () => {
		const { probe, pass } = setUp();
		for (const age of [undefined, Number.NaN, -1, 4]) {
			probe.add(age, undefined);
			pass(10);
		}
		const { count, unknown, ahead, path } = probe.figures();
		assert.deepEqual([count, unknown, ahead, path?.count], [4, 2, 1, 1]);
	});

	it('has no rate before the second message, and none any more when they end', () => {
		const { probe, pass } = setUp();
		assert.equal(probe.figures().rate, 0);
		probe.add(1, undefined);
		assert.equal(probe.figures().rate, 0);
		pass(10);
		probe.add(1, undefined);
		assert.equal(probe.figures().rate, 100);
		pass(1001);
		assert.equal(probe.figures().rate, 0);
	});

	it('keeps to its memory, whatever the messages say', () => {
		const { probe } = setUp();
		for (let i = 0; i < 500; i++) probe.add(1, [share(`stage ${i}`, 1)]);
		assert.ok(Object.keys(probe.figures().stages).length <= 64);
		for (const stages of ['text', [null], [{}], [{ name: 1, time: 2 }], [{ name: 'x', time: Number.NaN }], 7]) {
			probe.add(1, stages);
		}
		assert.ok(!('x' in probe.figures().stages));
	});

	it('forgets everything', () => {
		const { probe, pass } = setUp({ deadline: 1 });
		for (let i = 0; i < 3; i++) {
			pass(10);
			probe.add(2, [share('a', 1)]);
		}
		probe.clear();
		const { count, rate, path, interval, stages } = probe.figures();
		assert.deepEqual([count, rate, path, interval, stages], [0, 0, undefined, undefined, {}]);
		assert.ok(probe.timeline().max.every((value) => value === null));
	});
});

describe('diagnosticsOf', () => {
	const type = createTypeRegistry().message('diagnostic_msgs/msg/DiagnosticArray');
	const levels = (probe: Probe) => diagnosticsOf('drive', probe.figures()).status.map(({ level }) => level);

	it('has a status of the path and one of each stage, as ROS takes it', () => {
		const { probe, pass } = setUp({ deadline: 5 });
		for (let i = 0; i < 3; i++) {
			pass(10);
			probe.add(2, [share('a', 1)]);
		}
		const { status } = diagnosticsOf('drive', probe.figures());
		const decoded = type.decode(type.encode({ header: {}, status })) as { status: typeof status };
		assert.deepEqual(
			decoded.status.map(({ name, message, level }) => [name, message, level]),
			[
				['drive', 'p99 2.00 ms', 0],
				['drive: a', 'p99 1.00 ms', 0],
				['drive: elsewhere', 'p99 1.00 ms', 0],
			],
		);
		assert.ok(decoded.status[0]?.values.some(({ key, value }) => key === 'rate (Hz)' && value === '100.00'));
	});

	it('warns when no message tells its age', () => {
		const { probe, pass } = setUp();
		for (let i = 0; i < 3; i++) {
			pass(10);
			probe.add(undefined, undefined);
		}
		assert.deepEqual(levels(probe), [1]);
	});

	it('warns of what is late, until it is late no more, and is stale when nothing comes', () => {
		const { probe, pass } = setUp({ deadline: 5, window: 10 });
		const add = (age: number) => {
			pass(10);
			probe.add(age, undefined);
		};
		assert.deepEqual(levels(probe), [3]);
		add(2);
		add(9);
		assert.deepEqual(levels(probe), [1]);
		for (let i = 0; i < 10; i++) add(2);
		assert.deepEqual(levels(probe), [0]);
		pass(5000);
		assert.deepEqual(levels(probe), [3]);
	});
});
