import assert from 'node:assert/strict';
import { commandFields } from '../../../lib/control/command-fields';
import { CommandValues, type FieldLimits } from '../../../lib/control/command-values';
import { createTypeRegistry } from '../../../lib/ros/types/registry';
import { Tensor } from '../../../lib/tensor/tensor';

const twist = () => ({ linear: { x: 1, y: 2, z: 3 }, angular: { x: 4, y: 5, z: 6 } });
const joints = () => ({ name: ['hip', 'knee'], position: [1, 2], velocity: new Float64Array([3, 4]), effort: [] });
const trajectory = () => ({
	joint_names: ['hip', 'knee'],
	points: [
		{ positions: [1, 2], velocities: [] },
		{ positions: [3, 4], velocities: [] },
	],
});

/** The values at a path, and the command with each of them ten times as large. */
function both(path: string, payload: unknown): [number[], unknown] {
	const values = new CommandValues([{ path }]);
	const found = values.read(payload, []);
	return [
		found,
		values.write(
			payload,
			found.map((value) => value * 10),
		),
	];
}

describe('CommandValues', () => {
	for (const [what, path, payload, values, written] of [
		['a number', '', 3, [3], 30],
		['an array', '', [1, 2], [1, 2], [10, 20]],
		['an element', '[1]', [1, 2], [2], [1, 20]],
		['a typed array', '[1:]', new Float32Array([1, 2, 3]), [2, 3], new Float32Array([1, 20, 30])],
		['a field of a Twist', 'angular.z', twist(), [6], { ...twist(), angular: { x: 4, y: 5, z: 60 } }],
		['a multi-array', 'data', { layout: {}, data: [1, 2] }, [1, 2], { layout: {}, data: [10, 20] }],
		['positions of joints', 'position', joints(), [1, 2], { ...joints(), position: [10, 20] }],
		['a joint by its name', 'velocity[knee]', joints(), [4], { ...joints(), velocity: new Float64Array([3, 40]) }],
		[
			'a joint in all points',
			'points[:].positions[knee]',
			trajectory(),
			[2, 4],
			{
				...trajectory(),
				points: [
					{ positions: [1, 20], velocities: [] },
					{ positions: [3, 40], velocities: [] },
				],
			},
		],
		[
			'an element of named Tensors',
			'action[0]',
			{ action: Tensor.from([1, 2]) },
			[1],
			{ action: Tensor.from([10, 2]) },
		],
		['a plain tensor', '', { dims: [2], data: [1, 2] }, [1, 2], { dims: [2], data: [10, 20] }],
		['its data by name', 'data[1]', { dims: [2], data: [1, 2] }, [2], { dims: [2], data: [1, 20] }],
	] as const) {
		it(`reads and writes ${what}, and leaves the command itself`, () => {
			const before = structuredClone(payload);
			const [found, result] = both(path, payload);
			assert.deepEqual(found, values);
			assert.deepEqual(result, written);
			assert.deepEqual(structuredClone(payload), before);
		});
	}

	it('does not write into a Tensor or Buffer that others see', () => {
		const tensor = new Tensor('float32', [2], new Float32Array([1, 2]));
		const [, result] = both('', tensor);
		assert.ok(result instanceof Tensor);
		assert.deepEqual([...(tensor.data as Float32Array)], [1, 2]);
		const bytes = Buffer.from([1, 2]);
		both('data', { data: bytes });
		assert.deepEqual([...bytes], [1, 2]);
	});

	it('gives each value its limits', () => {
		const fields: FieldLimits[] = [
			{ path: 'linear.x', max: 1 },
			{ path: 'angular', max: 2 },
		];
		assert.throws(() => new CommandValues(fields).read(twist(), []), /`angular` to be a number or a list/);
		const values = new CommandValues([fields[0] as FieldLimits, { path: 'angular.z', max: 2 }]);
		values.read(twist(), []);
		assert.deepEqual(
			values.limits.map(({ max }) => max),
			[1, 2],
		);
	});

	for (const [what, path, payload, expected] of [
		[
			'NaN, and names its joint',
			'position',
			{ ...joints(), position: [1, Number.NaN] },
			/element 1 \(knee\), .*got NaN/,
		],
		['an infinity', 'linear.x', { linear: { x: Number.POSITIVE_INFINITY } }, /`linear.x` .*finite.*got Infinity/],
		['a text', 'linear.x', { linear: { x: '1' } }, /`linear.x` .*got "1"/],
		['a missing field', 'linear.w', twist(), /no field `w`.*it has x, y, z/],
		['a missing element', 'data[3]', { data: [1] }, /element 3, got 1 elements/],
		['a range beyond the list', 'data[0:3]', { data: [1] }, /the elements to 3, got 1/],
		['an unknown joint', 'position[elbow]', joints(), /joint elbow/],
		['int64', '', Tensor.from([1n]), /got int64/],
		['an inherited field', 'constructor', twist(), /no field/],
	] as const) {
		it(`refuses ${what}`, () => {
			assert.throws(() => new CommandValues([{ path }]).read(payload, []), expected);
		});
	}

	it('refuses paths that are none', () => {
		for (const path of ['.x', 'a..b', 'a[', 'a[]', 'a b', 'a[0]b']) {
			assert.throws(() => new CommandValues([{ path }]), /`fields\[0\].path` to be a field/, path);
		}
	});

	it('notices that the joints have changed', () => {
		const values = new CommandValues([{ path: 'position' }]);
		values.checkJoints(joints());
		values.checkJoints(joints());
		assert.throws(() => values.checkJoints({ ...joints(), name: ['knee', 'hip'] }), /joints hip, knee/);
	});

	it('knows the fields of the commands of ROS, which are there in a message of the type', () => {
		const types = createTypeRegistry();
		for (const [typeName, fields] of Object.entries(commandFields)) {
			const type = types.message(typeName);
			const message = type.decode(type.encode(/Trajectory/.test(typeName) ? { points: [{}] } : {}));
			for (const { path } of fields) assert.doesNotThrow(() => new CommandValues([{ path }]).read(message, []), path);
		}
	});
});
