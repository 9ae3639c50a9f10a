import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import helper from 'node-red-node-test-helper';
import { workerCount } from '../../lib/onnx/worker-host';
import { Tensor } from '../../lib/tensor/tensor';
import { Folder } from '../lib/onnx/folder';
import { externalWeights, identity, policy, reciprocal, slow, twoInputs } from '../lib/onnx/models';
import { collect, type FlowNode, load, type Message, next, send, statuses, unload, until, withoutStages } from './flow';

const infer = (id: string, model: string, more: object = {}): FlowNode => ({
	id,
	type: 'onnx-infer',
	name: '',
	model,
	nonFinite: 'refuse',
	wires: [[`${id}-out`]],
	...more,
});
const out = (id: string): FlowNode => ({ id: `${id}-out`, type: 'helper', wires: [] });
const catcher: FlowNode[] = [
	{ id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['caught']] } as unknown as FlowNode,
	{ id: 'caught', type: 'helper', wires: [] },
];

const errorOf = (message: Message) => (message.error as { message: string }).message;

describe('onnx-infer', () => {
	let folder: Folder;
	beforeEach(() => {
		folder = new Folder();
		helper.settings({ userDir: folder.path });
		folder.write('models/policy.onnx', policy());
	});
	afterEach(async () => {
		await unload();
		folder.remove();
		assert.equal(workerCount(), 0);
	});

	it('runs a model on the payload and keeps the rest of the message', async () => {
		await load([infer('n', 'models/policy.onnx'), out('n')]);
		const ros = { type: 'sensor_msgs/msg/JointState', receivedAt: 5n };
		const result = next('n-out');
		send('n', { payload: [1, 2, 3, 4], topic: '/joint_states', ros, own: 'kept' });
		const message = await result;
		assert.deepEqual(message.payload, new Tensor('float32', [1, 2], Float32Array.from([10, 20])));
		assert.deepEqual([message.topic, message.own, withoutStages(message)], ['/joint_states', 'kept', ros]);
	});

	it('gives several outputs by name', async () => {
		folder.write('two.onnx', twoInputs());
		await load([infer('n', 'two.onnx'), out('n')]);
		const result = next('n-out');
		send('n', { payload: { a: Float32Array.from([1, 2]), b: new Tensor('float32', [2], Float32Array.from([3, 4])) } });
		assert.deepEqual((await result).payload, {
			sum: new Tensor('float32', [2], Float32Array.from([4, 6])),
			difference: new Tensor('float32', [2], Float32Array.from([-2, -2])),
		});
	});

	it('finds the model that comes with the package', async () => {
		await load([infer('n', 'models/cart-pole.onnx'), out('n')]);
		const result = next('n-out');
		send('n', { payload: [0, 0, 0.1, 0] });
		const output = (await result).payload as Tensor;
		assert.deepEqual(output.dims, [1, 2]);
	});

	it('says in its status that it loads, and what it is ready for', async () => {
		await load([infer('n', 'models/policy.onnx'), out('n')]);
		const seen = statuses('n');
		await until(() => seen.some(({ fill }) => fill === 'green'));
		assert.match(seen.at(-1)?.text ?? '', /ready/);
		send('n', { payload: [1, 2, 3, 4] });
		await until(() => seen.some(({ text = '' }) => /runs/.test(text)));
		assert.equal(seen.at(-1)?.fill, 'green');
	});

	describe('a model that cannot be used', () => {
		const cases: [string, Buffer | string | undefined, string, RegExp][] = [
			['missing', undefined, 'model not found', /There is no model m\.onnx\. Looked for: .*m\.onnx/],
			['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\n', 'git LFS pointer', /git lfs pull/],
			['broken', policy().subarray(0, 90), 'truncated model', /m\.onnx is truncated/],
			['without its weights', externalWeights('w.bin'), 'weights missing', /w\.bin/],
		];
		for (const [what, content, brief, problem] of cases) {
			it(`${what}: red status, one error at the start and one for each message`, async () => {
				if (content !== undefined) folder.write('m.onnx', content);
				const started = load([
					infer('n', 'm.onnx'),
					out('n'),
					infer('good', 'models/policy.onnx'),
					out('good'),
					...catcher,
				]);
				await started;
				const caught = collect('caught');
				const seen = statuses('n');
				send('n', { payload: [1, 2, 3, 4] });
				await until(() => caught.length >= (content === undefined ? 1 : 2));
				for (const message of caught) assert.match(errorOf(message), problem);
				if (content !== undefined) assert.deepEqual([seen.at(-1)?.fill, seen.at(-1)?.text], ['red', brief]);
				// The other flow goes on.
				const result = next('good-out');
				send('good', { payload: [1, 2, 3, 4] });
				assert.ok((await result).payload instanceof Tensor);
			});
		}

		it('outside of the allowed folders, unless the administrator lists the folder', async () => {
			const elsewhere = new Folder();
			try {
				const path = elsewhere.write('m.onnx', policy());
				await load([infer('n', path), out('n'), ...catcher]);
				const caught = next('caught');
				send('n', { payload: [1, 2, 3, 4] });
				assert.match(errorOf(await caught), /ros2Inference\.modelFolders in settings\.js/);
				await unload();
				helper.settings({ userDir: folder.path, ros2Inference: { modelFolders: [elsewhere.path] } });
				await load([infer('n', path), out('n')]);
				const result = next('n-out');
				send('n', { payload: [1, 2, 3, 4] });
				assert.ok((await result).payload instanceof Tensor);
			} finally {
				helper.settings({ ros2Inference: undefined });
				elsewhere.remove();
			}
		});

		it('whose weights are outside of the allowed folders', async () => {
			const elsewhere = new Folder();
			const weights = elsewhere.write('w.bin', new Uint8Array(8));
			folder.write('m.onnx', externalWeights(weights));
			await load([infer('n', 'm.onnx'), out('n'), ...catcher]);
			const caught = next('caught');
			send('n', { payload: [1, 2] });
			assert.match(errorOf(await caught), /w\.bin is not in a folder that models may come from/);
			elsewhere.remove();
		});
	});

	it('gives what is wrong with a message to Catch nodes and goes on with the next', async () => {
		folder.write('r.onnx', reciprocal());
		await load([infer('n', 'r.onnx'), out('n'), ...catcher]);
		const sent = collect('n-out');
		const wrong: [unknown, RegExp][] = [
			[[[1, 2]], /`x` expects float32 \[n\], got float32 \[1, 2\]/],
			[new Float64Array(1), /casts to float32/],
			[[1, Number.NaN], /Element 1 of the input `x` is NaN/],
			[[1, 0], /Element 1 of the output `y` is Infinity/],
			[{ obs: [1] }, /"obs", which is no input/],
			['go', /got "go"/],
			[undefined, /got undefined/],
		];
		for (const [payload, problem] of wrong) {
			const caught = next('caught');
			send('n', { payload, topic: 'kept' });
			const message = await caught;
			assert.match(errorOf(message), problem);
			assert.equal(message.topic, 'kept');
		}
		assert.equal(sent.length, 0);
		send('n', { payload: [4] });
		await until(() => sent.length === 1);
		assert.deepEqual(
			sent.map(({ payload }) => (payload as Tensor).data),
			[Float32Array.from([0.25])],
		);
	});

	it('lets NaN and Inf through when told to', async () => {
		folder.write('r.onnx', reciprocal());
		await load([infer('n', 'r.onnx', { nonFinite: 'allow' }), out('n')]);
		const result = next('n-out');
		send('n', { payload: [0] });
		assert.deepEqual(((await result).payload as Tensor).data, Float32Array.from([Infinity]));
	});

	it('shares one thread between nodes of the same model', async () => {
		await load([infer('a', 'models/policy.onnx'), out('a'), infer('b', 'models/policy.onnx'), out('b')]);
		const results = [next('a-out'), next('b-out')];
		send('a', { payload: [1, 0, 0, 0] });
		send('b', { payload: [2, 0, 0, 0] });
		const first = (await Promise.all(results)).map(({ payload }) => (payload as Tensor).data[0]);
		assert.deepEqual(first, [1, 2]);
		assert.equal(workerCount(), 1);
	});

	it('drops what a newer message supersedes, without an error, and completes every message', async () => {
		folder.write('slow.onnx', slow());
		await load([
			infer('n', 'slow.onnx'),
			out('n'),
			{ id: 'complete', type: 'complete', scope: ['n'], uncaught: false, wires: [['done']] } as unknown as FlowNode,
			{ id: 'done', type: 'helper', wires: [] },
			...catcher,
		]);
		const sent = collect('n-out');
		const done = collect('done');
		const caught = collect('caught');
		send('n', { payload: 1, topic: 0 });
		await until(() => sent.length === 1);
		for (let i = 1; i <= 5; i++) send('n', { payload: 300, topic: i });
		await until(() => done.length === 6);
		assert.deepEqual(
			sent.map(({ topic }) => topic),
			[0, 1, 5],
		);
		assert.equal(caught.length, 0);
	});

	it('does not hold up other flows while it runs', async () => {
		folder.write('slow.onnx', slow());
		await load([infer('n', 'slow.onnx'), out('n'), { id: 'other', type: 'helper', wires: [] }]);
		const sent = collect('n-out');
		send('n', { payload: 1 });
		await until(() => sent.length === 1);
		const other = collect('other');
		send('n', { payload: 10_000 });
		// Each turn of the event loop takes a message of the other flow while the run is under way.
		while (sent.length === 1) {
			send('other', { payload: 0 });
			await new Promise((resolve) => setImmediate(resolve));
		}
		assert.ok(other.length > 20, `${other.length}`);
	});

	it('leaks neither threads nor listeners nor memory over 1000 redeploys', async function () {
		this.timeout(240_000);
		const threads = () => (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;
		const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
		const flow = [infer('n', 'models/policy.onnx'), out('n')];
		const before = { threads: threads(), listeners: listeners() };
		let settled = 0;
		for (let i = 0; i < 1000; i++) {
			await load(flow);
			const result = next('n-out');
			send('n', { payload: [1, 2, 3, 4] });
			await result;
			await unload();
			if (i === 49) settled = process.memoryUsage.rss();
		}
		assert.deepEqual({ threads: threads(), listeners: listeners() }, before);
		const growth = (process.memoryUsage.rss() - settled) / 1e6;
		assert.ok(growth < 100, `${growth.toFixed(0)} MB over 950 redeploys`);
	});

	it('redeploys in the middle of a run', async () => {
		folder.write('slow.onnx', slow());
		for (let i = 0; i < 3; i++) {
			await load([infer('n', 'slow.onnx'), out('n')]);
			const result = next('n-out');
			send('n', { payload: 1 });
			await result;
			send('n', { payload: 3000 });
			await unload();
		}
	});

	describe('what the editor asks', () => {
		/** The helper's client of the admin API (supertest). */
		const { request } = helper as unknown as {
			request(): { get(path: string): Promise<{ status: number; body: unknown }> };
		};
		const ask = (path: string) => request.call(helper).get(path);

		it('lists models', async () => {
			await load([infer('n', 'models/policy.onnx'), out('n')]);
			const { body } = await ask('/onnx-infer/models');
			assert.ok((body as string[]).includes('models/policy.onnx'));
			assert.ok((body as string[]).includes('models/cart-pole.onnx'));
		});

		it('gives the card of a model', async () => {
			folder.write('x.onnx', identity('int64', ['n', 3], { joint_names: 'a,b' }));
			await load([infer('n', 'x.onnx'), out('n')]);
			const { status, body } = await ask('/onnx-infer/card?path=x.onnx');
			assert.equal(status, 200);
			const card = body as Record<string, unknown>;
			assert.deepEqual(card.inputs, [{ name: 'x', type: 'int64', shape: ['n', 3] }]);
			assert.deepEqual(card.metadata, { joint_names: 'a,b' });
			assert.equal(card.path, join(folder.path, 'x.onnx'));
			assert.match(String(card.sha256), /^[0-9a-f]{64}$/);
		});

		it('cuts what an exporter has put into the metadata whole', async () => {
			folder.write('x.onnx', identity('float32', ['n'], { config: 'x'.repeat(100_000), rate: '50' }));
			await load([infer('n', 'x.onnx'), out('n')]);
			const { metadata } = (await ask('/onnx-infer/card?path=x.onnx')).body as { metadata: Record<string, string> };
			assert.deepEqual([metadata.config?.length, metadata.rate], [1000, '50']);
		});

		it('refuses paths elsewhere, and says what a wrong file is without giving any of it away', async () => {
			folder.write('secret.json', '{"password": "hunter2"}');
			await load([infer('n', 'models/policy.onnx'), out('n')]);
			for (const path of ['/etc/passwd', '../../etc/passwd', '/etc/none']) {
				const { status, body } = await ask(`/onnx-infer/card?path=${encodeURIComponent(path)}`);
				assert.equal(status, 422);
				assert.equal((body as { brief: string }).brief, 'path not allowed');
			}
			const { status, body } = await ask('/onnx-infer/card?path=secret.json');
			assert.equal(status, 422);
			assert.equal((body as { brief: string }).brief, 'JSON, not ONNX');
			assert.doesNotMatch(JSON.stringify(body), /hunter2/);
		});
	});
});
