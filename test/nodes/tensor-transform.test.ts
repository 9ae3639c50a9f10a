import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from '../../lib/tensor/tensor';
import { allSteps } from '../../lib/transform/steps';
import { parseProperties } from '../../nodes/shared/properties';
import { properties } from '../../nodes/tensor-transform/config';
import { dryRun } from '../../nodes/tensor-transform/dry-run';
import { fromText, toText } from '../../nodes/tensor-transform/form-values';
import { collect, load, type Message, next, send, statuses, unload, withoutStages } from './flow';

const observation = [
	{ type: 'select', fields: ['position', 'velocity'], names: ['slider', 'hinge'] },
	{ type: 'reshape', shape: [1, -1] },
];
const command = [
	{ type: 'argmax' },
	{ type: 'look-up', table: [[-10], [10]] },
	{ type: 'message', messageType: 'std_msgs/msg/Float64MultiArray', fields: [{ field: 'data' }] },
];

function start(steps: unknown): Promise<void> {
	return load([
		{ id: 'n', type: 'tensor-transform', name: '', steps, wires: [['out']] },
		{ id: 'out', type: 'helper' },
		{ id: 'catch', type: 'catch', wires: [['caught']] },
		{ id: 'caught', type: 'helper' },
	]);
}

/** Sends a message and waits for what a node gets. */
function exchange(message: object, from = 'out'): Promise<Message> {
	const answer = next(from);
	send('n', message);
	return answer;
}

const errorOf = (message: Message) => (message.error as { message: string }).message;

describe('tensor-transform', () => {
	afterEach(unload);

	const joints = { name: ['hinge', 'slider'], position: [0.25, 0.5], velocity: [1, 2] };

	it('makes an observation, and keeps the rest of the message', async () => {
		await start(observation);
		const ros = { type: 'sensor_msgs/msg/JointState', stamp: { sec: 1, nanosec: 2 }, receivedAt: 3 };
		const out = await exchange({ payload: joints, topic: 'joint_states', mine: 1, ros });
		assert.ok(out.payload instanceof Tensor);
		assert.equal(String(out.payload), 'float32[1, 4] (0.5, 0.25, 2, 1)');
		assert.deepEqual([out.topic, out.mine], ['joint_states', 1]);
		assert.deepEqual(withoutStages(out), ros);
	});

	it('builds a message, whose type goes to msg.ros while the stamp stays', async () => {
		await start(command);
		const ros = { type: 'sensor_msgs/msg/JointState', stamp: { sec: 1, nanosec: 2 }, receivedAt: 3 };
		const out = await exchange({ payload: { logits: Tensor.from([[1, 2]]) }, ros });
		assert.deepEqual(out.payload, { data: new Float64Array([10]) });
		assert.deepEqual(withoutStages(out), { ...ros, type: 'std_msgs/msg/Float64MultiArray' });
		assert.equal(ros.type, 'sensor_msgs/msg/JointState');
	});

	it('takes the steps as text too', async () => {
		await start(JSON.stringify(observation));
		const out = await exchange({ payload: joints });
		assert.deepEqual([...(out.payload as unknown as Tensor).dims], [1, 4]);
	});

	it('gives a bad message to Catch nodes and goes on with the next', async () => {
		await start(observation);
		const seen = statuses('n');
		const caught = await exchange({ payload: { ...joints, velocity: [Number.NaN, 0] } }, 'caught');
		assert.match(errorOf(caught), /^RangeError: step 1 select: velocity of hinge is NaN/);
		const out = await exchange({ payload: joints });
		assert.deepEqual([...(out.payload as unknown as Tensor).dims], [1, 4]);
		assert.deepEqual(
			seen.map(({ fill, text }) => `${fill} ${text}`),
			['red step 1 select', 'green float32[1, 4]'],
		);
	});

	it('gives anything that is no message to Catch nodes', async () => {
		await start(observation);
		for (const payload of [undefined, null, 1, 'x', [], {}, Tensor.from([1])]) {
			const caught = await exchange({ payload }, 'caught');
			assert.match(errorOf(caught), /^(TypeError|RangeError): step 1 select: /);
		}
	});

	it('refuses every message when its steps are wrong, and says why', async () => {
		await start([{ type: 'scale' }]);
		const caught = await exchange({ payload: [1] }, 'caught');
		assert.match(errorOf(caught), /step 1 scale: `factor` is missing/);
	});

	it('forgets at a reset and sends nothing for a reset alone', async () => {
		await start(observation);
		const seen = collect('out');
		send('n', { reset: true, topic: 'reset alone' });
		await exchange({ reset: true, payload: joints, topic: 'both' });
		assert.deepEqual(
			seen.map(({ topic }) => topic),
			['both'],
		);
	});
});

