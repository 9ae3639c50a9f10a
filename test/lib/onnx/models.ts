/** Models for the tests, as bytes. */
import { buildModel, type ElementType, float32, int64 } from './model-builder';

/** y = x, for any type and shape. */
export function identity(type: ElementType, shape: (number | string)[], metadata: Record<string, string> = {}): Buffer {
	return buildModel({
		metadata,
		nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
		inputs: [{ name: 'x', type, shape }],
		outputs: [{ name: 'y', type, shape }],
	});
}

/** A policy: actions = relu(obs W + b); W all ones, b = [0, 10]. obs [batch, 4] -> actions [batch, 2]. */
export function policy(bias: [number, number] = [0, 10]): Buffer {
	return buildModel({
		nodes: [
			{ operator: 'MatMul', inputs: ['obs', 'W'], outputs: ['product'] },
			{ operator: 'Add', inputs: ['product', 'b'], outputs: ['sum'] },
			{ operator: 'Relu', inputs: ['sum'], outputs: ['actions'] },
		],
		inputs: [{ name: 'obs', type: 'float32', shape: ['batch', 4] }],
		outputs: [{ name: 'actions', type: 'float32', shape: ['batch', 2] }],
		weights: [float32('W', [4, 2], new Array(8).fill(1)), float32('b', [2], bias)],
	});
}

/** sum = a + b, difference = a - b, of float32 [2]. */
export function twoInputs(): Buffer {
	return buildModel({
		nodes: [
			{ operator: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
			{ operator: 'Sub', inputs: ['a', 'b'], outputs: ['difference'] },
		],
		inputs: [
			{ name: 'a', type: 'float32', shape: [2] },
			{ name: 'b', type: 'float32', shape: [2] },
		],
		outputs: [
			{ name: 'sum', type: 'float32', shape: [2] },
			{ name: 'difference', type: 'float32', shape: [2] },
		],
	});
}

/** y = 1 / x elementwise: infinite at 0. */
export function reciprocal(): Buffer {
	return buildModel({
		nodes: [{ operator: 'Reciprocal', inputs: ['x'], outputs: ['y'] }],
		inputs: [{ name: 'x', type: 'float32', shape: ['n'] }],
		outputs: [{ name: 'y', type: 'float32', shape: ['n'] }],
	});
}

/**
 * Takes as long as it is told to: `count` products of two 64 x 64 matrices, one after the other, in a Loop.
 * count int64 [] -> y float32 [64, 64].
 */
export function slow(): Buffer {
	const side = 64;
	const matrix = new Float32Array(side * side);
	for (let i = 0; i < side; i++) matrix[i * side + i] = 1;
	return buildModel({
		nodes: [
			{
				operator: 'Loop',
				inputs: ['count', '', 'start'],
				outputs: ['y'],
				attributes: {
					body: {
						graph: {
							name: 'body',
							nodes: [
								{ operator: 'MatMul', inputs: ['before', 'eye'], outputs: ['after'] },
								{ operator: 'Identity', inputs: ['go'], outputs: ['goOn'] },
							],
							inputs: [
								{ name: 'turn', type: 'int64', shape: [] },
								{ name: 'go', type: 'bool', shape: [] },
								{ name: 'before', type: 'float32', shape: [side, side] },
							],
							outputs: [
								{ name: 'goOn', type: 'bool', shape: [] },
								{ name: 'after', type: 'float32', shape: [side, side] },
							],
						},
					},
				},
			},
		],
		inputs: [{ name: 'count', type: 'int64', shape: [] }],
		outputs: [{ name: 'y', type: 'float32', shape: [side, side] }],
		weights: [float32('start', [side, side], matrix), float32('eye', [side, side], matrix)],
	});
}

/**
 * An LSTM of 2 units whose state is fed back by the caller: obs [1, 3], h_in, c_in [1, 1, 2] ->
 * actions [1, 2], h_out, c_out. All weights 0.1.
 */
export function lstm(): Buffer {
	return buildModel({
		nodes: [
			{ operator: 'Unsqueeze', inputs: ['obs', 'first'], outputs: ['sequence'] },
			{
				operator: 'LSTM',
				inputs: ['sequence', 'W', 'R', '', '', 'h_in', 'c_in'],
				outputs: ['', 'h_out', 'c_out'],
				attributes: { hidden_size: 2 },
			},
			{ operator: 'Squeeze', inputs: ['h_out', 'first'], outputs: ['actions'] },
		],
		inputs: [
			{ name: 'obs', type: 'float32', shape: [1, 3] },
			{ name: 'h_in', type: 'float32', shape: [1, 1, 2] },
			{ name: 'c_in', type: 'float32', shape: [1, 1, 2] },
		],
		outputs: [
			{ name: 'actions', type: 'float32', shape: [1, 2] },
			{ name: 'h_out', type: 'float32', shape: [1, 1, 2] },
			{ name: 'c_out', type: 'float32', shape: [1, 1, 2] },
		],
		weights: [
			int64('first', [1], [0]),
			float32('W', [1, 8, 3], new Array(24).fill(0.1)),
			float32('R', [1, 8, 2], new Array(16).fill(0.1)),
		],
	});
}

/**
 * Remembers all that it was given: past [1, past_len, 2], x [1, 1, 2] -> sum [] of all, present [1, total_len, 2].
 */
export function growing(): Buffer {
	return buildModel({
		nodes: [
			{ operator: 'Concat', inputs: ['past', 'x'], outputs: ['present'], attributes: { axis: 1 } },
			{ operator: 'ReduceSum', inputs: ['present'], outputs: ['sum'], attributes: { keepdims: 0 } },
		],
		inputs: [
			{ name: 'x', type: 'float32', shape: [1, 1, 2] },
			{ name: 'past', type: 'float32', shape: [1, 'past_len', 2] },
		],
		outputs: [
			{ name: 'sum', type: 'float32', shape: [] },
			{ name: 'present', type: 'float32', shape: [1, 'total_len', 2] },
		],
	});
}

/** y = x + w with w in a file beside the model: float32 [2]. */
export function externalWeights(location: string): Buffer {
	return buildModel({
		nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
		inputs: [{ name: 'x', type: 'float32', shape: [2] }],
		outputs: [{ name: 'y', type: 'float32', shape: [2] }],
		weights: [{ name: 'w', type: 'float32', dims: [2], data: { location, offset: 0, length: 8 } }],
	});
}
