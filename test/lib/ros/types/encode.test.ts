import { deepStrictEqual, notStrictEqual, strictEqual, throws } from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { Tensor } from '../../../../lib/tensor/tensor';
import { registry } from './fixtures';

const jointState = registry.message('sensor_msgs/JointState');
const corners = registry.message('lab_msgs/Corners');

type Refusal = [type: string, message: unknown, kind: 'TypeError' | 'RangeError', text: string | RegExp];

const refusals: Refusal[] = [
	['sensor_msgs/JointState', { position: [1, 2, 'abc'] }, 'TypeError', 'position[2]: expected float64, got "abc"'],
	['sensor_msgs/JointState', { position: [1, undefined] }, 'TypeError', 'position[1]: expected float64, got undefined'],
	['sensor_msgs/JointState', { position: [1n] }, 'TypeError', 'position[0]: expected float64, got 1n'],
	['sensor_msgs/JointState', { position: '1, 2' }, 'TypeError', 'position: expected an array of float64, got "1, 2"'],
	['sensor_msgs/JointState', { position: 5 }, 'TypeError', 'position: expected an array of float64, got 5'],
	['sensor_msgs/JointState', { position: new ArrayBuffer(8) }, 'TypeError', /position: expected an array of float64/],
	['sensor_msgs/JointState', { name: ['a', 5] }, 'TypeError', 'name[1]: expected string, got 5'],
	['sensor_msgs/JointState', { name: 'a' }, 'TypeError', 'name: expected an array of string, got "a"'],
	[
		'sensor_msgs/JointState',
		{ header: { stamp: { sec: 1.5 } } },
		'RangeError',
		'header.stamp.sec: expected int32, a whole number from -2147483648 to 2147483647, got 1.5',
	],
	[
		'sensor_msgs/JointState',
		{ header: { stamp: { sec: 2 ** 31 } } },
		'RangeError',
		/header\.stamp\.sec: expected int32/,
	],
	[
		'sensor_msgs/JointState',
		{ header: { stamp: { nanosec: -1 } } },
		'RangeError',
		/nanosec: expected uint32, .* got -1/,
	],
	['sensor_msgs/JointState', { header: { stamp: { sec: '5' } } }, 'TypeError', /header\.stamp\.sec: .* got "5"/],
	[
		'sensor_msgs/JointState',
		{ header: { stamp: 5n } },
		'TypeError',
		/header\.stamp: expected builtin_interfaces\/msg\/Time/,
	],
	[
		'sensor_msgs/JointState',
		{ positions: [1] },
		'RangeError',
		/^positions: .* no such field; did you mean position\?$/,
	],
	[
		'sensor_msgs/JointState',
		{ header: { frameid: '' } },
		'RangeError',
		/^header\.frameid: .* did you mean frame_id\?$/,
	],
	['sensor_msgs/JointState', { banana: 1 }, 'RangeError', /^banana: .*its fields are header, name, position/],
	['std_msgs/String', 'hello', 'TypeError', /^std_msgs\/msg\/String: expected .* an object \{ data \}, got "hello"$/],
	['std_msgs/String', undefined, 'TypeError', /got undefined$/],
	['std_msgs/String', null, 'TypeError', /got null$/],
	['std_msgs/String', ['hello'], 'TypeError', /got an array of 1$/],
	['std_msgs/String', Promise.resolve({}), 'TypeError', /got Promise$/],
	['std_msgs/String', new Map([['data', 'hello']]), 'TypeError', /got Map$/],
	['std_msgs/Empty', new Date(0), 'TypeError', /got Date$/],
	['std_msgs/Empty', { data: 1 }, 'RangeError', /^data: std_msgs\/msg\/Empty has no such field; its fields are none$/],
	['std_msgs/String', { data: 'a\0b' }, 'RangeError', 'data: expected string without NUL, got one at character 1'],
	['std_msgs/String', { data: 'a\ud800b' }, 'RangeError', /^data: .*half of a surrogate pair$/],
	['std_msgs/String', { data: 5 }, 'TypeError', 'data: expected string, got 5'],
	['std_msgs/Bool', { data: 1 }, 'TypeError', 'data: expected true or false, got 1'],
	['std_msgs/Bool', { data: 'false' }, 'TypeError', 'data: expected true or false, got "false"'],
	['std_msgs/UInt8', { data: 256 }, 'RangeError', 'data: expected uint8, a whole number from 0 to 255, got 256'],
	['std_msgs/Int8', { data: -129 }, 'RangeError', /^data: expected int8/],
	['std_msgs/Int16', { data: 32768 }, 'RangeError', /^data: expected int16/],
	['std_msgs/UInt16', { data: -1 }, 'RangeError', /^data: expected uint16/],
	['std_msgs/UInt32', { data: 2 ** 32 }, 'RangeError', /^data: expected uint32/],
	['std_msgs/Char', { data: 'A' }, 'TypeError', /^data: expected char/],
	['std_msgs/Byte', { data: Number.NaN }, 'RangeError', /^data: expected byte/],
	[
		'std_msgs/Int64',
		{ data: 2 ** 53 },
		'RangeError',
		/^data: expected int64, a BigInt, safe integer or decimal string/,
	],
	['std_msgs/Int64', { data: 1.5 }, 'RangeError', /^data: expected int64/],
	['std_msgs/Int64', { data: '1e3' }, 'TypeError', /^data: expected int64/],
	['std_msgs/Int64', { data: 2n ** 63n }, 'RangeError', /^data: expected int64/],
	['std_msgs/UInt64', { data: '-1' }, 'RangeError', /^data: expected uint64/],
	['std_msgs/Float32', { data: 1e39 }, 'RangeError', /^data: expected float32/],
	['std_msgs/Float64', { data: '1' }, 'TypeError', 'data: expected float64, got "1"'],
	['std_msgs/Int16MultiArray', { data: Float32Array.of(1, 2.5) }, 'RangeError', /^data\[1\]: expected int16/],
	[
		'geometry_msgs/PoseWithCovariance',
		{ covariance: [1, 2] },
		'RangeError',
		'covariance: expected exactly 36 elements, got 2',
	],
	['lab_msgs/Corners', { j: [1, 2, 3, 4, 5] }, 'RangeError', 'j: expected at most 4 elements, got 5'],
	['lab_msgs/Corners', { pair: [{}] }, 'RangeError', 'pair: expected exactly 2 elements, got 1'],
	['lab_msgs/Corners', { parts: [{}, { value: 'x' }] }, 'TypeError', 'parts[1].value: expected float64, got "x"'],
	['lab_msgs/Corners', { parts: [{}, null] }, 'TypeError', /^parts\[1\]: expected lab_msgs\/msg\/Part/],
	['lab_msgs/Corners', { m: [true, 0] }, 'TypeError', 'm[1]: expected true or false, got 0'],
	['lab_msgs/Corners', { m: Uint8Array.of(1, 0) }, 'TypeError', /^m: expected an array of bool/],
	['lab_msgs/Corners', { short: '123456789' }, 'RangeError', 'short: expected at most 8 bytes of text, got 9'],
	['lab_msgs/Corners', { short: 'ÄÄÄÄÄ' }, 'RangeError', 'short: expected at most 8 bytes of text, got 10'],
	['sensor_msgs/Image', { data: [0, 256] }, 'RangeError', /^data\[1\]: expected uint8/],
	['sensor_msgs/Image', { data: 'AAAA' }, 'TypeError', /^data: expected an array of uint8/],
	['std_msgs/Float32MultiArray', { data: Tensor.from([1n]) }, 'TypeError', /^data: .* got a tensor of int64$/],
	[
		'std_msgs/Float32MultiArray',
		{ data: new Tensor('float16', [1], Uint16Array.of(0x3c00)) },
		'TypeError',
		/^data: .* float16; convert it to float32 first$/,
	],
];