describe('tensor-transform with sources besides', () => {
	afterEach(unload);

	it('keeps the messages of another topic and sends nothing for them', async () => {
		const terms = [
			{ name: 'joint', steps: [{ type: 'select', fields: ['position[0]'] }] },
			{
				name: 'command',
				steps: [
					{ type: 'latest', topic: '/cmd_vel', maxAge: 1000 },
					{ type: 'select', fields: ['linear.x'] },
				],
			},
		];
		await start([{ type: 'stack', terms }]);
		const seen = collect('out');
		const caught = await exchange({ topic: '/joint_states', payload: { position: [1] } }, 'caught');
		assert.match(errorOf(caught), /a message of \/cmd_vel, got none yet/);
		send('n', { topic: '/cmd_vel', payload: { linear: { x: 0.5 } } });
		const out = await exchange({ topic: '/joint_states', payload: { position: [1] } });
		assert.equal(String(out.payload), 'float32[2] (1, 0.5)');
		assert.equal(seen.length, 1);
	});

	it('shares the last action with the other transforms of the flow, and forgets it at a reset', async () => {
		await load([
			{ id: 'n', type: 'tensor-transform', steps: [{ type: 'recall', size: 2 }], wires: [['out']] },
			{ id: 'action', type: 'tensor-transform', steps: [{ type: 'remember' }], wires: [[]] },
			{ id: 'out', type: 'helper' },
		]);
		assert.equal(String((await exchange({ payload: {} })).payload), 'float32[2] (0, 0)');
		send('action', { payload: [3, 4] });
		assert.equal(String((await exchange({ payload: {} })).payload), 'float32[2] (3, 4)');
		assert.equal(String((await exchange({ payload: {}, reset: true })).payload), 'float32[2] (0, 0)');
	});
});

describe('the settings of tensor-transform', () => {
	it('refuse an empty list and name the step', () => {
		assert.throws(() => parseProperties(properties, {}), /`steps` to have at least 1/);
		assert.throws(() => parseProperties(properties, { steps: '{' }), /`steps` to be JSON/);
		assert.throws(() => parseProperties(properties, { steps: [{ type: 'x' }] }), /^RangeError: step 1: /);
	});
});

describe('the help of tensor-transform', () => {
	it('has the reference of every step and option, made from the schemas', () => {
		const path = join(__dirname, '../../nodes/tensor-transform/locales/en-US/tensor-transform.html');
		const help = readFileSync(path, 'utf8');
		for (const step of allSteps) {
			assert.ok(help.includes(`<code>${step.name}</code>`), step.name);
			for (const name of Object.keys(step.options))
				assert.ok(help.includes(`<dt>${name} <span`), `${step.name}.${name}`);
		}
		assert.ok(!help.includes('<!-- steps -->'));
	});
});

