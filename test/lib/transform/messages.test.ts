import assert from 'node:assert/strict';
import { createTypeRegistry } from '../../../lib/ros/types/registry';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';

const registry = createTypeRegistry();
const ros = { stamp: { sec: 7, nanosec: 8 } };

/** What a subscriber gets: the message through the codec of its own type, so that every field is one of the type. */
function arrives(steps: object[], input: unknown, carrier: object = { ros }): Record<string, never> {
	const pipeline = createPipeline(steps);
	const message = pipeline.run(input, carrier);
	assert.ok(pipeline.messageType);
	const type = registry.message(pipeline.messageType);
	const decoded = type.decode(type.encode(message)) as Record<string, never>;
	// Fields that the type does not have would be lost here without a word.
	assertWithin(message as Record<string, unknown>, decoded, pipeline.messageType);
	return decoded;
}

function assertWithin(given: unknown, decoded: unknown, path: string): void {
	if (typeof given !== 'object' || given === null || ArrayBuffer.isView(given)) return;
	for (const [key, value] of Object.entries(given)) {
		assert.ok(typeof decoded === 'object' && decoded !== null && key in decoded, `${path}.${key}`);
		assertWithin(value, (decoded as Record<string, unknown>)[key], `${path}.${key}`);
	}
}

function refuses(steps: object[], input: unknown, pattern: RegExp): void {
	assert.throws(
		() => createPipeline(steps).run(input),
		(error: Error) => {
			assert.ok(error instanceof RangeError || error instanceof TypeError);
			assert.match(error.message, pattern);
			return true;
		},
	);
}

