import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';

const run = async (...args: string[]) => {
	const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, 'fallback-child.js'), ...args]);
	return JSON.parse(stdout);
};

describe('onnx without a native runtime', () => {
	it('runs in WebAssembly, and says why and what to do', async () => {
		const { runtime, provider, notes, output } = await run();
		assert.deepEqual([runtime, provider, output], ['wasm', 'wasm', [[10, 20]]]);
		assert.equal(notes.length, 1);
		assert.match(notes[0], /^The WebAssembly build of ONNX Runtime is in use, which is slower/);
		assert.match(notes[0], /cannot open shared object file/);
		assert.match(notes[0], /npm install onnxruntime-node@\d+\.\d+\.\d+"|no native build for/);
	});

	it('is an error when the native one is insisted on', async () => {
		assert.match((await run('native')).error, /^onnxruntime-node does not load: .*cannot open shared object file/);
	});
});