describe('the form of tensor-transform', () => {
	const option = (step: string, name: string) => {
		const found = allSteps.find((other) => other.name === step)?.options[name];
		assert.ok(found);
		return found;
	};

	it('reads what people write and paste', () => {
		const factor = option('scale', 'factor');
		assert.equal(fromText(factor, ' 0.25 '), 0.25);
		assert.equal(fromText(factor, '1e-3'), 0.001);
		assert.deepEqual(fromText(factor, '1, 2,3'), [1, 2, 3]);
		assert.deepEqual(fromText(factor, '[1.0, 2.0]'), [1, 2]);
		assert.deepEqual(fromText(factor, '[1]'), [1]);
		assert.deepEqual(fromText(factor, '[ 1  2\n 3 ]'), [1, 2, 3]);
		assert.equal(fromText(factor, ''), undefined);
		const fields = option('select', 'fields');
		assert.deepEqual(fromText(fields, 'position[0], linear.x'), ['position[0]', 'linear.x']);
		assert.deepEqual(fromText(fields, 'data[0:3]'), ['data[0:3]']);
		assert.deepEqual(fromText(fields, "['slider', 'hinge']"), ['slider', 'hinge']);
		assert.deepEqual(fromText(fields, 'a\nb\n'), ['a', 'b']);
		assert.deepEqual(fromText(option('look-up', 'table'), '[[1], [2]]'), [[1], [2]]);
	});

	it('keeps what it cannot read, so that the check names it', () => {
		assert.equal(fromText(option('scale', 'factor'), 'abc'), 'abc');
		assert.deepEqual(fromText(option('scale', 'factor'), '1, x'), [1, 'x']);
		assert.equal(fromText(option('look-up', 'table'), '[[1'), '[[1');
	});

	it('shows a value so that it reads back the same', () => {
		const values: [string, string, unknown][] = [
			['scale', 'factor', 0.1],
			['scale', 'factor', [1, -2.5e-9]],
			['scale', 'factor', [2]],
			['sin-cos', 'elements', [0]],
			['reshape', 'shape', [1, -1]],
			['select', 'fields', ['position[0]', 'data[1:]']],
			['look-up', 'table', [[1], [2]]],
			['message', 'template', { a: [1] }],
			['message', 'messageType', 'std_msgs/msg/String'],
		];
		for (const [step, name, value] of values) {
			assert.deepEqual(fromText(option(step, name), toText(option(step, name), value)), value);
		}
	});

	it('shows a vector term by term, also where one of them fails', () => {
		const select = (field: string) => ({ type: 'select', fields: [field], names: ['slider', 'hinge'] });
		const terms = [
			{ name: 'where', steps: [select('position'), { type: 'scale', factor: 2 }] },
			{ name: 'how fast', steps: [select('velocity')] },
			{
				steps: [
					{ type: 'latest', topic: '/cmd_vel', maxAge: 100 },
					{ type: 'select', fields: ['linear.x'] },
				],
			},
		];
		const joints = {
			topic: '/joint_states',
			payload: { name: ['hinge', 'slider'], position: [1, 2], velocity: [3, 4] },
		};
		const command = { topic: '/cmd_vel', payload: { linear: { x: 0.5 } } };
		const [good] = dryRun([{ type: 'stack', terms }], JSON.stringify([command, joints]));
		assert.equal(good?.text, 'float32[5] (4, 2, 4, 3, 0.5)');
		assert.deepEqual(
			good?.elements?.map(({ term, label, value }) => `${term} | ${label} | ${value}`),
			[
				'where | position of slider | 4',
				'where | position of hinge | 2',
				'how fast | velocity of slider | 4',
				'how fast | velocity of hinge | 3',
				'3 | linear.x | 0.5',
			],
		);
		const [bad] = dryRun([{ type: 'stack', terms }], JSON.stringify({ ...joints.payload, velocity: [null, 4] }));
		assert.ok(bad?.isError);
		assert.deepEqual(
			bad?.elements?.map(({ isError }) => isError),
			[false, false, true, true],
		);
		assert.match(bad?.elements?.[2]?.value ?? '', /velocity of hinge/);
		assert.match(bad?.elements?.[3]?.value ?? '', /got none yet/);
	});

	it('names the first element that differs from what was recorded', () => {
		const steps = [
			{
				type: 'stack',
				terms: [{ name: 'where', steps: [{ type: 'select', fields: ['position'], names: ['a', 'b'] }] }],
			},
			{ type: 'scale', factor: 2 },
		];
		const pair = (position: number[], expected: number[]) => ({ payload: { name: ['b', 'a'], position }, expected });
		const last = (...pairs: object[]) => dryRun(steps, JSON.stringify(pairs)).at(-1);
		const good = last(pair([1, 2], [4, 2]), pair([3, 4], [8, 6.000001]));
		assert.deepEqual([good?.isError, good?.text], [false, 'float32[2] (8, 6) - as recorded, 2 of 2']);
		const bad = last(pair([1, 2], [4, 2]), pair([3, 4], [8, 6.01]), pair([1, 2], [0, 0]));
		assert.ok(bad?.isError);
		assert.match(bad?.text ?? '', /sample 2: element 1 \(where, position of b\) was recorded as 6\.01\d*, got 6/);
		assert.match(last(pair([1, 2], [4]))?.text ?? '', /1 elements are recorded, got 2/);
	});

	it('shows what each step makes of a sample', () => {
		const sample = JSON.stringify({ name: ['hinge', 'slider'], position: [1, 2], velocity: [3, 4] });
		const results = dryRun(observation, sample);
		assert.deepEqual(results, [
			{ text: 'float32[4] (2, 1, 4, 3)', isError: false },
			{ text: 'float32[1, 4] (2, 1, 4, 3)', isError: false },
		]);
		assert.deepEqual(dryRun(command, '{"payload": {"dims": [2], "data": [1, 0]}}').at(-1), {
			text: '{"data":[-10]}',
			isError: false,
		});
		const wrong = dryRun(observation, '{"name": []}');
		assert.equal(wrong.length, 1);
		assert.ok(wrong[0]?.isError);
		assert.ok(dryRun(observation, '{')[0]?.isError);
	});
});

