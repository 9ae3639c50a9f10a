import assert from 'node:assert/strict';
import { createPipeline } from '../../lib/transform/pipeline';
import { Watch } from '../../lib/transform/watch';
import { dryRun } from '../../nodes/tensor-transform/dry-run';
import { labelsOf } from '../../nodes/tensor-transform/labels';
import { Live } from '../../nodes/tensor-transform/live';
import { fromSampleJson, toSampleJson } from '../../nodes/tensor-transform/sample-json';
import { load, type Message, next, send, unload } from './flow';

const select = (field: string) => ({ type: 'select', fields: [field], names: ['slider', 'hinge'] });
const terms = [
	{ name: 'where', steps: [select('position'), { type: 'clip', min: -1, max: 1 }, { type: 'scale', factor: 2 }] },
	{
		name: 'command',
		steps: [
			{ type: 'latest', topic: '/cmd_vel', maxAge: 1, whenStale: 'replace', replacement: { linear: { x: 0 } } },
			{ type: 'select', fields: ['linear.x'] },
		],
	},
	{ name: 'how fast', steps: [select('velocity')] },
];
const joints = (position: number[], velocity = [0, 0]) => ({ name: ['hinge', 'slider'], position, velocity });

/** A list of steps with somebody who looks on, as the node has it. */
function watched(steps: unknown[]) {
	const time = { now: 0 };
	const watch = new Watch();
	const pipeline = createPipeline(steps, { now: () => time.now, watch });
	const live = new Live(steps, watch, () => time.now);
	return {
		time,
		watch,
		live,
		run(payload: unknown, topic = '/joint_states') {
			const isWatched = live.isWatched();
			const message = { topic };
			try {
				if (pipeline.keep(payload, message)) {
					if (isWatched) live.kept(payload, message);
					return;
				}
				const result = pipeline.run(payload, message);
				if (isWatched) live.ran(payload, message, result);
			} catch (error) {
				if (isWatched) live.ran(payload, message, undefined, error as Error);
			}
		},
		rows: () =>
			live.view().elements.map(({ term, label, value, mark }) => [term, label, value, mark ?? ''].join(' | ')),
	};
}

