import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';

/** A list of steps, what comes in, and what another program made of it. */
export interface Case {
	readonly steps: { readonly type: string }[];
	readonly input: unknown;
	readonly output: { readonly type: string; readonly dims: number[]; readonly data: (number | string)[] };
	/** Largest absolute difference. */
	readonly tolerance: number;
}

/** The cases of a file of test/fixtures/transform. */
export function casesOf(file: string): Case[] {
	const path = join(__dirname, '../../../../test/fixtures/transform', file);
	return JSON.parse(readFileSync(path, 'utf8')) as Case[];
}

/** Runs a case twice, so that memory which is used again shows, and compares. */
export function checkCase({ steps, input, output, tolerance }: Case): void {
	const pipeline = createPipeline(steps);
	const first = pipeline.run(input);
	const second = pipeline.run(input);
	for (const given of [first, second]) {
		assert.ok(given instanceof Tensor);
		assert.equal(given.type, output.type);
		assert.deepEqual([...given.dims], output.dims);
		assertClose(given, output.data, tolerance);
	}
}

/** Each element within `tolerance`. */
export function assertClose(given: Tensor, expected: readonly (number | string)[], tolerance: number): void {
	assert.equal(given.data.length, expected.length);
	for (const [i, wanted] of expected.entries()) {
		const got = given.data[i];
		const difference = Math.abs(Number(got) - Number(wanted));
		assert.ok(
			Object.is(Number(got), Number(wanted)) || difference <= tolerance,
			`element ${i}: expected ${wanted} within ${tolerance}, got ${got}`,
		);
	}
}
