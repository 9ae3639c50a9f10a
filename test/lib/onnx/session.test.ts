import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { BriefError } from '../../../lib/check';
import { bindInputs } from '../../../lib/onnx/inputs';
import type { RuntimeChoice } from '../../../lib/onnx/protocol';
import { type ModelSession, openSession, type RunResult, type SessionOptions } from '../../../lib/onnx/session';
import { WorkerHost, workerCount } from '../../../lib/onnx/worker-host';
import { Tensor, type TensorType } from '../../../lib/tensor/tensor';
import { Folder } from './folder';
import { buildModel, float32 } from './model-builder';
import { externalWeights, identity, lstm, policy, reciprocal, slow, twoInputs } from './models';

describe('onnx session', () => {
	let folder: Folder;
	let sessions: ModelSession[];
	beforeEach(() => {
		folder = new Folder();
		sessions = [];
	});
	afterEach(async () => {
		await Promise.all(sessions.map((session) => session.close()));
		folder.remove();
		assert.equal(workerCount(), 0);
		assert.equal(process.listenerCount('exit'), exitListeners);
	});
	// Not before the tests begin: other rooms may have theirs.
	let exitListeners: number;
	before(() => {
		exitListeners = process.listenerCount('exit');
	});

	function open(model: Buffer, options: SessionOptions = {}): ModelSession {
		const session = openSession({ bytes: model, name: 'test.onnx' }, options);
		sessions.push(session);
		return session;
	}

	/** Binds, runs and expects a result. */
	async function infer(session: ModelSession, payload: unknown): Promise<RunResult> {
		const { inputs } = await session.ready();
		const result = await session.run(bindInputs(inputs, payload));
		assert.ok(result !== 'dropped');
		return result;
	}

	async function problem(promise: Promise<unknown>): Promise<BriefError> {
		const error = await promise.then(
			() => undefined,
			(reason) => reason,
		);
		assert.ok(error instanceof BriefError, String(error));
		assert.ok(error.brief.length < 20, error.brief);
		return error;
	}

	for (const runtime of ['native', 'wasm'] satisfies RuntimeChoice[]) {
		describe(runtime, () => {
			it('runs a policy', async () => {
				const session = open(policy(), { runtime });
				const info = await session.ready();
				assert.equal(info.runtime, runtime);
				assert.deepEqual(info.inputs, [{ name: 'obs', type: 'float32', shape: ['batch', 4] }]);
				assert.deepEqual(info.outputs, [{ name: 'actions', type: 'float32', shape: ['batch', 2] }]);
				const { outputs, time, wait } = await infer(session, [
					[1, 2, 3, 4],
					[-1, -2, -3, -4],
				]);
				assert.deepEqual(outputs, [new Tensor('float32', [2, 2], Float32Array.from([10, 20, 0, 0]))]);
				assert.ok(time > 0 && wait >= 0);
			});

			it('takes and gives every type', async () => {
				const values: [TensorType, unknown, unknown][] = [
					['float32', [1.5, -2], Float32Array.from([1.5, -2])],
					['float64', [0.1, -2], Float64Array.from([0.1, -2])],
					['float16', [1.5, -2], Uint16Array.from([0x3e00, 0xc000])],
					['int8', [-128, 127], Int8Array.from([-128, 127])],
					['uint8', [0, 255], Uint8Array.from([0, 255])],
					['int16', [-32768, 32767], Int16Array.from([-32768, 32767])],
					['uint16', [0, 65535], Uint16Array.from([0, 65535])],
					['int32', [-(2 ** 31), 2 ** 31 - 1], Int32Array.from([-(2 ** 31), 2 ** 31 - 1])],
					['uint32', [0, 2 ** 32 - 1], Uint32Array.from([0, 2 ** 32 - 1])],
					['int64', [-(2n ** 63n), 2n ** 63n - 1n], BigInt64Array.from([-(2n ** 63n), 2n ** 63n - 1n])],
					['uint64', [0n, 2n ** 64n - 1n], BigUint64Array.from([0n, 2n ** 64n - 1n])],
					['bool', [true, false], Uint8Array.from([1, 0])],
					['string', ['größer', ''], ['größer', '']],
				];
				for (const [type, given, expected] of values) {
					const { outputs } = await infer(open(identity(type, ['n']), { runtime }), given);
					assert.deepEqual(outputs, [new Tensor(type, [2], expected as Tensor['data'])], type);
				}
			});

			it('runs scalars, several inputs and outputs, and a recurrent network', async () => {
				const scalar = await infer(open(identity('int64', []), { runtime }), 5);
				assert.deepEqual(scalar.outputs, [new Tensor('int64', [], BigInt64Array.from([5n]))]);
				const two = await infer(open(twoInputs(), { runtime }), { b: [10, 20], a: [1, 2] });
				assert.deepEqual(
					two.outputs.map((output) => [...(output.data as Float32Array)]),
					[
						[11, 22],
						[-9, -18],
					],
				);
				const zero = [[[0, 0]]];
				const first = await infer(open(lstm(), { runtime }), { obs: [1, 2, 3], h_in: zero, c_in: zero });
				// sigmoid(0.6) tanh(0.6) = c; sigmoid(0.6) tanh(c) = h
				const gate = 1 / (1 + Math.exp(-0.6));
				const c = gate * Math.tanh(0.6);
				const [actions, h, cell] = first.outputs.map((output) => (output.data as Float32Array)[0] as number);
				assert.ok(Math.abs((cell as number) - c) < 1e-6);
				assert.ok(Math.abs((h as number) - gate * Math.tanh(c)) < 1e-6);
				assert.equal(actions, h);
			});

			it('reads weights from the file beside the model', async () => {
				const path = folder.write('m.onnx', externalWeights('m.onnx.data'));
				folder.write('m.onnx.data', new Uint8Array(Float32Array.from([100, 200]).buffer));
				const session = openSession({ path }, { runtime });
				sessions.push(session);
				const { outputs } = await infer(session, [1, 2]);
				assert.deepEqual(outputs[0]?.data, Float32Array.from([101, 202]));
			});

			it('says when the file with its weights is too short', async () => {
				const path = folder.write('m.onnx', externalWeights('m.onnx.data'));
				folder.write('m.onnx.data', new Uint8Array(4));
				const session = openSession({ path }, { runtime });
				sessions.push(session);
				const error = await problem(session.ready());
				assert.equal(error.brief, 'weights truncated');
				assert.match(error.message, /weights in m\.onnx\.data are fewer/);
			});

			it('refuses NaN and Inf with the element, in and out', async () => {
				const session = open(reciprocal(), { runtime });
				const nan = await problem(infer(session, [1, 2, Number.NaN]));
				assert.equal(nan.brief, 'NaN in input');
				assert.match(nan.message, /Element 2 of the input `x` is NaN/);
				const inf = await problem(infer(session, [1, 0]));
				assert.equal(inf.brief, 'Inf in output');
				assert.match(inf.message, /Element 1 of the output `y` is Infinity/);
				// The same values pass when they are allowed, so it is the check that refuses them.
				const tolerant = open(reciprocal(), { runtime, allowNonFinite: true });
				const { outputs } = await infer(tolerant, [0, Number.NaN]);
				assert.deepEqual(outputs[0]?.data, Float32Array.from([Infinity, Number.NaN]));
				assert.deepEqual((await infer(session, [4])).outputs[0]?.data, Float32Array.from([0.25]));
			});
		});
	}

	it('runs models of unknown rank, and tensors without elements', async () => {
		const session = open(
			buildModel({
				nodes: [{ operator: 'Neg', inputs: ['x'], outputs: ['y'] }],
				inputs: [{ name: 'x', type: 'float32' }],
				outputs: [{ name: 'y', type: 'float32' }],
			}),
		);
		for (const dims of [[], [2], [1, 2, 1], [0], [3, 0]]) {
			const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(2);
			const { outputs } = await infer(session, new Tensor('float32', dims, data));
			assert.deepEqual(outputs, [
				new Tensor(
					'float32',
					dims,
					data.map((value) => -value),
				),
			]);
		}
	});

	it('infers the type of an output that the file does not tell', async () => {
		const session = open(
			buildModel({
				nodes: [{ operator: 'Shape', inputs: ['x'], outputs: ['y'] }],
				inputs: [{ name: 'x', type: 'float32', shape: ['n'] }],
				outputs: [{ name: 'y', type: 'float32', isUntyped: true }],
			}),
		);
		const { outputs } = await infer(session, [1, 2, 3]);
		assert.deepEqual(outputs, [new Tensor('int64', [1], BigInt64Array.from([3n]))]);
	});

	it('leaves out outputs that are no tensors, and says so', async () => {
		const session = open(
			buildModel({
				nodes: [
					{ operator: 'SequenceConstruct', inputs: ['x'], outputs: ['list'] },
					{ operator: 'Neg', inputs: ['x'], outputs: ['y'] },
				],
				inputs: [{ name: 'x', type: 'float32', shape: [1] }],
				outputs: [
					{ name: 'list', type: 'float32', shape: [1], isSequence: true },
					{ name: 'y', type: 'float32', shape: [1] },
				],
			}),
		);
		const { outputs, notes } = await session.ready();
		assert.deepEqual(outputs, [{ name: 'y', type: 'float32', shape: [1] }]);
		assert.match(notes.join(), /The output `list` is left out: it is of type sequence/);
		assert.deepEqual((await infer(session, [2])).outputs, [new Tensor('float32', [1], Float32Array.from([-2]))]);
	});

	it('finds a non-finite float16 and gives its place in several dimensions', async () => {
		const session = open(identity('float16', [1, 2, 2]));
		const bits = new Tensor('float16', [1, 2, 2], Uint16Array.from([0x3c00, 0, 0xfc00, 0]));
		assert.match(
			(await problem(infer(session, bits))).message,
			/Element 2 \(\[0, 1, 0\]\) of the input `x` is -Infinity/,
		);
	});

	it('says what is wrong with a model that does not load', async () => {
		const cases: [Buffer, string, RegExp][] = [
			[
				Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
				'git LFS pointer',
				/test\.onnx is a Git LFS pointer/,
			],
			[policy().subarray(0, 100), 'truncated model', /test\.onnx is truncated/],
			[identity('bfloat16', [1]), 'type not supported', /`x` of test\.onnx is of type bfloat16/],
			[externalWeights('w.data'), 'weights missing', /w\.data/],
			[
				buildModel({
					opsets: { '': 17, 'com.example': 1 },
					nodes: [{ operator: 'Odd', domain: 'com.example', inputs: ['x'], outputs: ['y'] }],
					inputs: [{ name: 'x', type: 'float32', shape: [1] }],
					outputs: [{ name: 'y', type: 'float32', shape: [1] }],
				}),
				'unknown operator',
				/standard operators/,
			],
			[
				buildModel({
					opset: 999,
					nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
					inputs: [{ name: 'x', type: 'float32', shape: [1] }],
					outputs: [{ name: 'y', type: 'float32', shape: [1] }],
				}),
				'opset too new',
				/operator set 999/,
			],
		];
		for (const [model, brief, message] of cases) {
			const error = await problem(open(model).ready());
			assert.equal(error.brief, brief, error.message);
			assert.match(error.message, message);
		}
		const lone = folder.write('lone.onnx', externalWeights('lone.data'));
		const session = openSession({ path: lone });
		sessions.push(session);
		const error = await problem(session.ready());
		assert.match(error.message, /lone\.onnx keeps its weights in lone\.data, which is not in its folder/);
		// A message that comes to such a model fails the same way.
		assert.equal(await problem(session.run([])), error);
	});

	it('refuses a name that no JavaScript object can have', async () => {
		const named = (input: string, output: string) =>
			buildModel({
				nodes: [{ operator: 'Neg', inputs: [input], outputs: [output] }],
				inputs: [{ name: input, type: 'float32', shape: [1] }],
				outputs: [{ name: output, type: 'float32', shape: [1] }],
			});
		for (const model of [named('__proto__', 'y'), named('x', '__proto__')]) {
			assert.match((await problem(open(model).ready())).message, /called __proto__/);
		}
		const { outputs } = await infer(open(named('constructor', 'toString')), { constructor: [1] });
		assert.deepEqual(outputs[0]?.data, Float32Array.from([-1]));
		const missing = await problem(infer(open(named('constructor', 'hasOwnProperty')), {}));
		assert.equal(missing.brief, 'input missing');
	});

	it('goes on after a run that fails', async () => {
		// Elements that do not multiply to the shape asked for: known only when it runs.
		const session = open(
			buildModel({
				nodes: [{ operator: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
				inputs: [
					{ name: 'x', type: 'float32', shape: ['n'] },
					{ name: 'shape', type: 'int64', shape: [1] },
				],
				outputs: [{ name: 'y', type: 'float32', shape: ['m'] }],
			}),
		);
		const error = await problem(infer(session, { x: [1, 2], shape: [3] }));
		assert.equal(error.brief, 'inference failed');
		assert.equal((await infer(session, { x: [1, 2], shape: [2] })).outputs[0]?.data.length, 2);
		assert.deepEqual([session.figures().runs, session.figures().failed], [1, 1]);
	});

	it('takes tensors of all sizes in turns, whichever way they go', async () => {
		for (const placement of ['worker', 'inline', 'process'] as const) {
			const session = open(identity('float32', ['n', 'm']), { placement });
			const results: Tensor[] = [];
			const sizes = [
				[1, 4],
				[1, 4],
				[2, 2],
				[1, 4],
				[1000, 20],
				[1, 4],
				[1, 0],
				[3, 1],
				[1000, 20],
				[1, 4],
			];
			for (const [turn, [n, m]] of (sizes as [number, number][]).entries()) {
				const data = Float32Array.from({ length: n * m }, (_, i) => turn * 1000 + i);
				const { outputs } = await infer(session, new Tensor('float32', [n, m], data));
				results.push(outputs[0] as Tensor);
			}
			for (const [turn, [n, m]] of (sizes as [number, number][]).entries()) {
				const data = Float32Array.from({ length: n * m }, (_, i) => turn * 1000 + i);
				assert.deepEqual(results[turn], new Tensor('float32', [n, m], data), `${placement}, turn ${turn}`);
			}
		}
	});

	it('goes on where it was after a run that was refused', async () => {
		const session = open(reciprocal());
		const tolerant = open(reciprocal(), { allowNonFinite: true });
		for (let turn = 1; turn < 4; turn++) {
			assert.deepEqual((await infer(session, [turn])).outputs[0]?.data, Float32Array.from([1 / turn]));
			// The same layout each time, so that only the bell tells who asks.
			assert.equal((await problem(infer(session, [0]))).brief, 'Inf in output');
			assert.equal((await problem(infer(session, [Number.NaN]))).brief, 'NaN in input');
			assert.deepEqual((await infer(tolerant, [0])).outputs[0]?.data, Float32Array.from([Infinity]));
		}
		assert.equal(workerCount(), 1);
	});

	it('leaves the input untouched and usable', async () => {
		const data = new Float32Array(1000).fill(3);
		const session = open(identity('float32', ['n']));
		for (let i = 0; i < 3; i++) {
			const { outputs } = await infer(session, new Tensor('float32', [1000], data));
			assert.equal(data.length, 1000);
			assert.deepEqual(outputs[0]?.data, data);
		}
	});

	it('reads the input when it is asked, so that the caller may reuse the memory', async () => {
		const session = open(identity('float32', [2]));
		const { inputs } = await session.ready();
		const data = Float32Array.from([1, 2]);
		const result = session.run(bindInputs(inputs, data));
		data.fill(9);
		assert.deepEqual(((await result) as RunResult).outputs[0]?.data, Float32Array.from([1, 2]));
	});

	describe('one run in flight', () => {
		const count = (turns: number) => [new Tensor('int64', [], BigInt64Array.from([BigInt(turns)]))];

		it('keeps the newest request and resolves those it replaces as dropped', async () => {
			const session = open(slow());
			await session.ready();
			const results = await Promise.all([1000, 1, 2, 3].map((turns) => session.run(count(turns))));
			assert.deepEqual(
				results.map((result) => result === 'dropped'),
				[false, true, true, false],
			);
			assert.deepEqual([session.figures().runs, session.figures().dropped], [2, 2]);
		});

		it('lets sessions of one model take turns', async () => {
			const order: string[] = [];
			const first = open(slow());
			const second = open(slow());
			await Promise.all([first.ready(), second.ready()]);
			assert.equal(workerCount(), 1);
			const run = async (name: string, session: ModelSession) => {
				const result = await session.run(count(200));
				order.push(result === 'dropped' ? `${name} dropped` : name);
			};
			await Promise.all([run('a1', first), run('a2', first), run('b1', second)]);
			assert.deepEqual(order, ['a1', 'a2', 'b1']);
			// A session that has had its turn goes behind one that waits.
			order.length = 0;
			await Promise.all([run('a1', first), run('b1', second), run('a2', first)]);
			assert.deepEqual(order, ['a1', 'b1', 'a2']);
		});

		it('drops what waits and runs when the session closes, and refuses what comes after', async () => {
			const session = open(slow());
			await session.ready();
			const results = [session.run(count(1000)), session.run(count(1))];
			const closed = session.close();
			assert.deepEqual(await Promise.all(results), ['dropped', 'dropped']);
			await closed;
			assert.equal(workerCount(), 0);
			assert.equal((await problem(session.run(count(1)))).brief, 'closed');
			assert.equal((await problem(session.ready())).brief, 'closed');
		});

		it('notices an end that came while the event loop was held up', async () => {
			const session = open(slow());
			await session.ready();
			await session.run(count(1));
			const closed = session.close();
			// Longer than closing waits for a run; the thread is gone long before. After an immediate the timers are
			// the next to be looked at.
			setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2100));
			await closed;
			assert.equal(workerCount(), 0);
		});

		it('keeps the model for the sessions that remain', async () => {
			const first = open(slow());
			const second = open(slow());
			await first.ready();
			await first.close();
			assert.equal(workerCount(), 1);
			assert.ok((await second.run(count(1))) !== 'dropped');
		});
	});

	it('shares a thread between sessions of the same file and settings only', async () => {
		const path = folder.write('m.onnx', policy());
		const openFile = (options: SessionOptions = {}) => {
			const session = openSession({ path }, options);
			sessions.push(session);
			return session.ready();
		};
		await Promise.all([openFile(), openFile({ allowNonFinite: true }), openFile({ threads: 1 })]);
		assert.equal(workerCount(), 1);
		await openFile({ threads: 2 });
		assert.equal(workerCount(), 2);
		folder.write('m.onnx', policy([5, 50]));
		await openFile();
		assert.equal(workerCount(), 3);
	});

	it('closes while it loads', async () => {
		const session = open(policy());
		const loading = session.ready();
		await session.close();
		assert.equal(workerCount(), 0);
		await loading;
	});

	describe('a thread that dies', () => {
		/** A thread whose script ends it: at loading, or at the first run. */
		const dying = (script: string): SessionOptions => ({
			createHost: (_placement, source, options, onDeath) =>
				new WorkerHost(source, options, onDeath, join(__dirname, script)),
		});

		it('fails what it was running and starts again with the next request', async () => {
			let hosts = 0;
			const session = open(policy(), {
				createHost: (_placement, source, options, onDeath) => {
					hosts++;
					const script = join(__dirname, hosts === 1 ? 'dies-in-run.js' : '../../../lib/onnx/worker.js');
					return new WorkerHost(source, options, onDeath, script);
				},
			});
			const { inputs } = await session.ready();
			const tensors = bindInputs(inputs, [1, 2, 3, 4]);
			const results = await Promise.allSettled([session.run(tensors), session.run(tensors)]);
			assert.equal(results[0].status, 'rejected');
			assert.match((results[0] as PromiseRejectedResult).reason.message, /thread of the model died: out of order/);
			assert.equal(results[1].status, 'fulfilled');
			assert.equal(hosts, 2);
			assert.equal(workerCount(), 1);
		});

		it('is not started again for ever', async () => {
			const session = open(policy(), dying('dies-in-load.js'));
			for (let i = 0; i < 2; i++) assert.equal((await problem(session.run([]))).brief, 'worker died');
			assert.equal((await problem(session.run([]))).brief, 'worker died');
			assert.equal((await problem(session.run([]))).brief, 'model keeps dying');
			assert.equal(workerCount(), 0);
		});
	});

	it('copies nothing large twice: the buffer of the inputs comes back', async () => {
		const weights = float32('w', [1], [1]);
		const session = open(
			buildModel({
				nodes: [{ operator: 'ReduceSum', inputs: ['x'], outputs: ['y'], attributes: { keepdims: 0 } }],
				inputs: [{ name: 'x', type: 'float32', shape: ['n'] }],
				outputs: [{ name: 'y', type: 'float32', shape: [] }],
				weights: [weights],
			}),
		);
		const { inputs } = await session.ready();
		const tensors = bindInputs(inputs, new Float32Array(1_000_000).fill(1));
		await session.run(tensors);
		const before = process.memoryUsage().arrayBuffers;
		for (let i = 0; i < 50; i++) await session.run(tensors);
		// 50 buffers of 4 MB would be 200 MB; without a collection in between all of them would still count.
		assert.ok(process.memoryUsage().arrayBuffers - before < 8_000_000);
	});
});
