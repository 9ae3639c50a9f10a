import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { Tensor } from '../../../lib/tensor/tensor';

describe('Tensor', () => {
	it('takes its data without a copy', () => {
		const data = Float32Array.of(1, 2, 3, 4, 5, 6);
		const tensor = new Tensor('float32', [2, 3], data);
		assert.equal(tensor.data, data);
		assert.equal(tensor.reshape([3, 2]).data, data);
	});

	it('is passed by reference by lodash, which clones by tag', () => {
		const tensor = Tensor.from([1, 2]);
		assert.equal(Object.prototype.toString.call(tensor), '[object Tensor]');
	});

	it('reads as text and as JSON', () => {
		const tensor = new Tensor('int64', [2], BigInt64Array.of(1n, 2n ** 60n));
		assert.equal(String(tensor), 'int64[2] (1, 1152921504606846976)');
		assert.equal(JSON.stringify(tensor), '{"type":"int64","dims":[2],"data":["1","1152921504606846976"]}');
		assert.deepEqual(Tensor.from(JSON.parse(JSON.stringify(tensor))).data, tensor.data);
	});

	it('refuses dims that do not fit the data', () => {
		assert.throws(
			() => new Tensor('float32', [2, 2], new Float32Array(3)),
			/Expected 4 elements for dims \[2, 2\], got 3/,
		);
		assert.throws(() => new Tensor('float32', [-1], new Float32Array(1)), /dims\[0\].*got -1/);
		assert.throws(() => new Tensor('float32', [1.5], new Float32Array(1)), RangeError);
	});

	it('refuses data of another type', () => {
		assert.throws(
			() => new Tensor('float32', [1], Float64Array.of(1)),
			/Expected the data of a float32 tensor.*Float64Array/,
		);
		assert.throws(() => new Tensor('string', [1], [1] as never), /data\[0\].*got 1/);
		assert.throws(() => new Tensor('complex' as never, [1], [1] as never), TypeError);
	});

	describe('from', () => {
		it('takes nested arrays', () => {
			const tensor = Tensor.from([
				[1, 2, 3],
				[4, 5, 6],
			]);
			assert.equal(tensor.type, 'float32');
			assert.deepEqual(tensor.dims, [2, 3]);
			assert.deepEqual([...(tensor.data as Float32Array)], [1, 2, 3, 4, 5, 6]);
			assert.deepEqual(Tensor.from(3).dims, []);
			assert.equal(Tensor.from([true, false]).type, 'bool');
			assert.equal(Tensor.from([1n]).type, 'int64');
			assert.equal(Tensor.from(['a']).type, 'string');
			assert.deepEqual(Tensor.from([]).dims, [0]);
		});

		it('refuses ragged arrays and strangers in them, naming the place', () => {
			assert.throws(() => Tensor.from([[1, 2], [3]], 'payload'), /`payload\[1\]` to be an array of 2/);
			assert.throws(
				() => Tensor.from([1, 'x', 3], 'payload'),
				/`payload\[1\]` to be an element of type float32, got "x"/,
			);
			assert.throws(() => Tensor.from([1, null]), /\[1\].*got null/);
			assert.throws(() => Tensor.from({ a: 1 }, 'payload'), /`payload` to be a tensor/);
		});

		it('refuses what an integer type would cut or wrap', () => {
			const from = (type: string, value: unknown) => () => Tensor.from({ type, dims: [1], data: [value] }, 'payload');
			assert.throws(from('int32', 1.5), /`payload.data\[0\]` to be a whole number from .* \(int32\), got 1.5/);
			assert.throws(from('uint8', 256), /from 0 to 255/);
			assert.throws(from('int8', Number.NaN), /got NaN/);
			assert.throws(from('bool', 2), /from 0 to 1/);
			assert.doesNotThrow(from('float32', 1.5));
		});

		it('takes typed arrays and tensors of another realm without a copy', () => {
			const foreign = runInNewContext('new Float32Array([1, 2, 3])') as Float32Array;
			assert.equal((foreign as object) instanceof Float32Array, false);
			const tensor = Tensor.from(foreign);
			assert.ok(tensor.data instanceof Float32Array);
			assert.equal((tensor.data as Float32Array).buffer, foreign.buffer);
			const parts = runInNewContext('({ type: "int32", dims: [1, 2], data: [7, 8] })');
			assert.deepEqual([...(Tensor.from(parts).data as Int32Array)], [7, 8]);
		});

		it('sees a Buffer as uint8, within its own bounds', () => {
			const buffer = Buffer.from([9, 1, 2, 3, 9]).subarray(1, 4);
			const tensor = Tensor.from(buffer);
			assert.equal(tensor.type, 'uint8');
			assert.deepEqual([...(tensor.data as Uint8Array)], [1, 2, 3]);
			assert.equal((tensor.data as Uint8Array).constructor, Uint8Array);
		});

		it('keeps a Tensor as it is', () => {
			const tensor = Tensor.from([1]);
			assert.equal(Tensor.from(tensor), tensor);
		});
	});
});
