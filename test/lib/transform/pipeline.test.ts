import assert from 'node:assert/strict';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline, describeResult } from '../../../lib/transform/pipeline';
import { allSteps } from '../../../lib/transform/steps';

const joints = {
	name: ['hinge', 'slider', 'gripper'],
	position: new Float64Array([0.1, 0.2, 0.3]),
	velocity: new Float64Array([1, 2, 3]),
	effort: new Float64Array(0),
};

function run(steps: unknown, input: unknown, carrier = {}) {
	return createPipeline(steps).run(input, carrier);
}

function dataOf(steps: unknown, input: unknown): unknown[] {
	const given = run(steps, input);
	assert.ok(given instanceof Tensor);
	return Array.from(given.data as Float64Array);
}

/** Expects an error of this class that starts with the step and has all of the words. */
function refuses(kind: typeof TypeError | typeof RangeError, words: string[], action: () => unknown): void {
	assert.throws(action, (error: Error) => {
		assert.equal(error.constructor, kind, error.stack);
		for (const word of words) assert.ok(error.message.includes(word), `${word} is not in: ${error.message}`);
		return true;
	});
}

describe('select', () => {
	it('takes joints by name, whatever the order of the message', () => {
		const step = { type: 'select', fields: ['position', 'velocity'], names: ['slider', 'hinge'], as: 'float64' };
		assert.deepEqual(dataOf([step], joints), [0.2, 0.1, 2, 1]);
		assert.deepEqual(dataOf([{ ...step, order: 'by-name' }], joints), [0.2, 2, 0.1, 1]);
	});

	it('follows names that change from message to message', () => {
		const pipeline = createPipeline([{ type: 'select', fields: ['position'], names: ['a', 'b'] }]);
		const data = (message: unknown) => Array.from((pipeline.run(message) as Tensor).data as Float32Array);
		assert.deepEqual(data({ name: ['a', 'b'], position: [1, 2] }), [1, 2]);
		assert.deepEqual(data({ name: ['b', 'a'], position: [1, 2] }), [2, 1]);
		assert.deepEqual(data({ name: ['c', 'b', 'a'], position: [1, 2, 3] }), [3, 2]);
		refuses(RangeError, ['step 1 select', '"b"', '`name`'], () => data({ name: ['a', 'c'], position: [1, 2] }));
		assert.deepEqual(data({ name: ['c', 'b', 'a'], position: [1, 2, 3] }), [3, 2]);
	});

	it('does not see a list that was changed in place as the one it knows', () => {
		const pipeline = createPipeline([{ type: 'select', fields: ['position'], names: ['a'] }]);
		const message = { name: ['a', 'b'], position: [1, 2] };
		assert.equal((pipeline.run(message) as Tensor).data[0], 1);
		message.name.reverse();
		assert.equal((pipeline.run(message) as Tensor).data[0], 2);
	});

	it('takes fields by path', () => {
		const message = {
			linear: { x: 1, y: 2 },
			data: [10, 20, 30, 40],
			poses: [{ position: { x: 5 } }, { position: { x: 6 } }],
			pressed: true,
			count: 7n,
		};
		const values = (...fields: string[]) => dataOf([{ type: 'select', fields }], message);
		assert.deepEqual(values('linear.y', 'linear.x'), [2, 1]);
		assert.deepEqual(values('data'), [10, 20, 30, 40]);
		assert.deepEqual(values('data[1]', 'data[-1]'), [20, 40]);
		assert.deepEqual(values('data[1:3]', 'data[:1]', 'data[-2:]'), [20, 30, 10, 30, 40]);
		assert.deepEqual(values('poses[:].position.x', 'poses[-1].position.x'), [5, 6, 6]);
		assert.deepEqual(values('pressed', 'count'), [1, 7]);
	});

	it('refuses joints that are missing or there twice, naming them', () => {
		const step = { type: 'select', fields: ['position'], names: ['slider', 'elbow'] };
		refuses(RangeError, ['step 1 select: ', '"elbow"', '"hinge"'], () => run([step], joints));
		const twice = { name: ['slider', 'elbow', 'slider'], position: [1, 2, 3] };
		refuses(RangeError, ['"slider"', 'twice'], () => run([step], twice));
		refuses(RangeError, ['names', '"a"', 'twice'], () => createPipeline([{ ...step, names: ['a', 'b', 'a'] }]));
	});

	it('refuses a field whose length is not that of the names', () => {
		const step = { type: 'select', fields: ['effort'], names: ['slider'] };
		refuses(RangeError, ['`effort`', '3 elements', 'got 0'], () => run([step], joints));
	});

	it('refuses NaN and infinite values, naming the term', () => {
		const step = { type: 'select', fields: ['velocity'], names: ['slider', 'hinge'] };
		const bad = { ...joints, velocity: [Number.NaN, 1, 2] };
		refuses(RangeError, ['step 1 select: velocity of hinge is NaN'], () => run([step], bad));
		refuses(RangeError, ['linear.x is -Infinity'], () =>
			run([{ type: 'select', fields: ['linear.x'] }], { linear: { x: Number.NEGATIVE_INFINITY } }),
		);
		refuses(RangeError, ['ranges[2] is Infinity'], () =>
			run([{ type: 'select', fields: ['ranges'] }], { ranges: new Float32Array([1, 2, Number.POSITIVE_INFINITY]) }),
		);
		refuses(RangeError, ['poses[1].x is NaN'], () =>
			run([{ type: 'select', fields: ['poses[:].x'] }], { poses: [{ x: 1 }, { x: Number.NaN }] }),
		);
		assert.deepEqual(dataOf([{ ...step, allowNotFinite: true }], bad), [1, Number.NaN]);
	});

	it('refuses a value that float32 cannot hold', () => {
		refuses(RangeError, ['element 0', 'float32', '1e+300'], () =>
			run([{ type: 'select', fields: ['x'] }], { x: 1e300 }),
		);
		assert.deepEqual(dataOf([{ type: 'select', fields: ['x'], as: 'float64' }], { x: 1e300 }), [1e300]);
	});

	it('refuses fields that are not there or no numbers', () => {
		const select = (field: string, message: unknown) => () => run([{ type: 'select', fields: [field] }], message);
		refuses(RangeError, ['`z`', 'linear', 'it has x, y'], select('linear.z', { linear: { x: 1, y: 2 } }));
		refuses(RangeError, ['`constructor`'], select('constructor', {}));
		refuses(TypeError, ['`linear.x`', 'got 3'], select('linear.x.y', { linear: { x: 3 } }));
		refuses(TypeError, ['`data`', 'an array', 'got 3'], select('data[0]', { data: 3 }));
		refuses(RangeError, ['`data`', 'element 5', '2 elements'], select('data[5]', { data: [1, 2] }));
		refuses(RangeError, ['`data`', '[1:5]', '2 elements'], select('data[1:5]', { data: [1, 2] }));
		refuses(TypeError, ['`frame`', 'number', '"map"'], select('frame', { frame: 'map' }));
		refuses(TypeError, ['data[1]', '"x"'], select('data', { data: [1, 'x'] }));
		refuses(TypeError, ['`name`', 'array of names'], () =>
			run([{ type: 'select', fields: ['position'], names: ['a'] }], { name: new Float64Array(1), position: [1] }),
		);
		refuses(RangeError, ['`fields[0]`', '"a..b"'], () => createPipeline([{ type: 'select', fields: ['a..b'] }]));
		refuses(RangeError, ['"__proto__.x"'], () => createPipeline([{ type: 'select', fields: ['__proto__.x'] }]));
	});

	it('refuses tensors and what is no message', () => {
		const step = { type: 'select', fields: ['data'] };
		refuses(TypeError, ['step 1 select', 'ROS message', 'float32[2]'], () => run([step], Tensor.from([1, 2])));
		for (const wrong of [null, undefined, 3, 'x', [1]]) refuses(TypeError, ['step 1 select'], () => run([step], wrong));
	});
});