describe('a tensor-transform with its image in a thread', () => {
	afterEach(unload);

	const steps = [
		{ type: 'image', width: 4, height: 4, rescale: 1 },
		{ type: 'scale', factor: 2 },
		{ type: 'slice', axis: 1, from: 0, to: 1 },
	];
	const image = (level: number) => ({
		encoding: 'mono8',
		width: 8,
		height: 8,
		step: 8,
		is_bigendian: 0,
		data: Buffer.alloc(64, level),
	});
	const start = (placement: string, list: object[] = steps) =>
		load([
			{ id: 'n', type: 'tensor-transform', steps: list, placement, wires: [['out']] },
			{ id: 'out', type: 'helper' },
			{ id: 'catch', type: 'catch', wires: [['errors']] },
			{ id: 'errors', type: 'helper' },
		]);

	it('gives the same as without, with the rest of the message', async () => {
		const results: unknown[] = [];
		for (const placement of ['inline', 'worker']) {
			await start(placement);
			const out = next('out');
			send('n', { topic: '/camera', payload: image(7), ros: { stamp: { sec: 1, nanosec: 2 } }, own: 3 });
			const { payload, topic, own } = await out;
			results.push([String(payload), topic, own]);
			await unload();
		}
		assert.deepEqual(results[0], results[1]);
		assert.match(String((results[1] as unknown[])[0]), /^float32\[1, 1, 4, 4\] \(14, 14/);
	});

	it('names the step that fails, before and behind the thread, and goes on', async () => {
		await start('worker', [...steps, { type: 'reshape', shape: [3, 3] }]);
		let errors = next('errors');
		send('n', { payload: { ...image(1), data: Buffer.alloc(3) } });
		assert.match(errorOf(await errors), /step 1 image: Expected `data` to have 64 bytes/);
		errors = next('errors');
		send('n', { payload: image(1) });
		assert.match(errorOf(await errors), /step 4 reshape/);
		errors = next('errors');
		send('n', { payload: 'nothing' });
		assert.match(errorOf(await errors), /payload/);
	});

	it('needs the image step to be the first', async () => {
		await start('worker', [{ type: 'scale', factor: 2 }]);
		const errors = next('errors');
		send('n', { payload: [1] });
		assert.match(errorOf(await errors), /Expected the first step to be a Camera image/);
	});
});