describe('encode', () => {
	it('refuses what does not fit, and says where and why', () => {
		for (const [type, message, name, text] of refusals) {
			throws(() => registry.message(type).encode(message), { name, message: text }, `${type} ${String(text)}`);
		}
	});

	it('works on after a refusal', () => {
		const message = { name: ['a'], position: [1] };
		const before = jointState.encode(message).toString('hex');
		throws(() => jointState.encode({ name: ['a', 'bcdefgh'], position: [1, 'x'] }), TypeError);
		strictEqual(jointState.encode(message).toString('hex'), before);
	});

	it('gives missing, null and undefined fields their defaults', () => {
		const expected = jointState.encode(jointState.create()).toString('hex');
		strictEqual(jointState.encode({}).toString('hex'), expected);
		strictEqual(jointState.encode({ header: null, name: undefined, position: null }).toString('hex'), expected);
		strictEqual(jointState.encode({ header: { stamp: null } }).toString('hex'), expected);
		const quaternion = registry.message('geometry_msgs/Quaternion');
		deepStrictEqual(quaternion.decode(quaternion.encode({ x: 1 })), { x: 1, y: 0, z: 0, w: 1 });
	});

	it('takes arrays, typed arrays of any element type and realm, Buffers and tensors', () => {
		const expected = jointState.encode({ position: [1, 2, 3] }).toString('hex');
		const same: unknown[] = [
			Float64Array.of(1, 2, 3),
			Float32Array.of(1, 2, 3),
			Int16Array.of(1, 2, 3),
			Uint8Array.of(1, 2, 3),
			Float64Array.of(0, 1, 2, 3).subarray(1),
			runInNewContext('[1, 2, 3]'),
			runInNewContext('Float64Array.of(1, 2, 3)'),
			new Tensor('float64', [1, 3], Float64Array.of(1, 2, 3)),
			new Tensor('float32', [3], Float32Array.of(1, 2, 3)),
		];
		for (const position of same) strictEqual(jointState.encode({ position }).toString('hex'), expected);
		const image = registry.message('sensor_msgs/Image');
		const pixels = image.encode({ data: [7, 8, 9] }).toString('hex');
		for (const data of [Buffer.of(7, 8, 9), Uint8ClampedArray.of(7, 8, 9), Buffer.of(0, 7, 8, 9).subarray(1)]) {
			strictEqual(image.encode({ data }).toString('hex'), pixels);
		}
		const flags = corners.encode({ m: [true, false] }).toString('hex');
		strictEqual(corners.encode({ m: new Tensor('bool', [2], Uint8Array.of(1, 0)) }).toString('hex'), flags);
		const names = jointState.encode({ name: ['a', 'b'] }).toString('hex');
		strictEqual(jointState.encode({ name: new Tensor('string', [2], ['a', 'b']) }).toString('hex'), names);
	});

	it('takes objects of another realm and without a prototype', () => {
		const type = registry.message('std_msgs/String');
		const expected = type.encode({ data: 'a' }).toString('hex');
		strictEqual(type.encode(runInNewContext('({ data: "a" })')).toString('hex'), expected);
		strictEqual(type.encode(Object.assign(Object.create(null), { data: 'a' })).toString('hex'), expected);
	});

	it('keeps every digit of 64-bit integers', () => {
		const type = registry.message('std_msgs/Int64');
		for (const data of [-(2n ** 63n), 2n ** 63n - 1n, 9007199254740993n]) {
			deepStrictEqual(type.decode(type.encode({ data })), { data });
			deepStrictEqual(type.decode(type.encode({ data: String(data) })), { data });
		}
		deepStrictEqual(type.decode(type.encode({ data: -5 })), { data: -5n });
	});

	it('lets NaN and infinities pass', () => {
		for (const name of ['std_msgs/Float32', 'std_msgs/Float64']) {
			const type = registry.message(name);
			for (const data of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]) {
				deepStrictEqual(type.decode(type.encode({ data })), { data });
			}
		}
	});

	it('returns memory of its own, also for large arrays', () => {
		const image = registry.message('sensor_msgs/Image');
		for (const size of [3, 100_000]) {
			const data = Buffer.alloc(size, 5);
			const first = image.encode({ data });
			const copy = Buffer.from(first);
			data.fill(6);
			const second = image.encode({ data });
			strictEqual(first.equals(copy), true);
			notStrictEqual(first.buffer, second.buffer);
			strictEqual(first.buffer.byteLength, first.length);
		}
	});

	it('puts large arrays where small ones would be', () => {
		const cloud = registry.message('sensor_msgs/PointCloud2');
		for (const size of [0, 1, 4095, 4096, 4097, 70_001]) {
			const data = Buffer.from(Array.from({ length: size }, (_, index) => index & 255));
			const decoded = cloud.decode(cloud.encode({ data, is_dense: true, header: { frame_id: 'lidar' } }));
			strictEqual((decoded.data as Buffer).equals(data), true);
			strictEqual(decoded.is_dense, true);
		}
		const values = Float64Array.from({ length: 5000 }, (_, index) => index);
		const decoded = jointState.decode(jointState.encode({ position: values, velocity: values, effort: [1] }));
		deepStrictEqual([decoded.position, decoded.velocity, decoded.effort], [values, values, Float64Array.of(1)]);
	});

	it('is not confused by a getter that encodes', () => {
		const type = registry.message('std_msgs/String');
		const message = {
			get data() {
				type.encode({ data: 'inner' });
				return 'outer';
			},
		};
		deepStrictEqual(type.decode(type.encode(message)), { data: 'outer' });
	});

	it('passes on what a getter throws', () => {
		const message = {
			get data(): string {
				throw new Error('no such sensor');
			},
		};
		throws(() => registry.message('std_msgs/String').encode(message), { name: 'Error', message: 'no such sensor' });
	});
});

describe('create', () => {
	it('makes a new message each time', () => {
		const first = corners.create();
		deepStrictEqual(first.g, Buffer.alloc(3));
		deepStrictEqual(first.pair, [
			{ tag: 0, value: 0, name: '' },
			{ tag: 0, value: 0, name: '' },
		]);
		(first.g as Buffer)[0] = 9;
		(first.pair as { tag: number }[])[0]!.tag = 9;
		deepStrictEqual(corners.create(), corners.decode(corners.encode({})));
	});

	it('is never what a later message is encoded from', () => {
		const pose = registry.message('geometry_msgs/PoseWithCovariance');
		const before = pose.encode({}).toString('hex');
		(pose.create().covariance as Float64Array).fill(9);
		strictEqual(pose.encode({}).toString('hex'), before);
	});
});
