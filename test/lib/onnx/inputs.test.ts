import assert from 'node:assert/strict';
import vm from 'node:vm';
import { describe, it } from 'mocha';
import { BriefError } from '../../../lib/check';
import { bindInputs } from '../../../lib/onnx/inputs';
import type { TensorInfo } from '../../../lib/onnx/protocol';
import { Tensor, type TensorType } from '../../../lib/tensor/tensor';

const obs: TensorInfo = { name: 'obs', type: 'float32', shape: ['batch', 4] };
const mask: TensorInfo = { name: 'mask', type: 'bool', shape: [2] };
const input = (type: TensorType, shape: TensorInfo['shape']): TensorInfo => ({ name: 'x', type, shape });

/** The one tensor that a payload becomes. */
function bindOne(info: TensorInfo, payload: unknown): Tensor {
	const [tensor] = bindInputs([info], payload);
	assert.ok(tensor);
	return tensor;
}

function refused(infos: TensorInfo[], payload: unknown, brief: string, message: RegExp): void {
	assert.throws(
		() => bindInputs(infos, payload),
		(error: unknown) => {
			assert.ok(error instanceof BriefError, String(error));
			assert.equal(error.brief, brief);
			assert.match(error.message, message);
			assert.ok(error.brief.length < 20);
			return true;
		},
	);
}