describe('stack', () => {
	const position = { type: 'select', fields: ['position'], names: ['slider'], as: 'float64' };
	const velocity = { type: 'select', fields: ['velocity'], names: ['slider', 'hinge'], as: 'float64' };

	it('puts terms with their own steps one after the other', () => {
		const terms = [
			{ name: 'velocity', steps: [velocity, { type: 'scale', factor: [10, 100] }] },
			{ name: 'position', steps: [position, { type: 'offset', offset: 1 }] },
		];
		assert.deepEqual(dataOf([{ type: 'stack', terms }], joints), [20, 100, 1.2]);
		assert.deepEqual((run([{ type: 'stack', terms, batch: true }], joints) as Tensor).dims, [1, 3]);
	});

	it('takes terms of one tensor, and of several by name', () => {
		const square = [{ steps: [] }, { steps: [{ type: 'scale', factor: 2 }] }];
		assert.deepEqual(dataOf([{ type: 'stack', terms: square }], [1, 2]), [1, 2, 2, 4]);
		const named = [
			{ steps: [{ type: 'scale', factor: 1, tensor: 'b' }] },
			{ steps: [{ type: 'scale', factor: 1, tensor: 'a' }] },
		];
		assert.deepEqual(
			dataOf([{ type: 'stack', terms: named }], { a: Tensor.from([1]), b: Tensor.from([2, 3]) }),
			[2, 3, 1],
		);
	});

	it('names the term and the step in it', () => {
		const terms = [{ name: 'velocity', steps: [velocity, { type: 'scale', factor: [1, 2, 3] }] }];
		refuses(RangeError, ['step 1 stack, term velocity, step 2 scale: Expected 2 factors for float64[2], got 3'], () =>
			run([{ type: 'stack', terms }], joints),
		);
		refuses(TypeError, ['step 1 stack, term 1, step 1 scale: ', '`factor`'], () =>
			createPipeline([{ type: 'stack', terms: [{ steps: [{ type: 'scale' }] }] }]),
		);
	});

	it('refuses terms of different types and terms that give messages', () => {
		const terms = [{ steps: [position] }, { name: 'v', steps: [{ ...velocity, as: 'float32' }] }];
		refuses(TypeError, ['step 1 stack', 'term v', 'float64', 'cast'], () => run([{ type: 'stack', terms }], joints));
		const message = {
			type: 'message',
			messageType: 'std_msgs/msg/Float64',
			fields: [{ field: 'data', elements: '0' }],
		};
		refuses(RangeError, ['term m', 'tensor'], () =>
			createPipeline([{ type: 'stack', terms: [{ name: 'm', steps: [message] }] }]),
		);
	});
});

