import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { readNpz } from '../../lib/tensor/arrays';
import { Tensor } from '../../lib/tensor/tensor';
import { createPipeline } from '../../lib/transform/pipeline';
import { readArraysFile } from '../../nodes/tensor-transform/arrays-file';
import { dryRun } from '../../nodes/tensor-transform/dry-run';
import { recordedSamples } from '../../nodes/tensor-transform/recording';
import { toSampleJson } from '../../nodes/tensor-transform/sample-json';

const fixtures = join(__dirname, '..', '..', '..', 'test', 'fixtures', 'transform');
const folders = { userDir: fixtures, packageDir: join(fixtures, 'none'), extra: [] };
const facts = JSON.parse(readFileSync(join(fixtures, 'statistics.json'), 'utf8'));

describe('statistics of training from a file', () => {
	const run = (file: string, form: string, epsilon: number) => {
		const environment = { readArrays: (path: string) => readArraysFile(path, folders) };
		const steps = [{ type: 'normalize', form, file, epsilon }];
		const result = createPipeline(steps, environment).run(new Tensor('float64', [4], Float64Array.from(facts.x)));
		return Array.from((result as Tensor).data as Float64Array);
	};
	const near = (given: number[], expected: number[]) => {
		assert.equal(given.length, expected.length);
		for (const [i, value] of given.entries()) assert.ok(Math.abs(value - (expected[i] as number)) < 1e-9);
	};

	it('are those of the observations, as variance or as deviation, in both forms', () => {
		for (const file of ['obs_rms.npz', 'running_std.npz', 'statistics.json']) {
			near(run(file, 'vec-normalize', 1e-8), facts.vec_normalize);
			near(run(file, 'mean-std', 0.01), facts.rsl_rl);
		}
	});

	it('are refused when there are none, and when the file is elsewhere', () => {
		const refused = (file: string) => assert.throws.bind(undefined, () => run(file, 'mean-std', 0));
		refused('arrays.json')(/step 1 normalize: Expected one array of mean in the file.*float32/);
		refused('none.npz')(/There is no file none\.npz/);
		refused('/etc/passwd')(/The file \/etc\/passwd is not in a folder/);
		refused('../../end-to-end.test.ts')(/is not in a folder/);
	});

	it('are not read through a link that leads out of the folder', () => {
		const folder = mkdtempSync(join(tmpdir(), 'transform-'));
		try {
			symlinkSync(join(fixtures, 'obs_rms.npz'), join(folder, 'link.npz'));
			writeFileSync(join(folder, 'good.json'), '{"mean": [1], "std": [2]}');
			const own = { ...folders, userDir: folder };
			assert.throws(() => readArraysFile('link.npz', own), /not in a folder/);
			assert.equal(readArraysFile('good.json', own).size, 2);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('are either in the step or in the file', () => {
		const make = (step: object) => () => createPipeline([{ type: 'normalize', ...step }]);
		assert.throws(make({}), /`mean` is missing/);
		assert.throws(make({ mean: 0 }), /`std` is missing/);
		assert.throws(make({ mean: 0, form: 'vec-normalize' }), /`variance` is missing/);
		assert.throws(make({ mean: 0, file: 'x.json' }), /Expected `mean` or `file`, got both/);
	});

	it('are said to be unknown where no file can be read, as in the browser', () => {
		const pipeline = createPipeline([{ type: 'normalize', file: 'x.json' }]);
		assert.throws(() => pipeline.run([1]), /The file x\.json is read when the flow runs/);
	});
});

describe('a recording of training', () => {
	const arrays = (file: string) =>
		readNpz(readFileSync(join(fixtures, file)), (data, size) => inflateRawSync(data, { maxOutputLength: size }));
	const select = (field: string) => ({ type: 'select', fields: [field], names: ['slider', 'hinge'] });
	const steps = [
		{
			type: 'stack',
			terms: [
				{ name: 'where', steps: [select('position'), { type: 'scale', factor: 0.5 }] },
				{ name: 'how fast', steps: [select('velocity')] },
				{
					name: 'gravity',
					steps: [
						{ type: 'latest', topic: '/imu/data', maxAge: 10 },
						{ type: 'imu', parts: [{ part: 'orientation' }] },
						{ type: 'projected-gravity' },
					],
				},
			],
		},
	];
	const replay = (file: string) => dryRun(steps, toSampleJson(recordedSamples(arrays(file)))).at(-1);

	it('goes through the steps and comes out as recorded', () => {
		const result = replay('recording.npz');
		assert.match(result?.text ?? '', /as recorded, 20 of 20$/);
		assert.equal(result?.isError, false);
	});

	it('names the first term that differs', () => {
		const result = replay('recording_wrong.npz');
		assert.equal(result?.isError, true);
		// Of each moment the Imu message comes first: the eighth moment is the sixteenth message.
		assert.match(result?.text ?? '', /sample 16: element 2 \(how fast, velocity of slider\) was recorded as/);
	});

	it('may have a tensor come in', () => {
		const pairs = new Map([
			[
				'input',
				Tensor.from([
					[1, 2],
					[3, 4],
				]),
			],
			[
				'expected',
				Tensor.from([
					[2, 4],
					[6, 8.5],
				]),
			],
		]);
		const result = dryRun([{ type: 'scale', factor: 2 }], toSampleJson(recordedSamples(pairs))).at(-1);
		assert.match(result?.text ?? '', /sample 2: element 1 was recorded as 8\.5, got 8/);
	});

	it('is refused when its arrays do not fit', () => {
		const samples = (entries: [string, Tensor][]) => () => recordedSamples(new Map(entries));
		assert.throws(
			samples([['input', Tensor.from([[1]])]]),
			/Expected an array `observation`, `action` or `expected`.*got input/,
		);
		assert.throws(samples([['expected', Tensor.from([[1]])]]), /besides `expected`, or both.*got none/);
		assert.throws(
			samples([
				['expected', Tensor.from([[1], [2]])],
				['position', Tensor.from([[1]])],
			]),
			/`position` to have 2 moments.*got \[1, 1\]/,
		);
	});
});
