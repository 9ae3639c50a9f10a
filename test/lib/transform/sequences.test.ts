import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';
import { assertClose, type Case } from './fixtures';

interface Run {
	readonly input: unknown;
	readonly output: Case['output'];
	readonly stamp?: { readonly sec: number; readonly nanosec: number };
}

interface Sequence {
	readonly steps: object[];
	readonly runs: Run[];
	readonly tolerance: number;
}

const path = join(__dirname, '../../../../test/fixtures/transform/sequences.json');
const sequences = JSON.parse(readFileSync(path, 'utf8')) as Sequence[];

describe('steps that remember, compared with NumPy', () => {
	for (const [i, { steps, runs, tolerance }] of sequences.entries()) {
		it(`${i + 1}: ${JSON.stringify(steps).slice(0, 90)}`, () => {
			const pipeline = createPipeline(steps, { now: () => assert.fail('the stamps are there to be used') });
			// After a reset the same again: nothing is left over.
			for (let round = 0; round < 2; round++) {
				const given = runs.map(({ input, stamp }) => pipeline.run(input, stamp ? { ros: { stamp } } : {}));
				for (const [k, { output }] of runs.entries()) {
					const tensor = given[k];
					assert.ok(tensor instanceof Tensor);
					assert.deepEqual([tensor.type, [...tensor.dims]], [output.type, output.dims]);
					assertClose(tensor, output.data, tolerance);
				}
				pipeline.reset();
			}
		});
	}
});

const values = (given: unknown) => Array.from((given as Tensor).data as Float64Array);
const at = (sec: number, nanosec = 0) => ({ ros: { stamp: { sec, nanosec } } });

describe('steps that go by time', () => {
	it('take the clock where messages have no stamp', () => {
		let now = 5000;
		const pipeline = createPipeline([{ type: 'difference' }], { now: () => now });
		assert.deepEqual(values(pipeline.run([1])), [0]);
		now = 5500;
		assert.deepEqual(values(pipeline.run([2])), [2]);
	});

	it('take the stamp of the header where no subscriber brought the message', () => {
		const pipeline = createPipeline([{ type: 'select', fields: ['x'] }, { type: 'difference' }], {
			now: () => assert.fail('the header has a stamp'),
		});
		const message = (x: number, sec: number) => ({ header: { stamp: { sec, nanosec: 0 } }, x });
		pipeline.run(message(1, 5));
		assert.deepEqual(values(pipeline.run(message(4, 7))), [1.5]);
		// What the subscriber noted goes before it.
		assert.deepEqual(values(pipeline.run(message(5, 100), at(8))), [1]);
	});

	it('give the stamp and the age of a message', () => {
		const run = (form: string, carrier: object) =>
			createPipeline([{ type: 'stamp', form }], { now: () => 12_500 }).run({ any: 1 }, carrier) as Tensor;
		assert.deepEqual(values(run('age', at(12, 250_000_000))), [0.25]);
		const seconds = run('seconds', at(1_763_700_000, 1));
		assert.deepEqual([seconds.type, values(seconds)], ['float64', [1_763_700_000 + 1e-9]]);
		assert.throws(() => run('age', {}), /step 1 stamp: Expected `msg\.ros\.stamp`/);
	});

	it('refuse a time that does not go on, until a reset', () => {
		for (const step of [{ type: 'difference' }, { type: 'low-pass', cutoff: 1 }]) {
			const pipeline = createPipeline([step]);
			pipeline.run([1], at(10));
			assert.throws(() => pipeline.run([2], at(10)), /^RangeError: step 1 .*msg\.reset/);
			assert.throws(() => pipeline.run([2], at(9)), RangeError);
			pipeline.run([2], at(11));
			pipeline.reset();
			pipeline.run([2], at(1));
		}
	});

	it('refuse values that change their shape, until a reset', () => {
		for (const step of [
			{ type: 'history', length: 3 },
			{ type: 'difference', period: 1 },
			{ type: 'low-pass', share: 0.5 },
		]) {
			const pipeline = createPipeline([step]);
			pipeline.run([1, 2]);
			assert.throws(() => pipeline.run([1, 2, 3]), /float32\[2\] as before, got float32\[3\].*msg\.reset/);
			pipeline.reset();
			pipeline.run([1, 2, 3]);
		}
	});

	it('refuse options that contradict each other', () => {
		assert.throws(() => createPipeline([{ type: 'low-pass' }]), /`cutoff` or `share`, got neither/);
		assert.throws(() => createPipeline([{ type: 'low-pass', cutoff: 1, share: 1 }]), /got both/);
		assert.throws(() => createPipeline([{ type: 'phase' }]), /`period` is missing/);
		assert.throws(() => createPipeline([{ type: 'history', length: 0 }]), /`length`/);
		assert.throws(() => createPipeline([{ type: 'history', length: 2 }]).run([[1], [2]]), /a vector.*float32\[2, 1\]/);
	});
});