describe('sizes', () => {
	const vector = Tensor.from([1, 2, 3, 4]).reshape([1, 4]);
	const cases: [object, string][] = [
		[{ type: 'scale', factor: [1, 2, 3] }, 'step 1 scale: Expected 4 factors for float32[1, 4], got 3'],
		[{ type: 'offset', offset: [1] }, 'step 1 offset: Expected 4 offsets for float32[1, 4], got 1'],
		[{ type: 'clip', min: [0, 0], max: 1 }, 'step 1 clip: Expected 4 lower limits for float32[1, 4], got 2'],
		[{ type: 'clip', max: [0, 0] }, 'step 1 clip: Expected 4 upper limits for float32[1, 4], got 2'],
		[{ type: 'normalize', mean: [0, 0], std: 1 }, 'step 1 normalize: Expected 4 means for float32[1, 4], got 2'],
		[{ type: 'scale', factor: [1, 2], axis: 1 }, 'Expected 4 factors along axis 1 of float32[1, 4], got 2'],
		[{ type: 'scale', factor: [1, 2], axis: 2 }, 'an axis 2, got float32[1, 4]'],
		[{ type: 'reshape', shape: [3] }, 'step 1 reshape: Expected 3 elements for [3], got float32[1, 4]'],
		[{ type: 'reshape', shape: [3, -1] }, 'Expected a multiple of 3 elements for [3, -1], got float32[1, 4]'],
		[{ type: 'sin-cos', elements: [4] }, 'at least 5 elements in the last dimension, got float32[1, 4]'],
		[{ type: 'look-up', table: [1, 2] }, 'Expected an index from 0 to 1 (the table has 2 rows), got 2'],
	];
	for (const [step, message] of cases) {
		it(message, () => refuses(RangeError, [message], () => run([step], vector)));
	}

	it('refuses lists of different lengths before any value comes', () => {
		refuses(RangeError, ['upper limits', 'got 3'], () =>
			createPipeline([{ type: 'clip', min: [0, 0], max: [1, 1, 1] }]),
		);
		refuses(RangeError, ['got 2'], () => createPipeline([{ type: 'normalize', mean: [0, 0, 0], std: [1, 1] }]));
	});
});