describe('looking into a tensor-transform', () => {
	it('shows the vector term by term, with the least and the most', () => {
		const { live, run, rows } = watched([{ type: 'stack', terms }]);
		live.view();
		run({ linear: { x: 0.5 } }, '/cmd_vel');
		run(joints([0.1, 0.2], [3, 4]));
		run(joints([0.3, -0.25], [3, 5]));
		assert.deepEqual(rows(), [
			'where | position of slider | -0.5 | ',
			'where | position of hinge | 0.6 | ',
			'command | linear.x | 0.5 | ',
			'how fast | velocity of slider | 5 | ',
			'how fast | velocity of hinge | 3 | ',
		]);
		const view = live.view();
		assert.deepEqual([view.count, view.error, view.hidden], [2, undefined, 0]);
		assert.deepEqual([view.elements[0]?.min, view.elements[0]?.max], ['-0.5', '0.4']);
	});

	it('marks what is beyond its clip and what is stale', () => {
		const { live, run, rows, time } = watched([{ type: 'stack', terms }]);
		live.view();
		run({ linear: { x: 0.5 } }, '/cmd_vel');
		time.now = 1001;
		run(joints([1.5, 0.2]));
		assert.deepEqual(rows().slice(0, 3), [
			'where | position of slider | 0.4 | ',
			'where | position of hinge | 2 | clipped',
			'command | linear.x | 0 | stale',
		]);
		time.now = 1002;
		run({ linear: { x: 0.5 } }, '/cmd_vel');
		run(joints([0.1, 0.2]));
		assert.ok(rows().every((row) => row.endsWith('| ')));
	});

	it('marks the term that refused a message, and says why', () => {
		const { live, run, rows } = watched([{ type: 'stack', terms }]);
		live.view();
		run(joints([0.1, 0.2], [Number.NaN, 0]));
		assert.equal(rows().length, 4);
		assert.match(rows()[3] ?? '', /^how fast \| {2}\| .*velocity of hinge is NaN.* \| failed$/);
		assert.match(live.view().error ?? '', /velocity of hinge is NaN/);
		run(joints([0.1, 0.2]));
		assert.equal(live.view().error, undefined);
		assert.equal(rows().length, 5);
	});

	it('marks what a clip of the whole limited, and what is not finite', () => {
		const whole = watched([
			{ type: 'stack', terms: [terms[2], terms[2]] },
			{ type: 'clip', max: 1 },
		]);
		whole.live.view();
		whole.run(joints([0, 0], [2, 0]));
		assert.deepEqual(
			whole.rows().map((row) => row.split(' | ').at(-1)),
			['', 'clipped', '', 'clipped'],
		);
		const plain = watched([{ type: 'scale', factor: 2 }]);
		plain.live.view();
		plain.run([1, Number.NaN]);
		assert.deepEqual(plain.rows(), [' | 0 | 2 | ', ' | 1 | NaN | not-finite']);
	});

	it('costs and keeps nothing while nobody looks on', () => {
		const { live, run, watch, time } = watched([{ type: 'stack', terms }]);
		run(joints([5, 5]));
		assert.deepEqual([watch.isActive, watch.marks.length, live.captured()], [false, 0, undefined]);
		live.view();
		run(joints([5, 5]));
		assert.equal(live.captured()?.length, 1);
		time.now = 3001;
		run(joints([5, 5]));
		assert.deepEqual([watch.isActive, live.captured()], [false, undefined]);
		assert.equal(live.view().count, 0);
	});

	it('takes the last message, with those that are kept, so that the dry run gives the same', () => {
		const { live, run } = watched([{ type: 'stack', terms }]);
		live.view();
		run({ linear: { x: 0.5 } }, '/cmd_vel');
		run(joints([0.1, 0.2], [3, 4]));
		const [result] = dryRun([{ type: 'stack', terms }], toSampleJson(live.captured()));
		assert.equal(result?.text, 'float32[5] (0.4, 0.2, 0.5, 4, 3)');
	});

	it('refuses nothing and changes nothing by looking', () => {
		const steps = [{ type: 'stack', terms }];
		const plain = createPipeline(steps, { now: () => 0 });
		const watch = new Watch();
		watch.isActive = true;
		const seen = createPipeline(steps, { now: () => 0, watch });
		for (const payload of [joints([2, -3], [1, 1]), joints([0.5, 0.25])]) {
			assert.equal(String(seen.run(payload)), String(plain.run(payload)));
		}
	});
});

describe('samples as JSON', () => {
	it('come back as they were', () => {
		const message = {
			ranges: Float32Array.of(1.5, Number.POSITIVE_INFINITY, Number.NaN),
			big: 12345678901234567890n,
			bigs: BigInt64Array.of(-1n),
			data: Buffer.from([1, 2]),
			nan: Number.NaN,
			text: 'x',
			list: [1, { a: null }],
		};
		const back = fromSampleJson(toSampleJson(message)) as typeof message;
		assert.deepEqual(back, { ...message, data: Uint8Array.of(1, 2) });
	});

	it('take images as people paste them', () => {
		const bytes = (text: string) => (fromSampleJson(text) as { data: unknown }).data;
		assert.deepEqual(bytes('{"encoding": "mono8", "data": [1, 2]}'), Uint8Array.of(1, 2));
		assert.deepEqual(bytes('{"encoding": "mono8", "data": {"type": "Buffer", "data": [3]}}'), Uint8Array.of(3));
		assert.deepEqual(bytes('{"data": [1, 2]}'), [1, 2]);
	});
});

