import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BriefError } from '../../../lib/check';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';
import type { Option, Schema } from '../../../lib/transform/schema';
import { allSteps } from '../../../lib/transform/steps';

const anything = fc.oneof(
	fc.integer({ min: -3, max: 20 }),
	fc.double(),
	fc.string({ maxLength: 12 }),
	fc.constantFrom('data', 'position', 'name', 'linear.x', 'a', ':', '0:2', 'std_msgs/msg/Float64', '__proto__'),
	fc.array(fc.oneof(fc.integer({ min: -2, max: 6 }), fc.double()), { maxLength: 5 }),
	fc.array(fc.constantFrom('a', 'b', 'data', 'position'), { maxLength: 3 }),
	fc.boolean(),
	fc.constant(null),
	fc.object({ maxDepth: 2 }),
);

/** Values that an option may well take. */
function likely(option: Option, depth: number): fc.Arbitrary<unknown> {
	const numbers = fc.oneof(fc.integer({ min: -2, max: 5 }), fc.double({ min: -10, max: 10, noNaN: true }));
	switch (option.kind) {
		case 'number':
			return numbers;
		case 'numbers':
			return fc.oneof(numbers, fc.array(numbers, { minLength: 1, maxLength: 6 }));
		case 'number-list':
			return fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 1, maxLength: 3 });
		case 'texts':
			return fc.array(fc.constantFrom('a', 'b', 'data', 'position', 'position[0]', 'linear.x', 'data[0:2]'), {
				minLength: 1,
				maxLength: 3,
			});
		case 'text':
			return fc.constantFrom('data', 'name', 'linear.x', '0', ':', '0:2', 'std_msgs/msg/Float64MultiArray');
		case 'flag':
			return fc.boolean();
		case 'choice':
			return fc.constantFrom(...Object.keys(option.choices ?? {}));
		case 'rows':
			return fc.array(record(option.item ?? {}, depth), { minLength: 1, maxLength: 3 });
		case 'steps':
			return depth > 2 ? fc.constant([]) : stepList(depth + 1);
		default:
			return fc.oneof(anything, fc.constant([[1], [2], [3]]), fc.constant({ header: { frame_id: 'a' } }));
	}
}

function record(schema: Schema, depth: number): fc.Arbitrary<Record<string, unknown>> {
	const model: Record<string, fc.Arbitrary<unknown>> = {};
	for (const [name, option] of Object.entries(schema)) {
		model[name] = fc.oneof({ weight: 20, arbitrary: likely(option, depth) }, { weight: 1, arbitrary: anything });
	}
	const required = Object.keys(schema).filter((name) => schema[name]?.required);
	return fc.record(model, { requiredKeys: required });
}

function stepList(depth: number): fc.Arbitrary<unknown[]> {
	const one = fc
		.constantFrom(...allSteps)
		.chain((step) => record(step.options, depth).map((options): unknown => ({ type: step.name, ...options })));
	return fc.array(fc.oneof({ weight: 30, arbitrary: one }, { weight: 1, arbitrary: anything }), {
		minLength: 1,
		maxLength: 4,
	});
}

const floats = fc.array(fc.float(), { minLength: 0, maxLength: 6 });
const sensors = [
	{ height: 2, width: 2, encoding: 'rgb8', is_bigendian: 0, step: 6, data: new Uint8Array(12) },
	{ height: 1, width: 2, encoding: '32FC1', is_bigendian: 1, step: 8, data: new Uint8Array(8) },
	{ angle_min: -1, angle_max: 1, angle_increment: 1, range_min: 0.1, range_max: 9, ranges: [1, Number.NaN, 3] },
	{ orientation: { x: 0, y: 0, z: 0, w: 1 }, angular_velocity: { x: 1, y: 2, z: 3 }, linear_acceleration: {} },
	// All around, from 0, with the first beam again at the end.
	{
		angle_min: 0,
		angle_max: 6.2831855,
		angle_increment: Math.PI / 4,
		range_min: 0,
		range_max: 9,
		ranges: new Float32Array(9),
	},
	{ axes: [0.5], buttons: [1] },
	{
		format: '16UC1; compressedDepth rvl',
		data: Uint8Array.from({ length: 32 }, (_byte, i) => (i === 12 || i === 16 ? 2 : 0)),
	},
	{ format: 'jpeg', data: new Uint8Array(20) },
	{ header: { stamp: { sec: 3, nanosec: 4 } }, name: ['a', 'b'], position: [1, 2], velocity: [3, 4], effort: [] },
	{ header: { stamp: 'now' }, name: ['b'], position: [1], velocity: [], effort: [] },
];
const inputs = fc.oneof(
	anything,
	fc.constantFrom(...sensors),
	floats.map((data) => Tensor.from(data)),
	floats.map((data) => Tensor.from([data])),
	floats.map((data) => ({ a: Tensor.from(data) })),
	floats.map((data) => ({ a: Tensor.from(data), b: Tensor.from(data) })),
	fc.array(fc.bigInt({ min: -2n, max: 4n }), { maxLength: 3 }).map((data) => Tensor.from(data)),
	floats.map((position) => ({
		name: ['a', 'b', 'data', 'position', 'c', 'd'].slice(0, position.length),
		position: Float64Array.from(position),
		data: position,
		linear: { x: 1, y: Number.NaN },
	})),
);

