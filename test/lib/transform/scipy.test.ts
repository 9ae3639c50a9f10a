import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';
import { assertClose, type Case, checkCase } from './fixtures';

interface Boxes {
	readonly overlap: number;
	readonly least: number;
	readonly boxes: Case['output'];
	readonly scores: Case['output'];
	/** Best first. */
	readonly kept: { readonly box: number; readonly label: number; readonly score: number }[];
}

const path = join(__dirname, '../../../../test/fixtures/transform/scipy.json');
const { cases, sequences, boxes } = JSON.parse(readFileSync(path, 'utf8')) as {
	cases: Case[];
	sequences: { steps: object[]; runs: { input: unknown; output: Case['output'] }[]; tolerance: number }[];
	boxes: Boxes[];
};

describe('rotations, filters and boxes, compared with SciPy and OpenCV', () => {
	const byStep = new Map<string, Case[]>();
	for (const one of cases) {
		const name = JSON.stringify(one.steps[0]);
		byStep.set(name, [...(byStep.get(name) ?? []), one]);
	}
	for (const [name, list] of byStep) {
		it(name, () => {
			for (const one of list) checkCase(one);
		});
	}

	for (const { steps, runs, tolerance } of sequences) {
		it(JSON.stringify(steps[0]), () => {
			const pipeline = createPipeline(steps);
			for (const { input, output } of runs) assertClose(pipeline.run(input) as Tensor, output.data, tolerance);
		});
	}

	for (const { overlap, least, boxes: given, scores, kept } of boxes) {
		it(`detections without those that overlap a better one by ${overlap}`, () => {
			const take = (tensor: string) => [{ type: 'scale', factor: 1, tensor }];
			const step = { type: 'detections', boxes: take('b'), scores: take('s'), format: 'size', overlap, least };
			const message = createPipeline([step]).run({ b: Tensor.from(given), s: Tensor.from(scores) });
			const found = (message as unknown as { detections: Detection[] }).detections.map(({ results, bbox }) => ({
				label: Number(results[0]?.hypothesis.class_id),
				score: results[0]?.hypothesis.score,
				left: bbox.center.position.x - bbox.size_x / 2,
			}));
			assert.equal(found.length, kept.length);
			for (const [i, wanted] of kept.entries()) {
				assert.equal(found[i]?.label, wanted.label);
				assert.equal(found[i]?.score, wanted.score);
				assert.ok(Math.abs((found[i]?.left ?? Number.NaN) - Number(given.data[wanted.box * 4])) < 1e-9);
			}
		});
	}
});

interface Detection {
	readonly results: { readonly hypothesis: { readonly class_id: string; readonly score: number } }[];
	readonly bbox: { readonly center: { readonly position: { readonly x: number } }; readonly size_x: number };
}
