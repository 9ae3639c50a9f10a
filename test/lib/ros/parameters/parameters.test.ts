import assert from 'node:assert/strict';
import { ParameterClient } from '../../../../lib/ros/parameters/client';
import { checkDeclaration, outOfRange } from '../../../../lib/ros/parameters/description';
import { listNames, parameterServices } from '../../../../lib/ros/parameters/names';
import { checkValue, inferType } from '../../../../lib/ros/parameters/value';
import { qosPresets } from '../../../../lib/ros/qos';
import { network, oneGraph } from '../places';
import { conformParameters } from './conform';

describe('parameters in one graph', () => conformParameters(oneGraph));
describe('parameters over the embedded transport', () => conformParameters(network));

describe('values of parameters', () => {
	it('have the type that they look like', () => {
		for (const [value, type] of [
			[null, 'not_set'],
			[true, 'bool'],
			[1, 'integer'],
			[1n, 'integer'],
			[1.5, 'double'],
			[Number.NaN, 'double'],
			['', 'string'],
			[[true], 'bool_array'],
			[[1, 2], 'integer_array'],
			[[1, 2n], 'integer_array'],
			[[1, 2.5], 'double_array'],
			[['a'], 'string_array'],
			[Float32Array.of(1), 'double_array'],
			[Int32Array.of(1), 'integer_array'],
			[Buffer.from([1]), 'byte_array'],
		] as const) {
			assert.equal(inferType('p', value), type, String(value));
		}
		for (const value of [undefined, {}, [], [1, 'a'], [null], [[1]], () => 1]) {
			assert.throws(() => inferType('p', value), /`p|TypeError/);
		}
	});

	it('are checked against the type that is asked', () => {
		assert.equal(checkValue('p', 'double', 1), 1);
		assert.equal(checkValue('p', 'integer', 2n ** 63n - 1n), 2n ** 63n - 1n);
		assert.equal(checkValue('p', 'integer', '-9007199254740993'), -9007199254740993n);
		assert.deepEqual(checkValue('p', 'double_array', Float64Array.of(1, 2)), [1, 2]);
		assert.deepEqual(checkValue('p', 'double_array', []), []);
		for (const [type, value] of [
			['integer', 2n ** 63n],
			['integer', 2 ** 53],
			['integer', '1.5'],
			['integer', '9223372036854775808'],
			['double', '1'],
			['double', 1n],
			['bool', 'true'],
			['string', 5],
			['byte_array', [256]],
			['byte_array', 'ab'],
			['string_array', 'ab'],
			['bool_array', [1]],
		] as const) {
			assert.throws(() => checkValue('p', type, value), /`p/, `${type} ${value}`);
		}
	});

	it('are within a range, and on its steps', () => {
		const range = { name: 'p', type: 'double', description: '', readOnly: false, min: 0, max: 1 } as const;
		for (const value of [0, 0.3, 1, null, 'text']) assert.equal(outOfRange(range, value), undefined);
		for (const value of [-0.001, 1.001, Number.NaN, Number.POSITIVE_INFINITY]) {
			assert.match(outOfRange(range, value) ?? '', /from 0 to 1/);
		}
		const steps = { ...range, step: 0.1 };
		for (const value of [0, 0.1, 0.3, 0.7, 1]) assert.equal(outOfRange(steps, value), undefined);
		assert.match(outOfRange(steps, 0.25) ?? '', /in steps of 0.1, got 0.25/);
		assert.equal(outOfRange({ ...range, step: 0.4 }, 1), undefined);
		assert.equal(outOfRange({ name: 'p', type: 'double', description: '', readOnly: false }, Number.NaN), undefined);
	});

	it('are declared by rows of texts, each fault named', () => {
		assert.deepEqual(
			checkDeclaration('rows[0]', { name: 'a.b', type: 'integer', value: '9007199254740993', max: '' }),
			{
				name: 'a.b',
				type: 'integer',
				description: '',
				readOnly: false,
				value: 9007199254740993n,
			},
		);
		for (const [row, expected] of [
			[{ name: '', type: 'bool', value: 'true' }, /`rows\[0\]\.name`/],
			[{ name: 'a b', type: 'bool', value: 'true' }, /name of a parameter.*"a b"/],
			[{ name: 'a', type: 'float', value: '1' }, /`rows\[0\]\.type`.*"float"/],
			[{ name: 'a', type: 'double', value: 'x' }, /`rows\[0\]\.value`.*a number.*"x"/],
			[{ name: 'a', type: 'double', value: '5', max: '2' }, /from -Infinity to 2, got 5/],
			[{ name: 'a', type: 'double', value: '5', max: 'x' }, /`rows\[0\]\.max`/],
			[5, /`rows\[0\]`/],
		] as const) {
			assert.throws(() => checkDeclaration('rows[0]', row), expected);
		}
	});
});

describe('lists of parameters', () => {
	it('are those of rclcpp', () => {
		const all = ['a', 'b.c', 'b.d.e', 'bb.c'];
		assert.deepEqual(listNames(all, [], 0), { names: all, prefixes: ['b', 'b.d', 'bb'] });
		assert.deepEqual(listNames(all, [], 1).names, ['a']);
		assert.deepEqual(listNames(all, ['b'], 0), { names: ['b.c', 'b.d.e'], prefixes: ['b', 'b.d'] });
		assert.deepEqual(listNames(all, ['b'], 1).names, ['b.c']);
		assert.deepEqual(listNames(all, ['a', 'b.d'], 0).names, ['a', 'b.d.e']);
	});
});

describe('the parameters of a node that answers less than it is asked', () => {
	it('are errors that name them, as with rclcpp', async () => {
		const place = oneGraph();
		const graph = place.open('node');
		for (const [service, answer] of [
			['list', {}],
			['get', {}],
			['describe', {}],
			['types', {}],
			['set', {}],
		] as const) {
			const { name, type } = parameterServices[service];
			const { response } = place.types.service(type);
			graph.createService(`/node/${name}`, type, qosPresets.parameters, (_request, respond) =>
				respond(response.encode(answer)),
			);
		}
		const client = new ParameterClient(graph, place.types, { node: '/node' });
		const options = { timeout: 5000 };
		await assert.rejects(client.get(['a'], options), /\/node does not know the parameter a/);
		await assert.rejects(client.describe(['a', 'b'], options), /one of a, b/);
		await assert.rejects(client.set({ a: 1 }, false, options), /refused to set a/);
		assert.deepEqual(await client.get([], options), {});
		await place.close();
	});
});
