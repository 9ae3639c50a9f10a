import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Statistics } from '../../../lib/onnx/statistics';

describe('onnx statistics', () => {
	it('has no percentiles before the first run', () => {
		const figures = new Statistics(() => 0).figures();
		assert.equal(figures.runs, 0);
		assert.equal(figures.rate, 0);
		assert.ok(Number.isNaN(figures.p50));
	});

	it('gives percentiles and the rate of the last 2 s', () => {
		let now = 0;
		const statistics = new Statistics(() => now);
		for (let i = 1; i <= 100; i++) {
			now += 20;
			statistics.addRun(i);
		}
		const { runs, p50, p99, rate } = statistics.figures();
		assert.deepEqual({ runs, p50, p99, rate }, { runs: 100, p50: 50, p99: 99, rate: 50 });
		now += 1000;
		assert.equal(statistics.figures().rate, 25.5);
		now += 5000;
		assert.equal(statistics.figures().rate, 0);
	});

	it('keeps to the last runs and rates faster ones by their own span', () => {
		let now = 0;
		const statistics = new Statistics(() => now);
		for (let i = 0; i < 5000; i++) {
			now += 0.5;
			statistics.addRun(i < 3000 ? 1000 : 1);
		}
		const { p99, rate } = statistics.figures();
		assert.equal(p99, 1);
		assert.ok(Math.abs(rate - 2000) < 5, `${rate}`);
	});
});
