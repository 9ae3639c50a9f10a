import assert from 'node:assert/strict';
import type { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';
import { casesOf, checkCase } from './fixtures';

describe('geometry and actions, compared with MuJoCo and NumPy', () => {
	const byStep = new Map<string, ReturnType<typeof casesOf>>();
	for (const one of casesOf('geometry.json')) {
		const name = JSON.stringify(one.steps[0]);
		byStep.set(name, [...(byStep.get(name) ?? []), one]);
	}
	for (const [name, cases] of byStep) {
		it(name, () => {
			for (const one of cases) checkCase(one);
		});
	}
});

describe('quaternions', () => {
	it('that are none are refused, such as those of a sensor without orientation', () => {
		for (const step of [{ type: 'quaternion', to: 'euler' }, { type: 'projected-gravity' }, { type: 'rotate' }]) {
			const input = step.type === 'rotate' ? [0, 0, 0, 0, 1, 2, 3] : [0, 0, 0, 0];
			assert.throws(() => createPipeline([step]).run(input), /a quaternion of length 1, got \(0, 0, 0, 0\)/);
			assert.throws(() => createPipeline([step]).run([0, 0, 0]), /step 1 .*got float32\[3\]/);
			assert.throws(
				() => createPipeline([step]).run([0, 0, 0, Number.NaN, 1, 2, 3].slice(0, input.length)),
				RangeError,
			);
		}
	});

	it('are not made of what is no rotation', () => {
		const make = (from: string, x: number[]) => () => createPipeline([{ type: 'to-quaternion', from }]).run([x]);
		assert.throws(make('matrix', [1, 0, 0, 0, 1, 0, 0, 0, -1]), /Expected a rotation matrix, got one with the rows/);
		assert.throws(make('matrix', [2, 0, 0, 0, 1, 0, 0, 0, 1]), /Expected a rotation matrix/);
		assert.throws(make('6d-columns', [1, 2, 3, 2, 4, 6]), /two columns that are not parallel/);
		assert.throws(make('6d-rows', [0, 1, 0, 1, 0, 1]), /two columns that are not parallel/);
	});

	it('straight up and down give a pitch without NaN', () => {
		const half = Math.SQRT1_2;
		const euler = createPipeline([{ type: 'quaternion', to: 'euler' }]).run(
			Float64Array.of(0, half * 1.0000001, 0, half),
		) as Tensor;
		assert.ok(Math.abs((euler.data[1] as number) - Math.PI / 2) < 1e-3);
	});
});

describe('actions that know the state of the joints', () => {
	const values = (given: unknown) => Array.from((given as Tensor).data as Float64Array);
	const joints = { name: ['b', 'a'], position: [0.2, 0.1], velocity: [2, 1] };
	const state = (fields: string[]) => [
		{ type: 'latest', topic: '/joint_states', maxAge: 0.1 },
		{ type: 'select', fields, names: ['a', 'b'], as: 'float64' },
	];
	let now = 0;
	const make = (step: object) => {
		now = 0;
		const pipeline = createPipeline([step], { now: () => now });
		pipeline.keep(joints, { topic: '/joint_states' });
		return pipeline;
	};
	const close = (given: unknown, expected: number[]) => {
		for (const [i, value] of values(given).entries())
			assert.ok(Math.abs(value - (expected[i] as number)) < 1e-9, `${values(given)}`);
	};

	it('delta-target adds to the position', () => {
		const pipeline = make({ type: 'delta-target', scale: 0.5, state: state(['position']) });
		close(pipeline.run(Float64Array.of(1, -1)), [0.6, -0.3]);
	});

	it('pd-torque is a spring and a damper within limits', () => {
		const step = { type: 'pd-torque', kp: [20, 10], kd: 0.5, state: state(['position', 'velocity']) };
		// 20 (1 - 0.1) - 0.5 · 1 and 10 (-1 - 0.2) - 0.5 · 2
		close(make(step).run(Float64Array.of(1, -1)), [17.5, -13]);
		close(make({ ...step, limit: [15, 12] }).run(Float64Array.of(1, -1)), [15, -12]);
	});

	it('fade-in starts where the joints are and ends at the target', () => {
		const pipeline = make({ type: 'fade-in', duration: 2, state: state(['position']) });
		const target = Float64Array.of(1, -1);
		close(pipeline.run(target), [0.1, 0.2]);
		now = 1000;
		close(pipeline.run(target), [0.55, -0.4]);
		now = 2000;
		close(pipeline.run(target), [1, -1]);
		now = 9000;
		close(pipeline.run(target), [1, -1]);
		pipeline.reset();
		pipeline.keep({ ...joints, position: [0.5, 0.25] }, { topic: '/joint_states' });
		close(pipeline.run(target), [0.25, 0.5]);
	});

	it('fade-in may rise evenly', () => {
		const pipeline = make({ type: 'fade-in', duration: 4, shape: 'linear', state: state(['position']) });
		pipeline.run(Float64Array.of(1, -1));
		now = 1000;
		close(pipeline.run(Float64Array.of(1, -1)), [0.325, -0.1]);
	});

	it('all refuse a stale state, and one of another size', () => {
		for (const [step, fields] of [
			[{ type: 'delta-target' }, ['position']],
			[{ type: 'pd-torque', kp: 1, kd: 1 }, ['position', 'velocity']],
			[{ type: 'fade-in', duration: 1 }, ['position']],
		] as const) {
			const pipeline = make({ ...step, state: state([...fields]) });
			assert.throws(() => pipeline.run([1, 2, 3]), new RegExp(`step 1 ${step.type}: Expected \`state\` to give`));
			now = 101;
			assert.throws(() => pipeline.run([1, 2]), /state, step 1 latest: .*at most 0\.1 s old/);
		}
		const short = make({ type: 'pd-torque', kp: [1, 2, 3], kd: 1, state: state(['position', 'velocity']) });
		assert.throws(() => short.run([1, 2]), /2 numbers of `kp`/);
	});
});