describe('the last action', () => {
	it('goes from one list of steps to another, raw, and is zero before and after a reset', () => {
		const memory = new Map<string, unknown>();
		const observation = createPipeline(
			[
				{
					type: 'stack',
					terms: [{ steps: [{ type: 'select', fields: ['x'] }] }, { steps: [{ type: 'recall', size: 2 }] }],
				},
			],
			{ memory },
		);
		const action = createPipeline([{ type: 'remember' }, { type: 'scale', factor: 100 }], { memory });
		assert.deepEqual(values(observation.run({ x: 7 })), [7, 0, 0]);
		assert.deepEqual(values(action.run([1, 2])), [100, 200]);
		assert.deepEqual(values(observation.run({ x: 8 })), [8, 1, 2]);
		action.run([3, 4]);
		assert.deepEqual(values(observation.run({ x: 9 })), [9, 3, 4]);
		observation.reset();
		assert.deepEqual(values(observation.run({ x: 9 })), [9, 0, 0]);
	});

	it('is a copy that later values do not change', () => {
		const memory = new Map<string, unknown>();
		const action = createPipeline([{ type: 'scale', factor: 1 }, { type: 'remember' }, { type: 'scale', factor: 5 }], {
			memory,
		});
		action.run([1]);
		const kept = memory.get('last action') as Tensor;
		action.run([2]);
		assert.deepEqual(values(kept), [1]);
	});

	it('of another size is refused', () => {
		const memory = new Map<string, unknown>([['last action', Tensor.from([1, 2, 3])]]);
		const pipeline = createPipeline([{ type: 'recall', size: 2 }], { memory });
		assert.throws(() => pipeline.run({}), /step 1 recall: Expected 2 elements under "last action", got float32\[3\]/);
	});
});

describe('latest', () => {
	const command = [
		{ type: 'latest', topic: '/cmd_vel', maxAge: 0.5 },
		{ type: 'select', fields: ['linear.x'] },
	];
	const steps = (more: object) => [
		{
			type: 'stack',
			terms: [{ steps: [{ type: 'select', fields: ['x'] }] }, { steps: [{ ...command[0], ...more }, command[1]] }],
		},
	];

	it('keeps the messages of its topic, and only those', () => {
		const pipeline = createPipeline(steps({}), { now: () => 0 });
		assert.equal(pipeline.keep({ linear: { x: 3 } }, { topic: '/cmd_vel' }), true);
		assert.equal(pipeline.keep({ x: 1 }, { topic: '/other' }), false);
		assert.equal(pipeline.keep({ x: 1 }, {}), false);
		assert.deepEqual(values(pipeline.run({ x: 1 })), [1, 3]);
		assert.throws(() => pipeline.keep(Tensor.from([1]), { topic: '/cmd_vel' }), /^TypeError: topic \/cmd_vel: /);
	});

	it('refuses a message that is missing or stale', () => {
		let now = 1000;
		const pipeline = createPipeline(steps({}), { now: () => now });
		const stale = (error: Error) => {
			assert.equal((error as Error & { brief: string }).brief, 'stale input');
			assert.match(error.message, /^step 1 stack, term 2, step 1 latest: .*\/cmd_vel/);
			return true;
		};
		assert.throws(() => pipeline.run({ x: 1 }), stale);
		pipeline.keep({ linear: { x: 3 } }, { topic: '/cmd_vel' });
		now += 500;
		assert.deepEqual(values(pipeline.run({ x: 1 })), [1, 3]);
		now += 1;
		assert.throws(() => pipeline.run({ x: 1 }), stale);
	});

	it('counts from when the message was received, not from when it got here', () => {
		const pipeline = createPipeline(steps({}), { now: () => 1000 });
		const keep = (receivedAt: unknown) =>
			pipeline.keep({ linear: { x: 3 } }, { topic: '/cmd_vel', ros: { receivedAt } });
		keep(500);
		assert.deepEqual(values(pipeline.run({ x: 1 })), [1, 3]);
		keep(499);
		assert.throws(() => pipeline.run({ x: 1 }), /at most 0\.5 s old, got 0\.501 s/);
		// A clock of the future says nothing.
		keep(1e9);
		assert.deepEqual(values(pipeline.run({ x: 1 })), [1, 3]);
	});

	it('takes the replacement instead when told so', () => {
		let now = 1000;
		const pipeline = createPipeline(steps({ whenStale: 'replace', replacement: { linear: { x: 0 } } }), {
			now: () => now,
		});
		assert.deepEqual(values(pipeline.run({ x: 1 })), [1, 0]);
		pipeline.keep({ linear: { x: 3 } }, { topic: '/cmd_vel' });
		assert.deepEqual(values(pipeline.run({ x: 1 })), [1, 3]);
		now += 501;
		assert.deepEqual(values(pipeline.run({ x: 1 })), [1, 0]);
		assert.throws(() => createPipeline(steps({ whenStale: 'replace' })), /`replacement` is missing/);
	});
});

