import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import helper from 'node-red-node-test-helper';
import { hashBytes } from '../../lib/onnx/hash';
import type { PlacementChoice } from '../../lib/onnx/placement';
import { processIds } from '../../lib/onnx/process-host';
import { workerCount } from '../../lib/onnx/worker-host';
import { systemNow } from '../../lib/ros/clock';
import type { Tensor } from '../../lib/tensor/tensor';
import { properties } from '../../nodes/onnx-infer/config';
import { Episodes } from '../../nodes/onnx-infer/episodes';
import { shows } from '../../nodes/onnx-infer/show';
import { parseProperties } from '../../nodes/shared/properties';
import { Folder } from '../lib/onnx/folder';
import { lstm, policy, reciprocal, slow, twoInputs } from '../lib/onnx/models';
import { collect, type FlowNode, load, type Message, next, node, send, statuses, unload, until } from './flow';

const infer = (model: string, more: object = {}): FlowNode => ({
	id: 'n',
	type: 'onnx-infer',
	name: 'policy',
	model,
	wires: [['out'], ['figures']],
	...more,
});
const rest: FlowNode[] = [
	{ id: 'out', type: 'helper', wires: [] },
	{ id: 'figures', type: 'helper', wires: [] },
	{ id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['caught']] } as unknown as FlowNode,
	{ id: 'caught', type: 'helper', wires: [] },
];
const errorOf = (message: Message) => (message.error as { message: string }).message;
const dataOf = (message: Message) => [...(message.payload as Tensor).data];