/** The message with arrays for typed arrays and Buffers. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into messages of every type.
function plain(value: unknown): any {
	if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

describe('steps that build messages', () => {
	it('twist', () => {
		const zero = { x: 0, y: 0, z: 0 };
		assert.deepEqual(plain(arrives([{ type: 'twist' }], [0.5, -1])), {
			linear: { ...zero, x: 0.5 },
			angular: { ...zero, z: -1 },
		});
		assert.deepEqual(plain(arrives([{ type: 'twist', layout: 'x-y-yaw' }], [[0.5, 0.25, -1]])), {
			linear: { x: 0.5, y: 0.25, z: 0 },
			angular: { ...zero, z: -1 },
		});
		const stamped = arrives([{ type: 'twist', layout: 'all', stamped: true, frameId: 'base' }], [1, 2, 3, 4, 5, 6]);
		assert.deepEqual(plain((stamped as never as { twist: object }).twist), {
			linear: { x: 1, y: 2, z: 3 },
			angular: { x: 4, y: 5, z: 6 },
		});
		assert.equal((stamped as never as { header: { frame_id: string } }).header.frame_id, 'base');
		refuses([{ type: 'twist' }], [1, 2, 3], /step 1 twist: Expected 2 elements, got float32\[3\]/);
		refuses([{ type: 'twist' }], [1, Number.NaN], /step 1 twist: angular\.z is NaN/);
		refuses([{ type: 'twist' }], [Number.POSITIVE_INFINITY, 1], /linear\.x is Infinity/);
	});

	it('ackermann', () => {
		const drive = (order: string) =>
			plain(arrives([{ type: 'ackermann', order }], [0.25, 2])).drive as { steering_angle: number; speed: number };
		assert.deepEqual([drive('steering-speed').steering_angle, drive('steering-speed').speed], [0.25, 2]);
		assert.deepEqual([drive('speed-steering').steering_angle, drive('speed-steering').speed], [2, 0.25]);
		refuses([{ type: 'ackermann' }], [1, Number.NaN], /speed is NaN/);
	});

	it('joint-state', () => {
		const names = ['a', 'b'];
		const message = plain(arrives([{ type: 'joint-state', names, content: 'position-velocity' }], [1, 2, 3, 4]));
		assert.deepEqual([message.name, message.position, message.velocity, message.effort], [names, [1, 2], [3, 4], []]);
		assert.deepEqual(plain(arrives([{ type: 'joint-state', names, content: 'effort' }], [5, 6])).effort, [5, 6]);
		refuses(
			[{ type: 'joint-state', names, content: 'position-velocity' }],
			[1, 2, 3, Number.NaN],
			/velocity of b is NaN/,
		);
		refuses([{ type: 'joint-state', names }], [1], /Expected 2 elements/);
		refuses([{ type: 'joint-state', names: ['a', 'a'] }], [1], /"a" twice/);
	});

	it('joint-command', () => {
		const step = { type: 'joint-command', names: ['a', 'b'] };
		const dof = plain(arrives([step], [1, 2]));
		assert.deepEqual([dof.dof_names, dof.values, dof.values_dot], [['a', 'b'], [1, 2], []]);
		const both = plain(arrives([{ ...step, content: 'position-velocity' }], [1, 2, 3, 4]));
		assert.deepEqual(
			[both.values, both.values_dot],
			[
				[1, 2],
				[3, 4],
			],
		);
		const jog = (content: string) =>
			plain(arrives([{ ...step, messageType: 'JointJog', content, duration: 0.1 }], [1, 2]));
		assert.deepEqual([jog('velocity').velocities, jog('velocity').displacements], [[1, 2], []]);
		assert.deepEqual([jog('position').displacements, jog('position').duration], [[1, 2], 0.1]);
		const dynamic = { ...step, messageType: 'DynamicJointState', content: 'position-velocity', frameId: 'base' };
		const state = plain(arrives([dynamic], [1, 2, 3, 4]));
		assert.deepEqual(state.joint_names, ['a', 'b']);
		assert.deepEqual(state.interface_values, [
			{ interface_names: ['position', 'velocity'], values: [1, 3] },
			{ interface_names: ['position', 'velocity'], values: [2, 4] },
		]);
		assert.equal(state.header.frame_id, 'base');
		refuses([step], [1, 2, 3], /Expected 2 elements/);
		refuses([{ ...step, content: 'position-velocity' }], [1, 2, 3, Number.NaN], /velocity of b is NaN/);
		refuses([{ ...step, messageType: 'JointJog', content: 'effort' }], [1, 2], /`content` to be position or velocity/);
		refuses([{ ...step, names: ['a', 'a'] }], [1, 2], /"a" twice/);
	});

	it('joint-trajectory', () => {
		const step = { type: 'joint-trajectory', names: ['a', 'b'], period: 0.6 };
		const message = plain(
			arrives(
				[step],
				[
					[
						[1, 2],
						[3, 4],
					],
				],
			),
		);
		assert.deepEqual(message.joint_names, ['a', 'b']);
		assert.deepEqual(
			message.points.map((p: { positions: number[]; time_from_start: object }) => [p.positions, p.time_from_start]),
			[
				[[1, 2], { sec: 0, nanosec: 600000000 }],
				[[3, 4], { sec: 1, nanosec: 200000000 }],
			],
		);
		assert.deepEqual(message.header.stamp, { sec: 0, nanosec: 0 });
		assert.equal(plain(arrives([step], [1, 2])).points.length, 1);
		refuses([step], [1, 2, 3], /\[2\] or \[k, 2\] for 2 joints/);
		refuses(
			[step],
			[
				[1, 2],
				[3, Number.NaN],
			],
			/point 1 of b is NaN/,
		);
		refuses([step], [[[1, 2]], [[3, 4]]], /float32\[2, 1, 2\]/);
	});

	it('multi-array', () => {
		const message = plain(
			arrives(
				[{ type: 'multi-array' }],
				[
					[1, 2, 3],
					[4, 5, 6],
				],
			),
		);
		assert.deepEqual(message.data, [1, 2, 3, 4, 5, 6]);
		assert.deepEqual(
			message.layout.dim.map((d: { size: number; stride: number }) => [d.size, d.stride]),
			[
				[2, 6],
				[3, 3],
			],
		);
		assert.deepEqual(
			plain(arrives([{ type: 'multi-array', messageType: 'UInt8MultiArray' }], [1, 200])).data,
			[1, 200],
		);
		arrives([{ type: 'multi-array', messageType: 'Int64MultiArray' }], [1, 2]);
		refuses([{ type: 'multi-array', messageType: 'UInt8MultiArray' }], [256], /uint8, got 256/);
		refuses([{ type: 'multi-array' }], [1, Number.NaN], /element 1 is NaN/);
		const data = new Float64Array(3);
		const shared = createPipeline([{ type: 'multi-array' }]).run(new Tensor('float64', [3], data)) as { data: unknown };
		assert.equal(shared.data, data);
	});

	it('message refuses NaN unless told otherwise', () => {
		const step = {
			type: 'message',
			messageType: 'std_msgs/msg/Float32',
			fields: [{ field: 'data', elements: '0', as: 'float32' }],
		};
		assert.equal(plain(arrives([step], [2.5])).data, 2.5);
		refuses([step], [Number.NaN], /step 1 message: element 0 is NaN/);
		assert.ok(
			Number.isNaN((createPipeline([{ ...step, allowNotFinite: true }]).run([Number.NaN]) as { data: number }).data),
		);
	});

	it('classification', () => {
		const labels = ['good', 'scratched', 'dented'];
		const message = plain(arrives([{ type: 'classification', labels, count: 2 }], [[0.25, 0.5, 0.125]]));
		assert.deepEqual(message.results, [
			{ class_id: 'scratched', score: 0.5 },
			{ class_id: 'good', score: 0.25 },
		]);
		assert.deepEqual(message.header.stamp, ros.stamp);
		const least = plain(arrives([{ type: 'classification', least: 0.3 }], [0.25, 0.5, 0.125]));
		assert.deepEqual(least.results, [{ class_id: '1', score: 0.5 }]);
		refuses([{ type: 'classification', labels }], [1, 2], /Expected 3 elements/);
		refuses([{ type: 'classification', labels }], [1, Number.NaN, 2], /the score of scratched is NaN/);
	});

	const take = (tensor: string) => [{ type: 'scale', factor: 1, tensor }];
	const detect = (more: object = {}) => [{ type: 'detections', boxes: take('boxes'), scores: take('scores'), ...more }];

	it('detections', () => {
		const boxes = Tensor.from([
			[
				[0, 0, 10, 10],
				[1, 0, 11, 10], // overlaps the first by 9/11
				[6, 0, 16, 10], // by 4/16
				[50, 50, 60, 70],
			],
		]);
		const scores = Tensor.from([
			[
				[0.1, 0.7],
				[0.1, 0.9],
				[0.4, 0.6],
				[0.95, 0.2],
			],
		]);
		const message = plain(arrives(detect({ labels: ['cat', 'dog'], source: 'front' }), { boxes, scores }));
		assert.deepEqual(
			message.detections.map((d: { results: { hypothesis: object }[] }) => d.results[0]?.hypothesis),
			[
				{ class_id: 'cat', score: Math.fround(0.95) },
				{ class_id: 'dog', score: Math.fround(0.9) },
				{ class_id: 'dog', score: Math.fround(0.6) },
			],
		);
		assert.deepEqual(message.detections[0].bbox, {
			center: { position: { x: 55, y: 60 }, theta: 0 },
			size_x: 10,
			size_y: 20,
		});
		assert.equal(message.detections[0].id, 'front');
		assert.deepEqual(message.detections[0].header.stamp, ros.stamp);
		const all = plain(arrives(detect({ overlap: 1, least: 0.15 }), { boxes, scores }));
		assert.equal(all.detections.length, 6);
		const few = plain(arrives(detect({ background: 0, count: 1 }), { boxes, scores }));
		assert.deepEqual(few.detections.length, 1);
	});

	it('detections in other formats and units', () => {
		const scores = Tensor.from([[1]]);
		const box = (format: string, four: number[], more: object = {}) =>
			plain(arrives(detect({ format, ...more }), { boxes: Tensor.from([four]), scores })).detections[0].bbox;
		const expected = { center: { position: { x: 20, y: 30 }, theta: 0 }, size_x: 10, size_y: 20 };
		assert.deepEqual(box('corners', [15, 20, 25, 40]), expected);
		assert.deepEqual(box('center', [20, 30, 10, 20]), expected);
		assert.deepEqual(box('size', [15, 20, 10, 20]), expected);
		assert.deepEqual(box('center', [0.5, 0.25, 0.25, 0.5], { width: 40, height: 120 }).size_y, 60);
	});

	it('detections refuse what does not go together', () => {
		const boxes = Tensor.from([
			[0, 0, 1, 1],
			[0, 0, 1, 1],
		]);
		refuses(
			detect(),
			{ boxes: Tensor.from([[1, 2, 3]]), scores: Tensor.from([1]) },
			/boxes \[n, 4\], got float32\[1, 3\]/,
		);
		refuses(detect(), { boxes, scores: Tensor.from([1, 2, 3]) }, /scores for 2 boxes, got float32\[3\]/);
		refuses(detect(), { boxes, scores: Tensor.from([1, Number.NaN]) }, /NaN/);
		refuses(detect(), { boxes: Tensor.from([[0, 0, 1, Number.NaN]]), scores: Tensor.from([1]) }, /finite/);
		refuses(
			detect({ labels: ['a'] }),
			{
				boxes,
				scores: Tensor.from([
					[1, 2],
					[1, 2],
				]),
			},
			/2 `labels`/,
		);
		refuses(detect(), { boxes }, /step 1 detections, scores, step 1 scale: .*"scores" among boxes/);
		assert.deepEqual(
			plain(arrives(detect(), { boxes: Tensor.from([[[0, 0, 1, 1]]]).reshape([1, 4]), scores: Tensor.from([0.1]) }))
				.detections,
			[],
		);
	});

	it('to-image', () => {
		const mask = plain(
			arrives(
				[{ type: 'to-image', scale: 255 }],
				[
					[
						[0, 0.5, 1],
						[2, -1, 0.25],
					],
				],
			),
		);
		assert.deepEqual([mask.height, mask.width, mask.encoding, mask.step], [2, 3, 'mono8', 3]);
		assert.deepEqual(mask.data, [0, 128, 255, 255, 0, 64]);
		const planes = [[[1, 2]], [[3, 4]], [[5, 6]]];
		const color = plain(arrives([{ type: 'to-image', encoding: 'rgb8' }], planes));
		assert.deepEqual([color.height, color.width, color.step, color.data], [1, 2, 6, [1, 3, 5, 2, 4, 6]]);
		const pixels = plain(
			arrives(
				[{ type: 'to-image', encoding: 'bgr8', layout: 'hwc' }],
				[
					[
						[1, 2, 3],
						[4, 5, 6],
					],
				],
			),
		);
		assert.deepEqual(pixels.data, [1, 2, 3, 4, 5, 6]);
		const depth = arrives([{ type: 'to-image', encoding: '32FC1' }], [[0.5, 1.5]]) as never as {
			data: Uint8Array;
			step: number;
		};
		assert.equal(depth.step, 8);
		assert.deepEqual(Array.from(new Float32Array(Uint8Array.from(depth.data).buffer)), [0.5, 1.5]);
		refuses([{ type: 'to-image', encoding: 'rgb8' }], [[1]], /channels|3 channels/);
		refuses([{ type: 'to-image' }], [1, 2], /an image/);
		refuses([{ type: 'to-image' }], [[Number.NaN]], /NaN \(pixel 0\)/);
	});
});