describe('numbers', () => {
	it('refuse what cannot be', () => {
		refuses(TypeError, ['step 1 clip', '`min`', '`max`'], () => createPipeline([{ type: 'clip' }]));
		refuses(RangeError, ['`min`', '2 and 1'], () => createPipeline([{ type: 'clip', min: 2, max: 1 }]));
		refuses(RangeError, ['element 1'], () => createPipeline([{ type: 'clip', min: [0, 3], max: [1, 1] }]));
		refuses(RangeError, ['`std`', '> 0'], () => createPipeline([{ type: 'normalize', mean: 0, std: [1, 0] }]));
		refuses(TypeError, ['`variance` is missing'], () =>
			createPipeline([{ type: 'normalize', form: 'vec-normalize', mean: 0, std: 1 }]),
		);
		refuses(RangeError, ['one -1'], () => createPipeline([{ type: 'reshape', shape: [-1, -1] }]));
		refuses(RangeError, ['once in `elements`'], () => createPipeline([{ type: 'sin-cos', elements: [1, 1] }]));
		refuses(RangeError, ['`table[1]`', '1 numbers'], () => createPipeline([{ type: 'look-up', table: [[1], [2, 3]] }]));
	});

	it('ask for a cast before calculating with int64', () => {
		refuses(TypeError, ['step 1 scale', 'int64[2]', 'cast'], () => run([{ type: 'scale', factor: 2 }], [1n, 2n]));
		refuses(TypeError, ['string[1]'], () => run([{ type: 'scale', factor: 2 }], ['a']));
	});

	it('refuse to cast what does not fit', () => {
		const cast = (to: string, value: number) => () =>
			run([{ type: 'cast', to }], { type: 'float64', dims: [1], data: [value] });
		refuses(RangeError, ['step 1 cast', 'element 0', 'uint8', '256'], cast('uint8', 256));
		refuses(RangeError, ['-1'], cast('uint32', -1));
		refuses(RangeError, ['NaN'], cast('int32', Number.NaN));
		refuses(RangeError, ['Infinity'], cast('int64', Number.POSITIVE_INFINITY));
		refuses(RangeError, ['1e+30'], cast('int64', 1e30));
	});

	it('keep NaN where there is one', () => {
		assert.deepEqual(dataOf([{ type: 'clip', min: 0, max: 1 }], [Number.NaN, 2]), [Number.NaN, 1]);
	});

	it('refuse NaN for argmax, and more than one row without an axis', () => {
		refuses(RangeError, ['step 1 argmax', 'NaN', 'element 1'], () => run([{ type: 'argmax' }], [0, Number.NaN]));
		refuses(RangeError, ['`axis`', 'float32[2, 2]'], () =>
			run(
				[{ type: 'argmax' }],
				[
					[0, 1],
					[1, 0],
				],
			),
		);
		refuses(RangeError, ['at least one'], () => run([{ type: 'argmax' }], []));
	});
});

