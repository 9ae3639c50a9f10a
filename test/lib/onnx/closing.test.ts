import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Folder } from './folder';
import { slow } from './models';

/** How a child process ended. */
interface End {
	readonly code: number | null;
	readonly signal: string | null;
	readonly output: string;
}

function runChild(script: string, args: string[]): Promise<End> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [join(__dirname, script), ...args]);
		let output = '';
		child.stdout.on('data', (data) => {
			output += data;
		});
		child.stderr.on('data', (data) => {
			output += data;
		});
		child.on('error', reject);
		child.on('close', (code, signal) => resolve({ code, signal, output }));
	});
}

/** Once there is no such process. */
async function gone(pid: number): Promise<void> {
	for (;;) {
		try {
			process.kill(pid, 0);
		} catch {
			return;
		}
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** Ending a thread inside ONNX Runtime aborts the process, so each of these is a process of its own. */
describe('onnx: ending the process', () => {
	let folder: Folder;
	let model: string;
	beforeEach(() => {
		folder = new Folder();
		model = folder.write('slow.onnx', slow());
	});
	afterEach(() => {
		folder.remove();
	});

	const ways: [string, string][] = [
		['exit-in-run', 'by process.exit in the middle of a run'],
		['exit-in-load', 'by process.exit while the model is loaded'],
		['exit-at-start', 'by process.exit right after the thread is started'],
		['throw-in-run', 'by an uncaught exception in the middle of a run'],
		['close-then-exit', 'by process.exit after closing in the middle of a run'],
		['exit-idle', 'by process.exit when nothing runs'],
		['close', 'by closing everything, with nothing left to do'],
	];
	for (const [way, what] of ways) {
		it(`${what} never aborts it`, async () => {
			const { code, signal, output } = await runChild('ending-child.js', [way, model]);
			assert.equal(signal, null, output);
			assert.equal(code, way === 'throw-in-run' ? 1 : 0, output);
			assert.match(output, /reached the end/);
			assert.doesNotMatch(output, /terminate called|core dumped|FATAL/);
		});
	}

	for (const placement of ['process', 'inline']) {
		it(`by process.exit in the middle of a run in the placement ${placement} leaves nothing behind`, async () => {
			const { code, output } = await runChild('ending-child.js', ['exit-in-run', model, placement]);
			assert.equal(code, 0, output);
			const pid = /child (\d+);/.exec(output)?.[1];
			assert.equal(pid !== undefined, placement === 'process');
			// The run alone would take much longer than this test.
			if (pid) await gone(Number(pid));
		});
	}

	it('by a signal that nobody can catch leaves no process of a model behind that hangs', async () => {
		const { signal, output } = await runChild('ending-child.js', ['be-killed', model, 'process']);
		assert.equal(signal, 'SIGKILL');
		const pid = Number(/child (\d+);/.exec(output)?.[1]);
		assert.ok(pid > 0, output);
		await gone(pid);
	});

	it('in the middle of a run that never ends gives up waiting, and still aborts nothing', async function () {
		if (process.platform === 'win32') this.skip();
		this.timeout(60_000);
		const ends = await Promise.all(
			['0', '1'].map((code) => runChild('ending-child.js', ['hang', model, 'worker', code])),
		);
		// As a supervisor tells an end that was asked for from one that was not.
		assert.deepEqual(
			ends.map(({ signal }) => signal),
			['SIGTERM', 'SIGKILL'],
		);
		for (const { output } of ends) assert.match(output, /has not ended within 10 s of the exit/);
	});

	it('aborts without the guard: the test would notice', async () => {
		const { signal, code } = await runChild('ending-child.js', ['unguarded', model]);
		assert.ok(signal === 'SIGABRT' || code === 134, `ended with ${signal ?? code}`);
	});
});
