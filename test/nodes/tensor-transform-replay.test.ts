import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import helper from 'node-red-node-test-helper';
import { readNpz } from '../../lib/tensor/arrays';
import { chainOf, type FlowNode } from '../../nodes/tensor-transform/chain';
import { recordedSamples, samplesOfJson } from '../../nodes/tensor-transform/recording';
import type { ReplayResult } from '../../nodes/tensor-transform/replay';
import { toSampleJson } from '../../nodes/tensor-transform/sample-json';
import { load, unload } from './flow';

const root = join(__dirname, '..', '..', '..');
const fixtures = join(root, 'test', 'fixtures', 'transform');

const arraysOf = (file: string) =>
	readNpz(readFileSync(join(fixtures, file)), (data, size) => inflateRawSync(data, { maxOutputLength: size }));
const samplesOf = (file: string) => recordedSamples(arraysOf(file));

interface Answer {
	readonly status: number;
	readonly body: unknown;
}
/** The helper's client of the admin API (supertest). */
const { request } = helper as unknown as {
	request(): { post(path: string): { set(name: string, value: string): { send(text: string): Promise<Answer> } } };
};
const post = (path: string, text: string, type = 'application/octet-stream') =>
	request.call(helper).post(`/tensor-transform/${path}`).set('content-type', type).send(text);

/** The nodes of an example, by the number it begins with. */
function example(number: string): FlowNode[] {
	const file = readdirSync(join(root, 'examples')).find((name) => name.startsWith(number)) as string;
	return JSON.parse(readFileSync(join(root, 'examples', file), 'utf8'));
}

describe('the replay of a recording through the flow', () => {
	before(() => load([]));
	after(unload);

	const cartPole = example('01');
	const stepsOf = (id: string) => cartPole.find((node) => node.id === id)?.steps;
	const chain = {
		before: [{ name: 'observation', steps: stepsOf('balance-observation') }],
		model: { name: 'policy', path: 'models/cart-pole.onnx', state: [] as object[] },
		after: [{ name: 'force', steps: stepsOf('balance-action') }],
	};
	const replay = async (samples: readonly object[], through: object = chain) => {
		const { status, body } = await post('replay', toSampleJson({ chain: through, samples }));
		if (status !== 200) throw new Error((body as { message: string }).message);
		return body as ReplayResult;
	};

	it('goes through the transforms and the model, and all comes out as recorded', async () => {
		for (const samples of [
			samplesOf('cart_pole_pairs.npz'),
			samplesOfJson(readFileSync(join(fixtures, 'cart_pole_pairs.json'), 'utf8')),
		]) {
			assert.deepEqual(await replay(samples ?? []), {
				isSame: true,
				moments: 20,
				compared: { observation: 80, action: 40, command: 20 },
			});
		}
	});

	it('names the first element of the observation that differs', async () => {
		const { isSame, difference } = await replay(samplesOf('cart_pole_wrong_observation.npz'));
		assert.equal(isSame, false);
		assert.match(difference ?? '', /^moment 8: observation, element 2 \(position of hinge\) was recorded as .*, got /);
	});

	it('names the first element of the action and of the command that differs', async () => {
		const action = await replay(samplesOf('cart_pole_wrong_action.npz'));
		assert.match(action.difference ?? '', /^moment 10: action, element 1 was recorded as/);
		const command = await replay(samplesOf('cart_pole_wrong_command.npz'));
		assert.match(command.difference ?? '', /^moment 5: command data, element 0 was recorded as (-?)10, got (-?)10$/);
	});

	it('finds joints in another order, by the term and the joint', async () => {
		const select = (field: string) => ({ type: 'select', fields: [field], names: ['hinge', 'slider'] });
		const terms = [
			{ name: 'where', steps: [select('position')] },
			{ name: 'how fast', steps: [select('velocity')] },
		];
		const before = [{ name: 'mine', steps: [{ type: 'stack', terms, batch: true }] }];
		const { difference } = await replay(samplesOf('cart_pole_pairs.npz'), { ...chain, before });
		assert.match(difference ?? '', /^moment 1: observation, element 0 \(where, position of hinge\)/);
	});

	it('finds another model than the one that was recorded', async () => {
		const model = { ...chain.model, path: 'models/pendulum.onnx' };
		await assert.rejects(replay(samplesOf('cart_pole_pairs.npz'), { ...chain, model }), /moment 1: .*`obs` expects/);
	});

	it('goes through the flow of the laser example, with three topics, and comes out as in training', async () => {
		const laser = example('04');
		const of = (id: string) => laser.find((node) => node.id === id) as FlowNode;
		const through = {
			before: [{ name: 'observation', steps: of('laser-observation').steps }],
			model: { name: 'policy', path: of('laser-infer').model, state: [] },
			after: [{ name: 'command', steps: of('laser-action').steps }],
		};
		const samples = samplesOf('laser_drive.npz');
		assert.deepEqual(await replay(samples, through), {
			isSame: true,
			moments: 60,
			compared: { observation: 60 * 39, action: 120, command: 120 },
		});
		// A scanner that is mounted the other way round: the recording tells.
		const turned = samples.map((sample) => {
			const payload = { ...(sample.payload as Record<string, unknown>) };
			if (Array.isArray(payload.ranges)) payload.ranges.reverse();
			return { ...sample, payload };
		});
		const { difference } = await replay(turned, through);
		assert.match(difference ?? '', /^moment 1: observation, element \d+ \(beams, -?\d+°\)/);
	});

	it('takes pairs of observation and action without messages', async () => {
		const { isSame, compared } = await replay(samplesOf('cart_pole_only_pairs.npz'), { ...chain, after: [] });
		assert.deepEqual([isSame, compared], [true, { action: 40 }]);
	});

	it('feeds the state of a recurrent network back, and begins anew with each episode', async () => {
		const state = [
			{ output: 'h_out', input: 'h_in' },
			{ output: 'c_out', input: 'c_in' },
		];
		const lstm = { before: [], after: [], model: { name: 'lstm', path: 'models/pendulum-lstm.onnx', state } };
		const samples = samplesOf('lstm_pairs.npz');
		assert.equal((await replay(samples, lstm)).isSame, true);
		const without = samples.map(({ reset: _reset, ...sample }) => sample);
		assert.match((await replay(without, lstm)).difference ?? '', /^moment 13: action, element 0/);
	});

	it('refuses what it cannot compare, and what is no chain', async () => {
		await assert.rejects(replay([{ payload: {} }]), /Expected `observation`, `action` or `command` to compare/);
		await assert.rejects(
			replay([{ payload: {}, action: [1, 2] }]),
			/moment 1: observation: step 1 select: There is no/,
		);
		await assert.rejects(replay([], chain), /`samples`/);
		await assert.rejects(replay([{}], { ...chain, model: undefined }), /`model`/);
		const path = { ...chain.model, path: '/etc/passwd' };
		await assert.rejects(replay([{}], { ...chain, model: path }), /is not in a folder/);
	});

	it('takes no request that a form of another site can make', async () => {
		const { status } = await post('replay', '{}', 'text/plain');
		assert.equal(status, 422);
	});
});