describe('onnx inputs', () => {
	it('takes a tensor that fits without copying it', () => {
		const tensor = new Tensor('float32', [1, 4], new Float32Array(4));
		assert.equal(bindOne(obs, tensor), tensor);
		assert.equal(bindOne(obs, { obs: tensor }), tensor);
	});

	it('adds the batch dimension when just that is lacking', () => {
		const data = Float32Array.from([1, 2, 3, 4]);
		const bound = bindOne(obs, data);
		assert.deepEqual(bound.dims, [1, 4]);
		assert.equal(bound.data, data);
		assert.deepEqual(
			bindOne(input('float32', [1, 2, 2]), [
				[1, 2],
				[3, 4],
			]).dims,
			[1, 2, 2],
		);
		assert.deepEqual(bindOne(input('float32', [1]), 7).dims, [1]);
	});

	it('takes any shape where the model leaves the rank open', () => {
		for (const dims of [[], [1], [2, 0]]) {
			const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
			assert.deepEqual(bindOne(input('float32', undefined), new Tensor('float32', dims, data)).dims, dims);
		}
	});

	it('does not add a batch dimension where the model wants a fixed other size', () => {
		refused(
			[input('float32', [2, 4])],
			new Float32Array(4),
			'wrong shape',
			/expects float32 \[2, 4\], got float32 \[4\]/,
		);
	});

	it('puts named tensors into the order of the model', () => {
		const [first, second] = bindInputs([obs, mask], { mask: [true, false], obs: [1, 2, 3, 4] });
		assert.deepEqual(first?.data, Float32Array.from([1, 2, 3, 4]));
		assert.deepEqual(second?.data, Uint8Array.from([1, 0]));
	});

	it('takes inputs by name that are called like the parts of a tensor', () => {
		const [dims] = bindInputs(
			[
				{ ...mask, name: 'dims' },
				{ ...mask, name: 'data' },
			],
			{
				dims: [true, true],
				data: [false, false],
			},
		);
		assert.deepEqual(dims?.data, Uint8Array.from([1, 1]));
	});

	it('refuses unknown and missing names, and says which there are', () => {
		refused(
			[obs, mask],
			{ obs: [1, 2, 3, 4], masc: [true, true] },
			'unknown input',
			/"masc".*`obs` \(float32 \[batch, 4\]\), `mask`/,
		);
		refused([obs, mask], { obs: [1, 2, 3, 4] }, 'input missing', /`mask` \(bool \[2\]\).*It has: obs/);
		refused([obs], {}, 'input missing', /It has: nothing/);
	});

	it('refuses a single tensor when the model has several inputs', () => {
		refused([obs, mask], new Float32Array(4), 'inputs by name', /has 2 inputs.*`obs`.*`mask`/);
	});

	it('refuses another type and says to cast', () => {
		refused(
			[obs],
			new Float64Array(4),
			'wrong type: float64',
			/`obs` expects float32 \[batch, 4\], got float64 \[4\].*casts to float32/,
		);
		refused([input('int64', [1])], new Int32Array(1), 'wrong type: int32', /int64/);
		refused([obs], { type: 'float64', dims: [1, 4], data: [1, 2, 3, 4] }, 'wrong type: float64', /casts to float32/);
	});

	it('refuses another shape and names the input', () => {
		refused([obs], new Float32Array(5), 'wrong shape', /`obs` expects float32 \[batch, 4\], got float32 \[5\]/);
		refused([obs], new Tensor('float32', [2, 2, 1], new Float32Array(4)), 'wrong shape', /\[2, 2, 1\]/);
		refused([input('float32', [])], [1, 2], 'wrong shape', /expects float32 \[\], got float32 \[2\]/);
		refused([input('float32', ['', 3])], [[1, 2]], 'wrong shape', /\[\?, 3\]/);
	});

	it('takes plain numbers as the type of the input', () => {
		assert.deepEqual(bindOne(input('int64', ['n']), [1, -2n, 3]).data, BigInt64Array.from([1n, -2n, 3n]));
		assert.deepEqual(bindOne(input('uint8', [2]), [0, 255]).data, Uint8Array.from([0, 255]));
		assert.deepEqual(bindOne(input('float64', [2]), [0.1, 0.2]).data, Float64Array.from([0.1, 0.2]));
		assert.deepEqual(bindOne(input('string', [2]), ['a', 'b']).data, ['a', 'b']);
		assert.deepEqual(bindOne(input('bool', []), true).data, Uint8Array.from([1]));
		assert.deepEqual(bindOne(input('int32', [2]), { dims: [2], data: [1, 2] }).type, 'int32');
		// 1.5 and -2 in binary16
		assert.deepEqual(bindOne(input('float16', [2]), [1.5, -2]).data, Uint16Array.from([0x3e00, 0xc000]));
	});

	it('refuses plain values that the type of the input cannot hold', () => {
		refused(
			[input('uint8', [2])],
			[1, 256],
			'wrong value',
			/`payload\[1\]` to be a whole number from 0 to 255, got 256/,
		);
		refused([input('int32', [1])], [1.5], 'wrong value', /got 1\.5/);
		refused([input('int64', [1])], [2 ** 53], 'not a tensor', /got 9007199254740992/);
		refused([input('uint64', [1])], [-1n], 'not a tensor', /fits uint64, got -1n/);
		refused([input('bool', [1])], [1], 'not a tensor', /true or false, got 1/);
		refused([obs], [1, 2, null, 4], 'not a tensor', /`payload\[2\]` to be a number, got null/);
		refused([obs], ['1', 2, 3, 4], 'not a tensor', /`payload\[0\]` to be a number, got "1"/);
		refused([obs], [[1, 2], [3]], 'wrong value', /`payload\[1\]` to be an array of 2/);
		refused([obs], undefined, 'not a tensor', /got undefined/);
		refused([obs], 'stop', 'not a tensor', /got "stop"/);
		refused([obs], null, 'not a tensor', /got null/);
	});

	it('takes raw bytes for bool and raw bits for float16', () => {
		assert.equal(bindOne(mask, Uint8Array.from([1, 0])).type, 'bool');
		assert.equal(bindOne(input('float16', [1]), Uint16Array.from([0x3c00])).type, 'float16');
	});

	it('takes typed arrays and objects of function nodes, which are of another realm', () => {
		const foreign = vm.runInNewContext('({ obs: new Float32Array([1, 2, 3, 4]) })');
		assert.deepEqual(bindOne(obs, foreign).data, Float32Array.from([1, 2, 3, 4]));
		assert.deepEqual(bindOne(obs, vm.runInNewContext('[1, 2, 3, 4]')).data, Float32Array.from([1, 2, 3, 4]));
	});
});
