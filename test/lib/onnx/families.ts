/** Small networks of the families that people deploy, for the comparison with Python's ONNX Runtime. */
import { buildModel, float32, int64, type Weights } from './model-builder';
import { identity, lstm, policy, twoInputs } from './models';

/** Weights that differ from each other and are the same every time. */
function weights(name: string, dims: number[], phase: number): Weights {
	const count = dims.reduce((product, dim) => product * dim, 1);
	return float32(
		name,
		dims,
		Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i * 1.7 + phase) * 0.5)),
	);
}

/** image [1, 3, 8, 8] -> scores [1, 5]. */
function cnn(): Buffer {
	return buildModel({
		nodes: [
			{
				operator: 'Conv',
				inputs: ['image', 'w', 'b'],
				outputs: ['maps'],
				attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] },
			},
			{ operator: 'Relu', inputs: ['maps'], outputs: ['active'] },
			{ operator: 'GlobalAveragePool', inputs: ['active'], outputs: ['pooled'] },
			{ operator: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
			{ operator: 'Gemm', inputs: ['flat', 'v'], outputs: ['logits'] },
			{ operator: 'Softmax', inputs: ['logits'], outputs: ['scores'] },
		],
		inputs: [{ name: 'image', type: 'float32', shape: [1, 3, 8, 8] }],
		outputs: [{ name: 'scores', type: 'float32', shape: [1, 5] }],
		weights: [weights('w', [6, 3, 3, 3], 0), weights('b', [6], 1), weights('v', [6, 5], 2)],
	});
}

/** One head of attention: tokens int64 [1, n] -> mixed float32 [1, n, 8]. */
function attention(): Buffer {
	return buildModel({
		nodes: [
			{ operator: 'Gather', inputs: ['embedding', 'tokens'], outputs: ['x'] },
			{ operator: 'MatMul', inputs: ['x', 'wq'], outputs: ['q'] },
			{ operator: 'MatMul', inputs: ['x', 'wk'], outputs: ['k'] },
			{ operator: 'MatMul', inputs: ['x', 'wv'], outputs: ['v'] },
			{ operator: 'Transpose', inputs: ['k'], outputs: ['kt'], attributes: { perm: [0, 2, 1] } },
			{ operator: 'MatMul', inputs: ['q', 'kt'], outputs: ['similarity'] },
			{ operator: 'Mul', inputs: ['similarity', 'scale'], outputs: ['scaled'] },
			{ operator: 'Softmax', inputs: ['scaled'], outputs: ['shares'], attributes: { axis: 2 } },
			{ operator: 'MatMul', inputs: ['shares', 'v'], outputs: ['mixed'] },
		],
		inputs: [{ name: 'tokens', type: 'int64', shape: [1, 'n'] }],
		outputs: [{ name: 'mixed', type: 'float32', shape: [1, 'n', 8] }],
		weights: [
			weights('embedding', [10, 8], 0),
			weights('wq', [8, 8], 1),
			weights('wk', [8, 8], 2),
			weights('wv', [8, 8], 3),
			float32('scale', [1], [Math.fround(1 / Math.sqrt(8))]),
		],
	});
}

/** obs [1, 3], h_in [1, 1, 4] -> actions [1, 4], h_out. */
function gru(): Buffer {
	return buildModel({
		nodes: [
			{ operator: 'Unsqueeze', inputs: ['obs', 'first'], outputs: ['sequence'] },
			{
				operator: 'GRU',
				inputs: ['sequence', 'W', 'R', '', '', 'h_in'],
				outputs: ['', 'h_out'],
				attributes: { hidden_size: 4, linear_before_reset: 1 },
			},
			{ operator: 'Squeeze', inputs: ['h_out', 'first'], outputs: ['actions'] },
		],
		inputs: [
			{ name: 'obs', type: 'float32', shape: [1, 3] },
			{ name: 'h_in', type: 'float32', shape: [1, 1, 4] },
		],
		outputs: [
			{ name: 'actions', type: 'float32', shape: [1, 4] },
			{ name: 'h_out', type: 'float32', shape: [1, 1, 4] },
		],
		weights: [int64('first', [1], [0]), weights('W', [1, 12, 3], 0), weights('R', [1, 12, 4], 1)],
	});
}

/** choice bool [3], a and b float64 [3] -> picked float64 [3], of a where the choice is true. */
function where(): Buffer {
	return buildModel({
		nodes: [{ operator: 'Where', inputs: ['choice', 'a', 'b'], outputs: ['picked'] }],
		inputs: [
			{ name: 'choice', type: 'bool', shape: [3] },
			{ name: 'a', type: 'float64', shape: [3] },
			{ name: 'b', type: 'float64', shape: [3] },
		],
		outputs: [{ name: 'picked', type: 'float64', shape: [3] }],
	});
}

/** Networks by the name of their family. */
export const families: Record<string, () => Buffer> = {
	mlp: policy,
	'several inputs': twoInputs,
	lstm,
	gru,
	cnn,
	attention,
	'bool and float64': where,
	float16: () => identity('float16', ['n']),
	string: () => identity('string', ['n']),
};
