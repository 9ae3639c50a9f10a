import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { hashBytes } from '../../../lib/onnx/hash';
import { bindInputs } from '../../../lib/onnx/inputs';
import { findStatePairs } from '../../../lib/onnx/recurrent';
import { openSession } from '../../../lib/onnx/session';
import { Tensor } from '../../../lib/tensor/tensor';
import { families } from './families';
import { readPng } from './png';

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

/** An input of numbers taken from a picture: (rgb / 255 - mean) / std, colour by colour. */
interface PictureInput {
	picture: string;
	dims: number[];
	mean: number;
	std: number;
	/** SHA-256 of the float32 values, little-endian. */
	sha256: string;
}
/** What training/record_parity.py writes of one of our models. */
interface Recording {
	model: string;
	sha256: string;
	/** Of a network with state: what it saw and did step by step, the state going round in Python. */
	episode?: { obs: number[][]; actions: number[][] };
	cases: { inputs: Record<string, PlainTensor | PictureInput>; outputs: Record<string, PlainTensor> }[];
}

/** Largest difference of our own models from Python, in the units of their outputs. */
const largest = 1e-5;

function inputOf(input: PlainTensor | PictureInput): Tensor {
	if (!('picture' in input)) return Tensor.from(input);
	const { rgb } = readPng(join(root, input.picture));
	const plane = rgb.length / 3;
	const values = new Float32Array(rgb.length);
	// Rounded to float32 after each operation, as NumPy does.
	for (const [i, value] of rgb.entries()) {
		const scaled = Math.fround(Math.fround(value / 255) - Math.fround(input.mean));
		values[(i % 3) * plane + Math.floor(i / 3)] = scaled / input.std;
	}
	assert.equal(hashBytes(new Uint8Array(values.buffer)), input.sha256, `${input.picture} is another picture`);
	return new Tensor('float32', input.dims, values);
}

function largestDifference(actual: Tensor, expected: PlainTensor): number {
	assert.deepEqual([actual.type, actual.dims], [expected.type, expected.dims]);
	return expected.data.reduce<number>(
		(most, value, i) => Math.max(most, Math.abs((actual.data[i] as number) - (value as number))),
		0,
	);
}

describe('our own models against Python', () => {
	const folder = join(root, 'test', 'fixtures', 'models');
	const recordings = readdirSync(folder).map(
		(file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording,
	);
	const places = [
		{ runtime: 'native', placement: 'inline' },
		{ runtime: 'native', placement: 'worker' },
		{ runtime: 'wasm', placement: 'worker' },
	] as const;

	it('each model is recorded as it is, and described', () => {
		const files = readdirSync(join(root, 'models')).filter((file) => file.endsWith('.onnx'));
		assert.deepEqual(recordings.map(({ model }) => model).sort(), files.map((file) => `models/${file}`).sort());
		const readme = readFileSync(join(root, 'models', 'README.md'), 'utf8');
		for (const { model, sha256 } of recordings) {
			assert.equal(hashBytes(readFileSync(join(root, model))), sha256, model);
			assert.ok(readme.includes(`${sha256}  ${model.slice('models/'.length)}\n`), `${model} in the README`);
		}
	});

	for (const { model, cases, episode } of recordings) {
		for (const place of places) {
			it(`${model}, ${place.runtime}, ${place.placement}`, async () => {
				const session = openSession({ path: join(root, model) }, place);
				try {
					const { inputs, outputs } = await session.ready();
					for (const [index, { inputs: recorded, outputs: expected }] of cases.entries()) {
						const values = Object.entries(recorded).map(([name, input]) => [name, inputOf(input)]);
						const result = await session.run(bindInputs(inputs, Object.fromEntries(values)));
						assert.ok(result !== 'dropped');
						assert.deepEqual(
							outputs.map(({ name }) => name),
							Object.keys(expected),
						);
						for (const [i, { name }] of outputs.entries()) {
							const actual = result.outputs[i] as Tensor;
							const difference = largestDifference(actual, expected[name] as PlainTensor);
							assert.ok(difference <= largest, `case ${index}: ${name} differs by ${difference}`);
							// What another input gives is farther away, so a wrong answer would be noticed.
							const other = cases[(index + 1) % cases.length]?.outputs[name] as PlainTensor;
							assert.ok(largestDifference(actual, other) > largest, `case ${index}: ${name} says the same of all`);
						}
					}
				} finally {
					await session.close();
				}
			});

			if (!episode) continue;
			it(`${model}, ${place.runtime}, ${place.placement}, its state fed back over an episode`, async () => {
				assert.ok((await differences(true)).every((difference) => difference <= largest));
				// The first step begins with zeros either way; then a network that forgets acts otherwise.
				const [first, ...later] = await differences(false);
				assert.ok((first as number) <= largest);
				assert.ok(Math.max(...later) > 1);
			});

			async function differences(remembers: boolean): Promise<number[]> {
				const { obs, actions } = episode as NonNullable<Recording['episode']>;
				const probe = openSession({ path: join(root, model) }, place);
				const state = findStatePairs(await probe.ready());
				assert.equal(state.length, 2);
				const session = openSession({ path: join(root, model) }, { ...place, state });
				try {
					const { inputs } = await session.ready();
					const found: number[] = [];
					for (const [step, seen] of obs.entries()) {
						const result = await session.run(bindInputs(inputs, seen), { reset: !remembers });
						assert.ok(result !== 'dropped');
						const action = actions[step] as number[];
						found.push(
							largestDifference(result.outputs[0] as Tensor, {
								type: 'float32',
								dims: [1, action.length],
								data: action,
							}),
						);
					}
					return found;
				} finally {
					await session.close();
					await probe.close();
				}
			}
		}
	}
});
