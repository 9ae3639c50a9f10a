import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { bindInputs } from '../../../lib/onnx/inputs';
import { openSession } from '../../../lib/onnx/session';
import { Tensor } from '../../../lib/tensor/tensor';
import { families } from './families';

interface PlainTensor {
	type: Tensor['type'];
	dims: number[];
	data: (number | string)[];
}
interface Case {
	model: string;
	inputs: Record<string, PlainTensor>;
	outputs: Record<string, PlainTensor>;
}

const root = join(__dirname, '..', '..', '..', '..');
/** Written by parity.py beside it. */
const { cases } = JSON.parse(readFileSync(join(root, 'test', 'fixtures', 'onnx', 'parity.json'), 'utf8')) as {
	cases: Case[];
};

/** Largest difference relative to the largest magnitude; machines sum in another order. */
const tolerance = 1e-5;

function assertClose(actual: Tensor, expected: Tensor, what: string): void {
	assert.deepEqual([actual.type, actual.dims], [expected.type, expected.dims], what);
	if (actual.type !== 'float32' && actual.type !== 'float64') {
		assert.deepEqual(actual.data, expected.data, what);
		return;
	}
	const values = expected.data as Float32Array;
	const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
	for (const [i, value] of values.entries()) {
		const difference = Math.abs((actual.data as Float32Array)[i]! - value);
		assert.ok(difference <= tolerance * scale, `${what}[${i}]: ${actual.data[i]} instead of ${value}`);
	}
}

describe('onnx parity with Python', () => {
	for (const runtime of ['native', 'wasm'] as const) {
		for (const model of new Set(cases.map((item) => item.model))) {
			it(`${model}, ${runtime}`, async () => {
				const build = families[model];
				const source = build ? { bytes: build(), name: model } : { path: join(root, model) };
				const session = openSession(source, { runtime });
				try {
					const { inputs, outputs } = await session.ready();
					for (const item of cases.filter((candidate) => candidate.model === model)) {
						const result = await session.run(bindInputs(inputs, item.inputs));
						assert.ok(result !== 'dropped');
						assert.deepEqual(
							Object.keys(item.outputs),
							outputs.map(({ name }) => name),
						);
						for (const [i, expected] of Object.values(item.outputs).entries()) {
							assertClose(result.outputs[i] as Tensor, Tensor.from(expected), `${outputs[i]?.name}`);
						}
					}
				} finally {
					await session.close();
				}
			});
		}
	}
});