/** One of the kinds that are promised, and with words of ours: not what JavaScript says when code trips. */
function isExpected(error: unknown): boolean {
	const isKind = error instanceof TypeError || error instanceof RangeError || error instanceof BriefError;
	return isKind && !/Cannot |is not a function|not iterable|Invalid |Maximum call|out of bounds/.test(error.message);
}

describe('any list of steps', () => {
	it('throws nothing but a TypeError, RangeError or BriefError that begins with the step', () => {
		let made = 0;
		let ran = 0;
		fc.assert(
			fc.property(stepList(0), fc.array(inputs, { minLength: 1, maxLength: 3 }), (steps, values) => {
				let pipeline: ReturnType<typeof createPipeline>;
				try {
					pipeline = createPipeline(steps, { now: () => 0, random: () => 0.5 });
				} catch (error) {
					assert.ok(isExpected(error), String((error as Error).stack));
					assert.match((error as Error).message, /^step \d/);
					return;
				}
				made++;
				for (const value of values) {
					try {
						const given = pipeline.run(value);
						assert.equal(given instanceof Tensor, pipeline.gives === 'tensor');
						ran++;
					} catch (error) {
						assert.ok(isExpected(error), String((error as Error).stack));
						assert.match((error as Error).message, /^step \d/);
					}
				}
			}),
			{ numRuns: 4000, seed: 5 },
		);
		assert.ok(made > 200 && ran > 50, `only ${made} lists were made, ${ran} runs succeeded`);
	});

	it('throws nothing else for what is no list of steps', () => {
		fc.assert(
			fc.property(fc.anything(), (steps) => {
				try {
					createPipeline(steps);
				} catch (error) {
					assert.ok(isExpected(error), String((error as Error).stack));
				}
			}),
			{ numRuns: 1000, seed: 6 },
		);
	});
});

describe('properties', () => {
	const vector = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 });
	const run = (steps: object[], data: number[]) =>
		Array.from((createPipeline(steps).run(Float64Array.from(data)) as Tensor).data as Float64Array);

	it('clip keeps within its limits and leaves alone what is', () => {
		fc.assert(
			fc.property(vector, fc.double({ min: -100, max: 0, noNaN: true }), (data, min) => {
				const clipped = run([{ type: 'clip', min, max: 50 }], data);
				for (const [i, value] of clipped.entries()) {
					assert.ok(value >= min && value <= 50);
					const given = data[i] as number;
					if (given >= min && given <= 50) assert.ok(value === given);
				}
			}),
		);
	});

	it('joints by name come out in the order asked for, whatever the order of the message', () => {
		const joints = fc.uniqueArray(
			fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name.trim() === name && !/^\?\d+$/.test(name)),
			{
				minLength: 1,
				maxLength: 12,
			},
		);
		fc.assert(
			fc.property(
				joints.chain((names) => fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: 1 }))),
				([all, wanted]) => {
					const position = Float64Array.from(all, (_name, i) => i);
					const given = createPipeline([{ type: 'select', fields: ['position'], names: wanted }]).run({
						name: all,
						position,
					});
					assert.deepEqual(
						Array.from((given as Tensor).data as Float32Array),
						wanted.map((name) => all.indexOf(name)),
					);
				},
			),
		);
	});
});