describe('the labels of elements', () => {
	it('say the direction of a beam and of a goal', () => {
		const laser = { type: 'laser', beams: 3, from: -Math.PI / 2, to: Math.PI / 2 };
		assert.deepEqual(labelsOf([laser], 3), ['-90°', '0°', '90°']);
		assert.deepEqual(labelsOf([{ ...laser, beams: undefined }], 3), ['0', '1', '2']);
		assert.deepEqual(labelsOf([{ type: 'stack' }, { type: 'relative-goal' }], 2), ['distance', 'bearing']);
		assert.deepEqual(labelsOf([{ type: 'relative-goal', form: 'nothing' }], 2), ['0', '1']);
	});

	it('say the joint, the axis and the moment', () => {
		assert.deepEqual(labelsOf([select('position'), { type: 'history', length: 2 }], 4), [
			'position of slider, 1 before',
			'position of hinge, 1 before',
			'position of slider',
			'position of hinge',
		]);
		const imu = [{ type: 'latest' }, { type: 'imu', parts: [{ part: 'orientation' }] }, { type: 'projected-gravity' }];
		assert.deepEqual(labelsOf(imu, 3), ['x', 'y', 'z']);
		assert.deepEqual(labelsOf([{ type: 'select', fields: ['ranges[0:2]'] }], 2), ['0', '1']);
	});
});

describe('a tensor-transform with a contract', () => {
	afterEach(unload);

	const contract = {
		source: 'JSON contract',
		terms: [
			{ name: 'where', size: 2, joints: ['slider', 'hinge'] },
			{ name: 'command' },
			{ name: 'how fast', size: 2 },
		],
		size: 5,
	};
	const start = (steps: unknown, expected: object) =>
		load([
			{ id: 'n', type: 'tensor-transform', name: '', steps, contract: expected, wires: [['out']] },
			{ id: 'out', type: 'helper' },
			{ id: 'catch', type: 'catch', wires: [['caught']] },
			{ id: 'caught', type: 'helper' },
		] as never);
	const exchange = (message: object, from: string): Promise<Message> => {
		const answer = next(from);
		send('n', message);
		return answer;
	};
	const errorOf = (message: Message) => (message.error as { message: string }).message;

	it('lets an observation through that fits', async () => {
		await start([{ type: 'stack', terms }], contract);
		const out = await exchange({ payload: joints([0.1, 0.2], [3, 4]) }, 'out');
		assert.equal(String(out.payload), 'float32[5] (0.4, 0.2, 0, 4, 3)');
	});

	it('refuses every message when the order of terms is another', async () => {
		await start([{ type: 'stack', terms: [terms[2], terms[1], terms[0]] }], contract);
		const caught = await exchange({ payload: joints([0.1, 0.2]) }, 'caught');
		assert.match(errorOf(caught), /term 1 to be "where", as JSON contract says, got "how fast"/);
	});

	it('refuses a message whose term is too long, and names it', async () => {
		const [, ...others] = terms;
		const all = { name: 'where', steps: [{ type: 'select', fields: ['position'] }] };
		await start([{ type: 'stack', terms: [all, ...others] }], contract);
		const long = { name: ['hinge', 'slider', 'more'], position: [1, 2, 3], velocity: [1, 2, 3] };
		const caught = await exchange({ payload: long }, 'caught');
		assert.match(errorOf(caught), /step 1 stack: Expected term where to have 2 elements.*got 3/);
		const out = await exchange({ payload: joints([0.1, 0.2]) }, 'out');
		assert.ok(out.payload);
	});

	it('refuses a whole that is too long for the model', async () => {
		await start(
			[
				{ type: 'stack', terms },
				{ type: 'pad', after: 1 },
			],
			contract,
		);
		const caught = await exchange({ payload: joints([0.1, 0.2]) }, 'caught');
		assert.match(errorOf(caught), /observation of 5 elements.*where 2, command \?, how fast 2.*got 6/);
	});

	it('looks at the model when it starts', async () => {
		await start([{ type: 'stack', terms }], { ...contract, model: 'models/cart-pole.onnx' });
		const caught = await exchange({ payload: joints([0.1, 0.2]) }, 'caught');
		assert.match(errorOf(caught), /Expected a model whose input "\w+" has 5 elements.*got 4/);
	});
});