describe('onnx-infer settings', () => {
	let folder: Folder;
	beforeEach(() => {
		folder = new Folder();
		helper.settings({ userDir: folder.path });
		folder.write('policy.onnx', policy());
		folder.write('lstm.onnx', lstm());
		folder.write('slow.onnx', slow());
	});
	afterEach(async () => {
		await unload();
		folder.remove();
		assert.deepEqual([workerCount(), processIds().length], [0, 0]);
	});

	/** Who waits for the next result or error. */
	let answer: ((message: Message) => void) | undefined;

	async function start(model: string, more: object = {}): Promise<void> {
		await load([infer(model, more), ...rest]);
		for (const id of ['out', 'caught']) node(id).on('input', (message) => answer?.(message as Message));
	}

	/** Sends and waits for the result or the error that comes of it. */
	function exchange(message: object): Promise<Message> {
		const answered = new Promise<Message>((resolve) => {
			answer = resolve;
		});
		send('n', message);
		return answered;
	}

	it('are refused when they make no sense, naming the property', () => {
		const cases: [object, RegExp][] = [
			[{ sha256: 'abc' }, /`sha256` to be 64 hexadecimal digits/],
			[{ providers: 'cpu, gpu' }, /`providers`.*got "gpu"/],
			[{ state: '[{"output": "h"}]' }, /`state\[0\]\.input`/],
			[{ state: '{}' }, /`state`/],
			[{ state: '[' }, /`state` to be JSON/],
			[{ placement: 'gpu' }, /`placement`/],
			[{ threads: '0' }, /`threads`/],
			[{ deadline: '-1' }, /`deadline`.*ms/],
			[{ maxAge: 'soon' }, /`maxAge`/],
			[{ queueLength: '1.5' }, /`queueLength`/],
			[{ figures: '-1' }, /`figures`/],
		];
		for (const [saved, message] of cases) assert.throws(() => parseProperties(properties, saved), message);
		const options = parseProperties(properties, { providers: ' CUDA, cpu ', deadline: '', maxAge: '20' });
		assert.deepEqual(options.providers, ['cuda', 'cpu']);
		assert.deepEqual([options.deadline, options.maxAge, options.state], [undefined, 20, []]);
	});

	it('say that no model is chosen', async () => {
		await start('');
		assert.match(errorOf(await exchange({ payload: [1] })), /No model is chosen/);
	});

	describe('state', () => {
		const state = JSON.stringify([
			{ output: 'h_out', input: 'h_in' },
			{ output: 'c_out', input: 'c_in' },
		]);
		const obs = { payload: [1, 1, 1] };

		it('is asked for when it is not fed back, with what it looks like', async () => {
			await start('lstm.onnx');
			assert.match(errorOf(await exchange({ ...obs })), /looks like a recurrent network.*h_out -> h_in, c_out -> c_in/);
		});

		it('is fed back, and reset by a message', async () => {
			await start('lstm.onnx', { state });
			const first = dataOf(await exchange({ ...obs }));
			const second = dataOf(await exchange({ ...obs }));
			assert.notDeepEqual(second, first);
			assert.deepEqual(dataOf(await exchange({ ...obs, reset: true })), first);
			assert.deepEqual(dataOf(await exchange({ ...obs })), second);
			send('n', { reset: true });
			assert.deepEqual(dataOf(await exchange({ ...obs })), first);
		});

		it('is kept for each key of the message', async () => {
			await start('lstm.onnx', { state, stateKey: 'topic' });
			const first = dataOf(await exchange({ ...obs, topic: 'a' }));
			const second = dataOf(await exchange({ ...obs, topic: 'a' }));
			assert.deepEqual(dataOf(await exchange({ ...obs, topic: 'b' })), first);
			send('n', { reset: true, topic: 'a' });
			assert.deepEqual(dataOf(await exchange({ ...obs, topic: 'b' })), second);
			assert.deepEqual(dataOf(await exchange({ ...obs, topic: 'a' })), first);
			assert.match(errorOf(await exchange({ ...obs })), /`msg\.topic` to be a text or a number/);
		});

		it('begins anew when time jumps back and when the episode changes', async () => {
			await start('lstm.onnx', { state, episode: 'episode' });
			const at = (sec: number, episode = 1) => exchange({ ...obs, episode, ros: { stamp: { sec, nanosec: 5 } } });
			const first = dataOf(await at(10));
			const second = dataOf(await at(11));
			assert.notDeepEqual(second, first);
			assert.deepEqual(dataOf(await at(3)), first);
			assert.deepEqual(dataOf(await at(4)), second);
			assert.deepEqual(dataOf(await at(5, 2)), first);
			assert.deepEqual(dataOf(await at(5, 2)), second);
		});

		it('takes a flag as the beginning of an episode where it is true', () => {
			const episodes = new Episodes();
			const flags = [true, undefined, undefined, true, true, false, false, true, undefined];
			assert.deepEqual(
				flags.map((flag) => episodes.begins('', undefined, flag)),
				[false, false, false, true, true, false, false, true, false],
			);
		});

		it('does not take a stamp that is not set for a jump', () => {
			const episodes = new Episodes();
			const stamp = (sec: number) => ({ stamp: { sec, nanosec: 0 } });
			assert.deepEqual(
				[stamp(5), stamp(0), undefined, {}, stamp(5), stamp(4)].map((ros) => episodes.begins('', ros, undefined)),
				[false, false, false, false, false, true],
			);
		});

		it('that does not fit the model fails at the start', async () => {
			await start('lstm.onnx', { state: '[{"output": "h", "input": "h_in"}]' });
			assert.match(errorOf(await next('caught')), /the output "h", which the model does not have/);
		});
	});

	describe('age', () => {
		it('is told with the result, along with how long the run took', async () => {
			await start('policy.onnx');
			const payload = [1, 2, 3, 4];
			const aged = (await exchange({ payload, ros: { receivedAt: systemNow() - 50 } })).inference as Record<
				string,
				number
			>;
			assert.ok((aged.age as number) >= 50 && (aged.age as number) < 20_000, `${aged.age}`);
			assert.ok((aged.time as number) > 0 && (aged.wait as number) >= 0);
			assert.equal(((await exchange({ payload })).inference as Record<string, unknown>).age, undefined);
		});

		it('beyond the limit is an error, and nothing is computed', async () => {
			await start('policy.onnx', { maxAge: '10000' });
			const payload = [1, 2, 3, 4];
			assert.ok((await exchange({ payload, ros: { receivedAt: systemNow() } })).payload);
			const late = await exchange({ payload, ros: { receivedAt: systemNow() - 10_001 } });
			assert.match(errorOf(late), /ms old, at most 10000 ms are allowed/);
			assert.match(errorOf(await exchange({ payload })), /no msg\.ros\.receivedAt/);
			const told = next('figures');
			send('n', { figures: true });
			const { payload: figures } = await told;
			assert.equal((figures as { runs: number }).runs, 1);
		});
	});

	it('a deadline that passes is an error, and its result is not sent', async () => {
		await start('slow.onnx', { deadline: '30', placement: 'process' });
		const sent = collect('out');
		// Longer than the test is given: only the deadline can end it.
		const error = await exchange({ payload: 2 ** 40 });
		assert.match(errorOf(error), /not over 30 ms after the message came|had its turn 30 ms after/);
		assert.equal(sent.length, 0);
	});

	it('a queue keeps every message', async () => {
		await start('slow.onnx', { waiting: 'queue', queueLength: '10' });
		await exchange({ payload: 1 });
		const sent = collect('out');
		for (let topic = 0; topic < 8; topic++) send('n', { payload: 50, topic });
		await until(() => sent.length === 8);
		assert.deepEqual(
			sent.map(({ topic }) => topic),
			[0, 1, 2, 3, 4, 5, 6, 7],
		);
	});

	describe('figures', () => {
		it('are sent when asked for', async () => {
			await start('slow.onnx', { waiting: 'drop' });
			await exchange({ payload: 1 });
			const results = collect('out');
			for (let i = 0; i < 3; i++) send('n', { payload: 100 });
			await until(() => results.length === 1);
			const told = next('figures');
			send('n', { figures: true });
			const { topic, payload } = await told;
			const { runs, dropped, failed, placement, provider, p50, p99, rate } = payload as Record<string, number>;
			assert.deepEqual([topic, runs, dropped, failed, placement, provider], ['policy', 2, 2, 0, 'worker', 'cpu']);
			assert.ok((p50 as number) > 0 && (p99 as number) >= (p50 as number) && (rate as number) > 0);
		});

		it('are sent by themselves', async () => {
			await start('policy.onnx', { figures: '0.01' });
			assert.equal(((await next('figures')).payload as { dropped: number }).dropped, 0);
		});
	});

	it('a pinned model is the only one taken', async () => {
		await start('policy.onnx', { sha256: hashBytes(policy()) });
		assert.deepEqual(dataOf(await exchange({ payload: [1, 2, 3, 4] })), [10, 20]);
		await unload();
		await start('policy.onnx', { sha256: hashBytes(lstm()) });
		assert.match(errorOf(await next('caught')), /is not the model that was chosen/);
	});

	for (const placement of ['inline', 'auto', 'process']) {
		it(`runs with the placement ${placement}`, async () => {
			await start('policy.onnx', { placement });
			assert.deepEqual(dataOf(await exchange({ payload: [1, 2, 3, 4] })), [10, 20]);
		});
	}

	it('the status says where a model is that has found its place by itself, and on what it runs', () => {
		const shown = (placement: PlacementChoice, provider: string, runtime = 'native') => {
			let text = '';
			const RED = { _: (key: string, values: object) => `${key.split('.').pop()} ${Object.values(values).join(' ')}` };
			const status = {
				update: (_fill: string, _shape: string, now: () => string) => {
					text = now();
				},
			};
			const session = {
				placement: placement === 'worker' ? 'worker' : 'inline',
				figures: () => ({ rate: 50, p50: 0.04 }),
			};
			shows(RED as never, status as never, placement).runs({ provider, runtime } as never, session as never);
			return text;
		};
		assert.equal(shown('auto', 'cpu'), 'runs 50 0.04 inline');
		assert.equal(shown('inline', 'cpu'), 'runs 50 0.04');
		assert.equal(shown('worker', 'cuda'), 'runs 50 0.04 cuda');
		assert.equal(shown('worker', 'wasm', 'wasm'), 'runsWasm 50 0.04');
	});

	it('a changed file is taken, and a broken one is not', async function () {
		this.timeout(60_000);
		await start('policy.onnx');
		const seen = statuses('n');
		const payload = [1, 0, 0, 0];
		assert.deepEqual(dataOf(await exchange({ payload })), [1, 11]);
		const caught = next('caught');
		folder.write('policy.onnx', policy().subarray(0, 100));
		assert.match(errorOf(await caught), /policy\.onnx is truncated/);
		assert.equal(seen.at(-1)?.fill, 'yellow');
		assert.deepEqual(dataOf(await exchange({ payload })), [1, 11]);
		const errors = collect('caught');
		const before = seen.length;
		folder.write('policy.onnx', policy([5, 50]));
		await until(() => errors.length > 0 || seen.slice(before).some(({ text }) => /ready/.test(text ?? '')), 30);
		assert.deepEqual(errors.map(errorOf), []);
		assert.deepEqual(dataOf(await exchange({ payload })), [6, 51]);
	});

	it('a file that is broken from the start is taken once it is repaired', async function () {
		this.timeout(60_000);
		folder.write('late.onnx', policy().subarray(0, 100));
		await start('late.onnx');
		const seen = statuses('n');
		assert.match(errorOf(await next('caught')), /late\.onnx is truncated/);
		assert.equal(seen.at(-1)?.fill, 'red');
		const caught = next('caught');
		folder.write('late.onnx', policy().subarray(0, 120));
		assert.match(errorOf(await caught), /late\.onnx is truncated/);
		assert.equal(seen.at(-1)?.fill, 'red');
		folder.write('late.onnx', policy());
		await until(() => seen.at(-1)?.fill === 'green', 30);
		assert.deepEqual(dataOf(await exchange({ payload: [1, 2, 3, 4] })), [10, 20]);
	});

	describe('a model from messages', () => {
		it('is used from then on, and replaced by the next', async () => {
			await start('', { source: 'message' });
			assert.match(errorOf(await exchange({ payload: [1] })), /no model yet/);
			const first = await exchange({ model: policy(), payload: [1, 2, 3, 4] });
			assert.deepEqual(dataOf(first), [10, 20]);
			assert.ok(!('model' in first));
			assert.deepEqual(dataOf(await exchange({ payload: [0, 0, 0, 0] })), [0, 10]);
			send('n', { model: 'policy.onnx' });
			send('n', { model: reciprocal() });
			await until(() => workerCount() > 0);
			assert.deepEqual(dataOf(await exchange({ model: reciprocal(), payload: [4] })), [0.25]);
		});

		it('that is broken leaves the one before in use', async () => {
			await start('', { source: 'message' });
			await exchange({ model: policy(), payload: [1, 2, 3, 4] });
			assert.match(errorOf(await exchange({ model: Buffer.from('<html>') })), /is a web page/);
			assert.match(errorOf(await exchange({ model: 5 })), /`msg\.model` to be a Buffer or a path, got 5/);
			assert.match(errorOf(await exchange({ model: '/etc/passwd' })), /not in a folder that models may come from/);
			assert.deepEqual(dataOf(await exchange({ payload: [1, 2, 3, 4] })), [10, 20]);
		});

		it('is not taken by a node that has a file', async () => {
			await start('policy.onnx');
			const result = await exchange({ model: twoInputs(), payload: [1, 2, 3, 4] });
			assert.deepEqual(dataOf(result), [10, 20]);
			assert.ok('model' in result);
		});
	});
});
