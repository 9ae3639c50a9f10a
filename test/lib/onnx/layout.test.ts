import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Lane, laneSize, TravellingBuffer } from '../../../lib/onnx/layout';
import type { PackedTensor, PlainTensor } from '../../../lib/onnx/protocol';

const tensor = (dims: number[], ...values: number[]): PlainTensor => ({ dims, data: Float32Array.from(values) });

describe('onnx layout', () => {
	it('puts tensors where their elements are aligned', () => {
		const tensors: PlainTensor[] = [
			{ dims: [3], data: Uint8Array.from([1, 2, 3]) },
			{ dims: [1], data: BigInt64Array.from([-5n]) },
			{ dims: [0, 4], data: new Float32Array(0) },
			{ dims: [2], data: ['a', 'b'] },
			{ dims: [], data: Float64Array.from([0.5]) },
		];
		const { buffer, inputs } = new TravellingBuffer().pack(tensors);
		assert.deepEqual(
			inputs.map(({ dims, offset, length, strings }) => [[...dims], offset, length, strings]),
			[
				[[3], 0, 3, undefined],
				[[1], 8, 1, undefined],
				[[0, 4], 16, 0, undefined],
				[[2], 16, 2, ['a', 'b']],
				[[], 16, 1, undefined],
			],
		);
		assert.deepEqual(new BigInt64Array(buffer, 8, 1), BigInt64Array.from([-5n]));
		assert.deepEqual(new Float64Array(buffer, 16, 1), Float64Array.from([0.5]));
	});

	it('gives the same layout for other values, and another for other sizes and for strings', () => {
		const packer = new TravellingBuffer();
		const pack = (...tensors: PlainTensor[]) => {
			const { buffer, inputs } = packer.pack(tensors);
			packer.giveBack(buffer);
			return inputs;
		};
		const first = pack(tensor([1, 2], 1, 2));
		assert.equal(pack(tensor([1, 2], 3, 4)), first);
		const second = pack(tensor([2], 1, 2));
		assert.notEqual(second, first);
		assert.notEqual(pack(tensor([3], 1, 2, 3)), second);
		const words = pack({ dims: [1], data: ['a'] });
		assert.deepEqual(pack({ dims: [1], data: ['b'] })[0]?.strings, ['b']);
		assert.deepEqual(words[0]?.strings, ['a']);
	});

	it('does not follow what the flow does to the dims of its own tensors', () => {
		const packer = new TravellingBuffer();
		const dims = [1, 2];
		const { inputs } = packer.pack([{ dims, data: Float32Array.from([1, 2]) }]);
		dims[0] = 2;
		dims[1] = 1;
		assert.deepEqual(inputs[0]?.dims, [1, 2]);
		assert.deepEqual(packer.pack([{ dims, data: Float32Array.from([1, 2]) }]).inputs[0]?.dims, [2, 1]);
	});

	it('passes tensors through shared memory', () => {
		const writer = new Lane();
		const reader = new Lane(writer.memory);
		const laid = writer.write([tensor([2], 1, 2), tensor([1], 7)]) as readonly PackedTensor[];
		const read = () => laid.map((packed) => reader.read('float32', packed).data);
		const first = read();
		assert.deepEqual(first, [Float32Array.from([1, 2]), Float32Array.from([7])]);
		assert.equal(writer.write([tensor([2], 3, 4), tensor([1], 8)]), 'same');
		assert.deepEqual(read(), [Float32Array.from([3, 4]), Float32Array.from([8])]);
		// What has been read stays as it was, in memory that is not shared.
		assert.deepEqual(first[0], Float32Array.from([1, 2]));
		assert.ok(first[0]?.buffer instanceof ArrayBuffer);
		const bytes = new Uint8Array(12);
		reader.readInto(bytes, 12);
		assert.deepEqual(new Float32Array(bytes.buffer), Float32Array.from([3, 4, 8]));
	});

	it('leaves to messages what does not fit a lane, and strings', () => {
		const lane = new Lane();
		const most = laneSize / 4;
		const laid = lane.write([{ dims: [most], data: new Float32Array(most) }]);
		assert.ok(Array.isArray(laid));
		assert.equal(lane.write([{ dims: [most + 1], data: new Float32Array(most + 1) }]), undefined);
		assert.equal(lane.write([{ dims: [1], data: ['a'] }]), undefined);
		assert.equal(lane.write([{ dims: [most], data: new Float32Array(most) }]), 'same');
	});
});
