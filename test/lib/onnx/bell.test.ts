import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { describe, it } from 'mocha';
import { Bell, calls } from '../../../lib/onnx/bell';

describe('onnx bell', () => {
	it('does not let a ring be slept through', () => {
		const bell = new Bell();
		const heard = new Bell(bell.memory);
		const { rings } = heard;
		bell.ring(calls.run);
		// It would sleep for ever, had nothing come since it looked.
		heard.wait(rings);
		assert.equal(heard.answer(), calls.run);
		assert.equal(heard.answer(), calls.none);
	});

	it('keeps a call while it rings for something else', () => {
		const bell = new Bell();
		bell.ring(calls.runNonFinite);
		bell.ring();
		assert.equal(bell.answer(), calls.runNonFinite);
	});

	it('wakes another thread', async () => {
		const bell = new Bell();
		const script = `
			const { parentPort, workerData } = require('node:worker_threads');
			const { Bell } = require(workerData.path);
			const bell = new Bell(workerData.memory);
			let rings = bell.rings;
			parentPort.postMessage('asleep');
			while (bell.answer() !== ${calls.run}) { bell.wait(rings); rings = bell.rings; }
		`;
		const workerData = { path: require.resolve('../../../lib/onnx/bell'), memory: bell.memory };
		const worker = new Worker(script, { eval: true, workerData });
		const ended = new Promise((resolve) => worker.once('exit', resolve));
		await new Promise((resolve) => worker.once('message', resolve));
		bell.ring();
		bell.ring(calls.run);
		assert.equal(await ended, 0);
	});
});