describe('sample', () => {
	const draws = (step: object, input: unknown, count: number, random?: () => number) => {
		const pipeline = createPipeline([{ type: 'sample', ...step }], random ? { random } : {});
		return Array.from({ length: count }, () => Number((pipeline.run(input) as Tensor).data[0]));
	};

	it('draws each index as often as it is probable', () => {
		const probabilities = [0.1, 0.6, 0, 0.3];
		for (const [step, input] of [
			[{ of: 'probabilities', seed: 3 }, probabilities],
			[{ seed: 4 }, probabilities.map((p) => Math.log(p) + 5)],
		] as const) {
			const counts = [0, 0, 0, 0];
			for (const index of draws(step, input, 20000)) counts[index] = (counts[index] ?? 0) + 1;
			for (const [i, p] of probabilities.entries()) {
				// Five standard deviations of a binomial count.
				const spread = 5 * Math.sqrt(20000 * p * (1 - p));
				assert.ok(Math.abs((counts[i] as number) - 20000 * p) <= spread, `${counts}`);
			}
		}
	});

	it('repeats itself with the same seed, and after a reset', () => {
		const input = [0, 0, 0, 0, 0, 0, 0, 0];
		assert.deepEqual(draws({ seed: 1 }, input, 30), draws({ seed: 1 }, input, 30));
		assert.notDeepEqual(draws({ seed: 1 }, input, 30), draws({ seed: 2 }, input, 30));
		const pipeline = createPipeline([{ type: 'sample', seed: 1 }]);
		const ten = () => Array.from({ length: 10 }, () => (pipeline.run(input) as Tensor).data[0]);
		const first = ten();
		pipeline.reset();
		assert.deepEqual(ten(), first);
	});

	it('draws by the number in [0, 1) that it is given', () => {
		const input = [0.25, 0.25, 0.5];
		const step = { of: 'probabilities' };
		for (const [number, index] of [
			[0, 0],
			[0.2499, 0],
			[0.25, 1],
			[0.5, 2],
			[0.99999999, 2],
		] as const) {
			assert.deepEqual(
				draws(step, input, 1, () => number),
				[index],
			);
		}
	});

	it('refuses what are no probabilities or scores', () => {
		const step = { of: 'probabilities' };
		assert.throws(() => draws(step, [0.5, 0.6], 1), /add up to 1, got a sum of 1\.1/);
		assert.throws(() => draws(step, [1.5, -0.5], 1), /-0\.5 \(element 1\)/);
		assert.throws(() => draws({}, [0, Number.NaN], 1), RangeError);
		assert.throws(() => draws({}, [Number.POSITIVE_INFINITY, 0], 1), RangeError);
		assert.throws(() => draws({}, [], 1), /at least one element/);
	});
});

describe('replace-not-finite', () => {
	const input = [1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

	it('puts numbers in place of what is not finite', () => {
		const step = { type: 'replace-not-finite', nan: 0, positive: 10, negative: -10 };
		assert.deepEqual(values(createPipeline([step]).run(input)), [1, 0, 10, -10]);
	});

	it('refuses that for which it has none', () => {
		const step = { type: 'replace-not-finite', nan: 0 };
		assert.throws(
			() => createPipeline([step]).run(input),
			/step 1 replace-not-finite: .* Infinity, got none \(element 2\)/,
		);
	});
});

describe('shapes', () => {
	const run = (step: object, input: unknown) => createPipeline([step]).run(input);

	it('refuse what does not fit', () => {
		const matrix = [
			[1, 2, 3],
			[4, 5, 6],
		];
		assert.throws(() => run({ type: 'transpose', axes: [0, 1, 2] }, matrix), /Expected 3 dimensions.*float32\[2, 3\]/);
		assert.throws(() => createPipeline([{ type: 'transpose', axes: [0, 0] }]), /each axis from 0 to 1 once/);
		assert.throws(() => run({ type: 'slice', to: 4 }, matrix), /elements 0:4, got float32\[2, 3\]/);
		assert.throws(() => run({ type: 'slice', from: -4 }, matrix), RangeError);
		assert.throws(() => run({ type: 'slice', axis: 2 }, matrix), /an axis 2, got float32\[2, 3\]/);
		assert.throws(() => run({ type: 'take', indexes: [3] }, matrix), /an element 3 along axis -1/);
		assert.throws(() => run({ type: 'one-hot', size: 3 }, [1, 3]), /from 0 to 2, got 3/);
		assert.throws(() => run({ type: 'one-hot', size: 3 }, [0.5]), /got 0\.5/);
		assert.throws(
			() => run({ type: 'pad', before: 1, value: 300 }, new Uint8Array(2)),
			/`value` to fit uint8, got 300/,
		);
		const terms = [{ steps: [] }, { name: 'b', steps: [{ type: 'slice', to: 1 }] }];
		assert.throws(
			() => run({ type: 'concat', axis: 0, terms }, matrix),
			/term b: .*float32\[2, 3\], got float32\[2, 1\]/,
		);
	});
});