describe('message', () => {
	const array = { type: 'message', messageType: 'std_msgs/msg/Float64MultiArray', fields: [{ field: 'data' }] };

	it('goes from a discrete action to a command', () => {
		const steps = [{ type: 'argmax' }, { type: 'look-up', table: [[-10], [10]] }, array];
		const message = run(steps, { logits: Tensor.from([[0.2, 0.1]]) });
		assert.deepEqual(message, { data: new Float64Array([-10]) });
	});

	it('shares the memory of the tensor where the types match', () => {
		const data = new Float64Array([1, 2]);
		const message = run([array], new Tensor('float64', [2], data)) as { data: Float64Array };
		assert.equal(message.data, data);
	});

	it('converts to the type of each field, and fills the template', () => {
		const step = {
			type: 'message',
			messageType: 'my_msgs/msg/Mixed',
			fields: [
				{ field: 'twist.linear.x', elements: '2' },
				{ field: 'points[1].x', elements: '0', as: 'float32' },
				{ field: 'list', elements: '1:3', as: 'int16' },
				{ field: 'count', elements: '1', as: 'int64' },
				{ field: 'on', elements: '0', as: 'bool' },
			],
			template: { header: { frame_id: 'base' }, points: [{}, { y: 1 }] },
			stamp: 'sensor',
		};
		const ros = { stamp: { sec: 5, nanosec: 6 } };
		const message = run([step], [0.5, 1, 2], { ros });
		assert.deepEqual(message, {
			header: { frame_id: 'base', stamp: { sec: 5, nanosec: 6 } },
			points: [{}, { x: 0.5, y: 1 }],
			twist: { linear: { x: 2 } },
			list: new Int16Array([1, 2]),
			count: 1n,
			on: true,
		});
		refuses(TypeError, ['msg.ros.stamp'], () => run([step], [0.5, 1, 2]));
	});

	it('makes a new message each time and leaves the template alone', () => {
		const template = { header: { frame_id: 'base' } };
		const pipeline = createPipeline([{ ...array, template }]);
		const first = pipeline.run([1]) as { header: { frame_id: string }; data: Float64Array };
		first.header.frame_id = 'changed';
		assert.deepEqual(pipeline.run([2]), { header: { frame_id: 'base' }, data: new Float64Array([2]) });
		assert.deepEqual(first.data, new Float64Array([1]));
	});

	it('refuses elements that are not there or go nowhere', () => {
		const twist = { ...array, messageType: 'geometry_msgs/msg/Twist', fields: [{ field: 'linear.x', elements: '1' }] };
		refuses(RangeError, ['step 1 message', 'elements 1', '`fields[0]`', 'float32[1]'], () => run([twist], [1]));
		refuses(RangeError, ['none for element 0'], () => run([twist], [1, 2]));
	});

	it('refuses a wrong type name, field, elements or template', () => {
		const wrong = (more: object) => () => createPipeline([{ ...array, ...more }]);
		refuses(RangeError, ['`messageType`', '"Twist"'], wrong({ messageType: 'Twist' }));
		refuses(RangeError, ['`fields[0].field`', '"a[0:2]"'], wrong({ fields: [{ field: 'a[0:2]' }] }));
		refuses(RangeError, ['`fields[0].elements`', '"x"'], wrong({ fields: [{ field: 'a', elements: 'x' }] }));
		refuses(TypeError, ['`template`', 'an array of 1'], wrong({ template: [1] }));
		refuses(RangeError, ['"wrong"', 'fields[0]', 'elements'], wrong({ fields: [{ field: 'a', wrong: 1 }] }));
	});

	it('refuses a path that the template contradicts', () => {
		const step = (field: string, template: object) => () => run([{ ...array, fields: [{ field }], template }], [1]);
		refuses(TypeError, ['`a`', 'to be a message', 'got 3'], step('a.b', { a: 3 }));
		refuses(TypeError, ['`a`', 'array of the template'], step('a[0]', { a: {} }));
		refuses(RangeError, ['`a`', 'element 2'], step('a[2].b', { a: [{}, {}] }));
	});
});

