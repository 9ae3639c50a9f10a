import assert from 'node:assert/strict';
import { existsSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { BriefError } from '../../../lib/check';
import { Engine } from '../../../lib/onnx/engine';
import { hashBytes } from '../../../lib/onnx/hash';
import { bindInputs } from '../../../lib/onnx/inputs';
import { ProcessHost, processIds } from '../../../lib/onnx/process-host';
import { type ModelSession, openSession, type RunResult, type SessionOptions } from '../../../lib/onnx/session';
import type { ModelEvent } from '../../../lib/onnx/shared-model';
import { workerCount } from '../../../lib/onnx/worker-host';
import { Folder } from './folder';
import { externalWeights, identity, policy, reciprocal, slow, twoInputs } from './models';

describe('onnx places', () => {
	let folder: Folder;
	const opened: ModelSession[] = [];
	beforeEach(() => {
		folder = new Folder();
	});
	afterEach(async () => {
		await Promise.all(opened.splice(0).map((session) => session.close()));
		folder.remove();
		assert.deepEqual([workerCount(), processIds().length], [0, 0]);
	});

	function open(model: Buffer | string, options: SessionOptions = {}): ModelSession {
		const source = typeof model === 'string' ? { path: model } : { bytes: model, name: 'test.onnx' };
		const session = openSession(source, options);
		opened.push(session);
		return session;
	}
	async function infer(session: ModelSession, payload: unknown): Promise<RunResult> {
		const { inputs } = await session.ready();
		const result = await session.run(bindInputs(inputs, payload));
		assert.ok(result !== 'dropped');
		return result;
	}
	const dataOf = (result: RunResult) => result.outputs.map(({ data }) => data);
	const briefOf = async (promise: Promise<unknown>) => {
		const error = await promise.then(
			() => undefined,
			(reason) => reason,
		);
		assert.ok(error instanceof BriefError, String(error));
		return `${error.brief}: ${error.message}`;
	};

	for (const placement of ['inline', 'process'] as const) {
		describe(placement, () => {
			it('runs without a thread, and checks what goes in and out', async () => {
				const session = open(policy(), { placement });
				assert.deepEqual(dataOf(await infer(session, [1, 2, 3, 4])), [Float32Array.from([10, 20])]);
				assert.equal(workerCount(), 0);
				assert.equal(processIds().length, placement === 'process' ? 1 : 0);
				const two = await infer(open(twoInputs(), { placement }), { a: [1, 2], b: [3, 4] });
				assert.deepEqual(dataOf(two), [Float32Array.from([4, 6]), Float32Array.from([-2, -2])]);
				const strings = await infer(open(identity('string', ['n']), { placement }), ['a', 'b']);
				assert.deepEqual(dataOf(strings), [['a', 'b']]);
				const big = await infer(open(identity('int64', ['n']), { placement }), [-5n]);
				assert.deepEqual(dataOf(big), [BigInt64Array.from([-5n])]);
				assert.match(await briefOf(infer(open(reciprocal(), { placement }), [0])), /^Inf in output: Element 0/);
			});

			it('reads the input when it is asked', async () => {
				const session = open(identity('float32', [2]), { placement });
				const { inputs } = await session.ready();
				const data = Float32Array.from([1, 2]);
				const result = session.run(bindInputs(inputs, data));
				data.fill(9);
				assert.deepEqual(dataOf((await result) as RunResult), [Float32Array.from([1, 2])]);
			});

			it('says what is wrong with a model', async () => {
				assert.match(await briefOf(open(Buffer.from('<html>'), { placement }).ready()), /^HTML, not ONNX/);
			});

			it('closes in the middle of a run', async () => {
				const session = open(slow(), { placement });
				const { inputs } = await session.ready();
				const result = session.run(bindInputs(inputs, 200));
				await session.close();
				assert.equal(await result, 'dropped');
			});
		});
	}

	it('the event loop turns between the runs inline that wait', async () => {
		const session = open(policy(), { placement: 'inline', waiting: 'queue', queueLength: 5 });
		const { inputs } = await session.ready();
		const bound = bindInputs(inputs, [1, 2, 3, 4]);
		let turn = 0;
		let isWatching = true;
		const watch = () => {
			turn++;
			if (isWatching) setImmediate(watch);
		};
		setImmediate(watch);
		const turns = await Promise.all(Array.from({ length: 5 }, () => session.run(bound).then(() => turn)));
		isWatching = false;
		assert.deepEqual(
			turns.map((at) => at - (turns[0] as number)),
			[0, 1, 2, 3, 4],
		);
	});

	it('a run inline that passes its deadline is an error, though nothing could end it', async () => {
		const session = open(slow(), { placement: 'inline', deadline: 30 });
		const { inputs } = await session.ready();
		const longer = bindInputs(inputs, 20_000);
		assert.match(await briefOf(session.run(longer)), /^deadline passed: The run was not over 30 ms/);
	});

	describe('process', () => {
		it('is killed when a run passes its deadline, and started again', async () => {
			const session = open(slow(), { placement: 'process', deadline: 1500 });
			await infer(session, 1);
			assert.match(await briefOf(infer(session, 2 ** 40)), /^deadline passed/);
			assert.deepEqual((await infer(session, 1)).outputs[0]?.dims, [64, 64]);
		});

		it('fails what it was running when it dies, and is started again', async () => {
			let count = 0;
			const session = open(policy(), {
				createHost: (_placement, source, options, onDeath) =>
					new ProcessHost(
						source,
						options,
						onDeath,
						join(__dirname, count++ === 0 ? 'crashes-in-run.js' : '../../../lib/onnx/process.js'),
					),
			});
			assert.match(await briefOf(infer(session, [1, 2, 3, 4])), /^process died: .*SIGSEGV/);
			assert.deepEqual(dataOf(await infer(session, [1, 2, 3, 4])), [Float32Array.from([10, 20])]);
		});
	});

	it('keeps float16 out of the main thread where it does not work', async () => {
		const session = open(identity('float16', [1]), { placement: 'inline' });
		if ('Float16Array' in globalThis) {
			assert.match(await briefOf(session.ready()), /^float16 needs worker: .*placement worker/);
		} else {
			assert.deepEqual(dataOf(await infer(session, [1.5])), [Uint16Array.from([0x3e00])]);
		}
	});

	describe('sha256', () => {
		it('takes the model that was chosen and no other', async () => {
			const model = policy();
			const sha256 = hashBytes(model);
			assert.deepEqual(dataOf(await infer(open(model, { sha256: sha256.toUpperCase() }), [1, 2, 3, 4])).length, 1);
			const other = Buffer.from(model);
			// One bit of the first weight, 1.0: such a file loads without a word.
			const weight = other.indexOf(Buffer.from([0, 0, 0x80, 0x3f]));
			other[weight] = 1;
			const path = folder.write('m.onnx', other);
			assert.match(
				await briefOf(open(path, { sha256 }).ready()),
				/^sha256 differs: m\.onnx is not the model that was chosen/,
			);
		});

		it('covers weights beside the model', async () => {
			const model = externalWeights('w.bin');
			const weights = new Uint8Array(Float32Array.from([1, 2]).buffer);
			const sha256 = hashBytes(Buffer.concat([model, weights]));
			const path = folder.write('m.onnx', model);
			folder.write('w.bin', weights);
			assert.deepEqual(dataOf(await infer(open(path, { sha256 }), [0, 0])), [Float32Array.from([1, 2])]);
			weights[0] = 1;
			folder.write('w.bin', weights);
			assert.match(await briefOf(open(path, { sha256, threads: 2 }).ready()), /^sha256 differs/);
		});
	});

	it('falls back to the CPU and says why when a provider does not work', async () => {
		const session = open(policy(), { providers: ['elsewhere', 'nowhere', 'cpu'] });
		const info = await session.ready();
		assert.equal(info.provider, 'cpu');
		assert.equal(info.notes.length, 2);
		assert.match(info.notes[0] ?? '', /elsewhere is not in use/);
		assert.match(info.notes[1] ?? '', /nowhere is not in use/);
		assert.deepEqual(dataOf(await infer(session, [1, 2, 3, 4])), [Float32Array.from([10, 20])]);
	});

	describe('a file that is changed while it is loaded', () => {
		it('is not used, since what was read of it may not belong together', async () => {
			const path = folder.write('m.onnx', policy());
			const loading = Engine.load({ path }, {});
			// The header has been read by now, the network has not.
			renameSync(folder.write('other.onnx', twoInputs()), path);
			assert.match(await briefOf(loading), /^changed in loading: m\.onnx was changed/);
			await (await Engine.load({ path }, {})).release();
		});

		it('nor with other weights beside it', async () => {
			const path = folder.write('m.onnx', externalWeights('w.bin'));
			folder.write('w.bin', new Uint8Array(8));
			const loading = Engine.load({ path }, {});
			renameSync(folder.write('other.bin', new Uint8Array(8)), join(folder.path, 'w.bin'));
			assert.match(await briefOf(loading), /^changed in loading/);
		});
	});

	it('is not started again with another model than the one that died', async () => {
		const path = folder.write('m.onnx', policy());
		let count = 0;
		const session = openSession(
			{ path },
			{
				createHost: (_placement, source, options, onDeath) =>
					new ProcessHost(
						source,
						options,
						onDeath,
						join(__dirname, count++ === 0 ? 'crashes-in-run.js' : '../../../lib/onnx/process.js'),
					),
			},
		);
		opened.push(session);
		assert.match(await briefOf(infer(session, [1, 2, 3, 4])), /^process died/);
		folder.write('m.onnx', twoInputs());
		assert.match(await briefOf(infer(session, [1, 2, 3, 4])), /^other model: .*other inputs/);
	});

	describe('hot reload', () => {
		/** A session of a file, and the events that come of it. */
		async function watched(model: Buffer, options: SessionOptions = {}) {
			const path = folder.write('m.onnx', model);
			const events: ModelEvent[] = [];
			let tell: (() => void) | undefined;
			const onEvent = (event: ModelEvent) => {
				events.push(event);
				tell?.();
			};
			const session = open(path, { watch: true, onEvent, ...options });
			await session.ready();
			// From here on a change is a change.
			await session.lookForChanges();
			return {
				session,
				events,
				path,
				/** Writes the file and resolves with the event that comes of it. */
				async change(content: Uint8Array): Promise<ModelEvent> {
					folder.write('m.onnx', content);
					const told = new Promise<void>((resolve) => {
						tell = resolve;
					});
					await session.lookForChanges();
					await session.lookForChanges();
					await told;
					return events.at(-1) as ModelEvent;
				},
			};
		}
		const obs = [1, 0, 0, 0];

		it('puts the changed model in place of the old one', async () => {
			const { session, change } = await watched(policy([0, 10]));
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([1, 11])]);
			const event = await change(policy([5, 50]));
			assert.equal(event.kind, 'reloaded');
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([6, 51])]);
			await change(policy([7, 70]));
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([8, 71])]);
		});

		it('loses no request meanwhile', async () => {
			const { session, change } = await watched(policy([0, 10]), { waiting: 'queue', queueLength: 1000 });
			const results: number[] = [];
			let isOver = false;
			const changed = change(policy([5, 50])).then(() => {
				isOver = true;
			});
			while (!isOver) results.push(dataOf(await infer(session, obs))[0]?.[0] as number);
			await changed;
			results.push(dataOf(await infer(session, obs))[0]?.[0] as number);
			assert.deepEqual([results[0], results.at(-1)], [1, 6]);
			assert.deepEqual([...results].sort(), results);
			const { dropped, failed } = session.figures();
			assert.deepEqual([dropped, failed], [0, 0]);
		});

		it('leaves the old model running when the new file is broken, of another kind or another signature', async () => {
			const { session, change } = await watched(policy([0, 10]));
			await infer(session, obs);
			const bad: [Uint8Array, RegExp][] = [
				[policy().subarray(0, 100), /truncated/],
				[Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
				[twoInputs(), /other inputs \(a float32 \[2\], b float32 \[2\] instead of obs/],
				// It loads, but cannot do what the old one did: its output for the last input is not finite.
				[policy([Infinity, 0]), /output `actions`/],
			];
			for (const [content, reason] of bad) {
				const event = await change(content);
				assert.ok(event.kind === 'reload failed', event.kind);
				assert.match(event.error.message, reason);
				assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([1, 11])]);
			}
			assert.equal((await change(policy([5, 50]))).kind, 'reloaded');
			// Those that were not taken, and the one replaced, end: the hook below counts them.
		});

		it('loads a file that was broken at first', async () => {
			const path = folder.write('m.onnx', 'nothing');
			let event: ModelEvent | undefined;
			const told = new Promise<void>((resolve) => {
				const session = open(path, {
					watch: true,
					onEvent: (given) => {
						event = given;
						resolve();
					},
				});
				session.ready().catch(async () => {
					await session.lookForChanges();
					folder.write('m.onnx', policy());
					await session.lookForChanges();
					await session.lookForChanges();
				});
			});
			await told;
			assert.equal(event?.kind, 'reloaded');
			assert.equal((await infer(opened[0] as ModelSession, obs)).outputs.length, 1);
		});

		it('follows a link that is made to point elsewhere, and refuses where models may not come from', async () => {
			const folders = { userDir: join(folder.path, 'user'), packageDir: folder.path, extra: [] };
			const paths = ['user/old.onnx', 'user/new.onnx', 'outside.onnx'].map((name, i) =>
				folder.write(name, policy([i, 10])),
			);
			const path = join(folders.userDir, 'current.onnx');
			const point = (to: string) => {
				symlinkSync(to, `${path}.tmp`);
				renameSync(`${path}.tmp`, path);
			};
			point(paths[0] as string);
			let tell: (event: ModelEvent) => void = () => {};
			const session = openSession({ path, folders }, { watch: true, onEvent: (event) => tell(event) });
			opened.push(session);
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([1, 11])]);
			await session.lookForChanges();
			const change = async (to: string) => {
				point(to);
				const told = new Promise<ModelEvent>((resolve) => {
					tell = resolve;
				});
				await session.lookForChanges();
				await session.lookForChanges();
				return told;
			};
			assert.equal((await change(paths[1] as string)).kind, 'reloaded');
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([2, 11])]);
			const event = await change(paths[2] as string);
			assert.ok(event.kind === 'reload failed');
			assert.match(event.error.message, /not in a folder that models may come from/);
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([2, 11])]);
		});

		it('takes other weights beside the model', async () => {
			const weights = (value: number) => new Uint8Array(Float32Array.from([value, value]).buffer);
			folder.write('w.bin', weights(1));
			const { session, events } = await watched(externalWeights('w.bin'));
			assert.deepEqual(dataOf(await infer(session, [0, 0])), [Float32Array.from([1, 1])]);
			// What has happened since the loading counts, seen before or not.
			renameSync(folder.write('w.new', weights(2)), join(folder.path, 'w.bin'));
			while (events.length === 0) await session.lookForChanges();
			assert.equal(events[0]?.kind, 'reloaded');
			assert.deepEqual(dataOf(await infer(session, [0, 0])), [Float32Array.from([2, 2])]);
		});

		it('goes on while the file is away, and takes the one that comes', async () => {
			const { session, events, path, change } = await watched(policy([0, 10]));
			await infer(session, obs);
			rmSync(path);
			for (let i = 0; i < 3; i++) await session.lookForChanges();
			assert.equal(events.length, 0);
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([1, 11])]);
			assert.equal((await change(policy([5, 50]))).kind, 'reloaded');
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([6, 51])]);
		});

		it('waits until a file stands still', async () => {
			const { session, events } = await watched(policy([0, 10]));
			for (let i = 1; i < 5; i++) {
				folder.write('m.onnx', Buffer.concat([policy([5, 50]), Buffer.alloc(i)]));
				await session.lookForChanges();
			}
			assert.equal(events.length, 0);
			assert.ok(existsSync(join(folder.path, 'm.onnx')));
			assert.deepEqual(dataOf(await infer(session, obs)), [Float32Array.from([1, 11])]);
		});
	});
});