describe('steps tried on the server', () => {
	before(() => load([]));
	after(unload);

	it('decode a compressed image', async () => {
		const pictures = JSON.parse(readFileSync(join(fixtures, 'pictures.json'), 'utf8'));
		const { format, data } = (pictures as { name: string; format: string; data: string }[]).find(
			({ name }) => name === 'colour jpeg',
		) as { format: string; data: string };
		const sample = toSampleJson({ format, data: Buffer.from(data, 'base64') });
		const { body } = await post('try', JSON.stringify({ steps: [{ type: 'image' }], sample }));
		assert.match((body as { text: string }[])[0]?.text ?? '', /^float32\[1, 3, 24, 37\]/);
	});

	it('read files', async () => {
		const steps = [{ type: 'normalize', file: 'models/none.npz' }];
		const { body } = await post('try', JSON.stringify({ steps, sample: '[1, 2]' }));
		assert.match((body as { text: string }[])[0]?.text ?? '', /There is no file models\/none\.npz/);
	});
});

describe('the way through a flow', () => {
	const wired = (nodes: readonly FlowNode[]) => ({
		after: ({ wires }: FlowNode) =>
			((wires as string[][])[0] ?? []).map((id) => nodes.find((node) => node.id === id) as FlowNode),
		before: ({ id }: FlowNode) => nodes.filter(({ wires }) => (wires as string[][] | undefined)?.[0]?.includes(id)),
	});
	const way = (nodes: readonly FlowNode[], id: string) => {
		const { before, model, after } = chainOf(nodes.find((node) => node.id === id) as FlowNode, wired(nodes));
		return [before, [model], after].map((list) => list.map((node) => node.id));
	};
	const node = (id: string, type: string, ...next: string[]): FlowNode => ({ id, type, wires: [next] });

	it('is the same from each of its transforms', () => {
		const expected = [['balance-observation'], ['balance-infer'], ['balance-action']];
		assert.deepEqual(way(example('01'), 'balance-observation'), expected);
		assert.deepEqual(way(example('01'), 'balance-action'), expected);
	});

	it('passes other nodes, and several transforms', () => {
		const nodes = [
			node('a', 'tensor-transform', 'b', 'debug'),
			node('debug', 'debug'),
			node('b', 'message-sync', 'c'),
			node('c', 'tensor-transform', 'm'),
			node('m', 'onnx-infer', 'd'),
			node('d', 'delay', 'e'),
			node('e', 'tensor-transform', 'f'),
			node('f', 'tensor-transform', 'a'),
		];
		for (const id of ['c', 'e', 'f']) {
			// The flow runs in a circle: where it begins is where it is looked from.
			const [before, model, after] = way(nodes, id);
			assert.deepEqual(model, ['m']);
			assert.ok([...(before ?? []), ...(after ?? [])].includes(id));
		}
		nodes.pop();
		nodes.push(node('f', 'tensor-transform'));
		for (const id of ['a', 'c', 'e', 'f']) assert.deepEqual(way(nodes, id), [['a', 'c'], ['m'], ['e', 'f']]);
	});

	it('is refused without a model and with two', () => {
		assert.throws(() => way([node('a', 'tensor-transform')], 'a'), /Expected an onnx-infer.*got none/);
		const two = [node('a', 'tensor-transform', 'm', 'n'), node('m', 'onnx-infer'), node('n', 'onnx-infer')];
		assert.throws(() => way(two, 'a'), /Expected one onnx-infer/);
	});
});