describe('createPipeline', () => {
	it('refuses what is no list of steps', () => {
		refuses(TypeError, ['`steps`', 'array'], () => createPipeline('x'));
		refuses(RangeError, ['`steps`', 'at least 1'], () => createPipeline([]));
		refuses(TypeError, ['step 2', 'an object', 'null'], () => createPipeline([{ type: 'argmax' }, null]));
		refuses(RangeError, ['step 1', '`type`', '"scal"', 'scale'], () => createPipeline([{ type: 'scal' }]));
		refuses(TypeError, ['step 1', '`type`', 'undefined'], () => createPipeline([{}]));
	});

	it('refuses options that there are not', () => {
		refuses(RangeError, ['step 1 scale', '"factr"', 'factor'], () => createPipeline([{ type: 'scale', factr: 1 }]));
	});

	it('refuses steps that do not fit together', () => {
		const message = {
			type: 'message',
			messageType: 'std_msgs/msg/Float64',
			fields: [{ field: 'data', elements: '0' }],
		};
		refuses(RangeError, ['step 2 scale', 'a tensor', 'a message'], () =>
			createPipeline([message, { type: 'scale', factor: 1 }]),
		);
		refuses(RangeError, ['step 2 select', 'a message', 'a tensor'], () =>
			createPipeline([{ type: 'argmax' }, { type: 'select', fields: ['a'] }]),
		);
	});

	it('refuses steps nested without end', () => {
		let step: object = { type: 'select', fields: ['x'] };
		for (let i = 0; i < 40; i++) step = { type: 'stack', terms: [{ steps: [step] }] };
		refuses(RangeError, ['nested'], () => createPipeline([step]));
	});

	it('says what it gives', () => {
		const message = {
			type: 'message',
			messageType: 'std_msgs/msg/Float64',
			fields: [{ field: 'data', elements: '0' }],
		};
		const toMessage = createPipeline([message]);
		assert.deepEqual([toMessage.gives, toMessage.messageType], ['message', 'std_msgs/msg/Float64']);
		assert.equal(describeResult(toMessage, toMessage.run([1])), 'Float64');
		const toTensor = createPipeline([{ type: 'reshape', shape: [1, -1] }]);
		assert.deepEqual([toTensor.gives, toTensor.messageType], ['tensor', undefined]);
		assert.equal(describeResult(toTensor, toTensor.run([1, 2])), 'float32[1, 2]');
	});

	it('gives out memory that the next run leaves alone', () => {
		for (const steps of [
			[{ type: 'scale', factor: 2 }],
			[
				{ type: 'scale', factor: 2 },
				{ type: 'reshape', shape: [1, -1] },
			],
			[
				{ type: 'scale', factor: 2 },
				{ type: 'cast', to: 'float32' },
				{ type: 'reshape', shape: [-1] },
			],
			[{ type: 'stack', terms: [{ steps: [{ type: 'scale', factor: 2 }] }] }],
		]) {
			const pipeline = createPipeline(steps);
			const first = pipeline.run([1, 2]) as Tensor;
			pipeline.run([5, 6]);
			assert.deepEqual(Array.from(first.data as Float32Array), [2, 4], JSON.stringify(steps));
		}
	});

	it('does not write into what comes in', () => {
		const input = Tensor.from([1, 2]);
		run(
			[
				{ type: 'cast', to: 'float32' },
				{ type: 'scale', factor: 2 },
				{ type: 'offset', offset: 1 },
			],
			input,
		);
		assert.deepEqual(Array.from(input.data as Float32Array), [1, 2]);
	});

	it('takes one of several tensors by name, the only one without', () => {
		const both = { logits: Tensor.from([1, 2]), value: Tensor.from([3]) };
		const step = { type: 'scale', factor: 1 };
		assert.deepEqual(dataOf([{ ...step, tensor: 'value' }], both), [3]);
		assert.deepEqual(dataOf([step], { value: Tensor.from([3]) }), [3]);
		refuses(RangeError, ['step 1 scale', '`tensor`', 'logits, value'], () => run([step], both));
		refuses(RangeError, ['"nothing"', 'logits, value'], () => run([{ ...step, tensor: 'nothing' }], both));
		refuses(TypeError, ['one tensor', '`tensor`'], () => run([{ ...step, tensor: 'value' }], Tensor.from([1])));
		refuses(TypeError, ['select'], () => run([step], joints));
		refuses(RangeError, ['step 2 scale', 'first step'], () => createPipeline([step, { ...step, tensor: 'value' }]));
		refuses(RangeError, ['step 1 select', '`tensor`'], () =>
			createPipeline([{ type: 'select', fields: ['a'], tensor: 'a' }]),
		);
	});
});

describe('the schemas of the steps', () => {
	it('leave the names of the common options free, and say everything', () => {
		for (const step of allSteps) {
			assert.match(step.name, /^[a-z]+(-[a-z0-9]+)*$/);
			assert.ok(step.title.length > 0 && step.help.length > 20, step.name);
			for (const [name, option] of Object.entries(step.options)) {
				assert.ok(!['type', 'tensor', 'note'].includes(name), `${step.name}.${name}`);
				assert.ok(option.description.length > 8, `${step.name}.${name}`);
				if (option.default !== undefined) option.parse(name, option.default);
			}
		}
		assert.equal(new Set(allSteps.map(({ name }) => name)).size, allSteps.length);
	});
});

describe('what leaves a list of steps', () => {
	it('is not written again, also behind a cast that changes nothing', () => {
		const select = { type: 'select', fields: ['x', 'y'] };
		const stack = { type: 'stack', terms: [{ steps: [select] }] };
		for (const steps of [[stack, { type: 'cast', to: 'float32' }], [stack], [stack, { type: 'cast', to: 'float64' }]]) {
			const pipeline = createPipeline(steps);
			const first = pipeline.run({ x: 1, y: 2 }) as Tensor;
			pipeline.run({ x: 3, y: 4 });
			assert.deepEqual(Array.from(first.data as Float32Array), [1, 2]);
		}
	});
});
