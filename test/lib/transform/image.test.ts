import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';
import { assertClose } from './fixtures';

interface ImageCase {
	readonly name: string;
	readonly options: object;
	readonly message: { readonly data: string };
	readonly tolerance: number;
	readonly dims: number[];
	readonly data: number[];
}

const folder = join(__dirname, '../../../../test/fixtures/transform');

for (const [file, others] of [
	['images.json', 'PyTorch and NumPy'],
	['opencv.json', 'OpenCV'],
] as const) {
	describe(`images, compared with ${others}`, () => {
		for (const one of JSON.parse(readFileSync(join(folder, file), 'utf8')) as ImageCase[]) {
			it(one.name, () => checkImage(one));
		}
	});
}

function checkImage({ options, message, dims, data, tolerance }: ImageCase): void {
	const pipeline = createPipeline([{ type: 'image', ...options }]);
	const bytes = Buffer.from(message.data, 'base64');
	// A view in the middle of other memory, at an odd place, as messages arrive.
	const around = new Uint8Array(bytes.length + 7);
	around.set(bytes, 3);
	for (const view of [bytes, around.subarray(3, 3 + bytes.length)]) {
		const given = pipeline.run({ ...message, data: view });
		assert.ok(given instanceof Tensor);
		assert.deepEqual([given.type, [...given.dims]], ['float32', dims]);
		assertClose(given, data, tolerance);
	}
}

describe('image', () => {
	const photo = {
		height: 2,
		width: 3,
		encoding: 'mono8',
		is_bigendian: 0,
		step: 3,
		data: Uint8Array.of(0, 50, 100, 150, 200, 250),
	};
	const run = (options: object, more: object = {}) =>
		createPipeline([{ type: 'image', ...options }]).run({ ...photo, ...more }) as Tensor;

	it('gives bytes, rounded and clipped', () => {
		const given = run({ as: 'uint8', channels: 'gray', rescale: 1.5, mean: 0.25 });
		assert.equal(given.type, 'uint8');
		assert.deepEqual(Array.from(given.data as Uint8Array), [0, 75, 150, 225, 255, 255]);
	});

	it('follows a camera that changes its size', () => {
		const pipeline = createPipeline([
			{ type: 'image', channels: 'gray', rescale: 1, width: 3, height: 1, method: 'area' },
		]);
		const values = (message: object) => Array.from((pipeline.run(message) as Tensor).data as Float32Array);
		assert.deepEqual(values(photo), [75, 125, 175]);
		const other = { ...photo, width: 6, height: 1, step: 6 };
		assert.deepEqual(values(other), [25, 125, 225]);
		assert.deepEqual(values(photo), [75, 125, 175]);
	});

	it('gives out memory that the next image leaves alone', () => {
		const pipeline = createPipeline([{ type: 'image', channels: 'gray', rescale: 1 }]);
		const first = pipeline.run(photo) as Tensor;
		pipeline.run({ ...photo, data: new Uint8Array(6) });
		assert.deepEqual(Array.from(first.data as Float32Array), [0, 50, 100, 150, 200, 250]);
	});

	const refuses = (options: object, more: object, pattern: RegExp) =>
		assert.throws(
			() => run(options, more),
			(error: Error) => {
				assert.ok(error instanceof TypeError || error instanceof RangeError);
				assert.match(error.message, pattern);
				return true;
			},
		);

	it('refuses what is no image, or not all of one', () => {
		refuses({}, { encoding: 'rgb9' }, /^step 1 image: Expected `encoding` to be one of mono8, .*"rgb9"/);
		refuses({}, { encoding: undefined }, /`encoding` to be a text/);
		refuses({}, { width: 0 }, /`width`.*got 0/);
		refuses({}, { height: 1e9 }, /`height`/);
		refuses({}, { step: 2 }, /`step` to be at least 3 bytes/);
		refuses({}, { data: Uint8Array.of(1, 2, 3, 4, 5) }, /`data` to have 6 bytes for 2 rows, got 5/);
		refuses({}, { data: 'AAAA' }, /`data` to be bytes/);
		refuses({}, { encoding: '16UC1', width: 1, step: 3 }, /`step`/);
	});

	it('refuses options that do not fit', () => {
		refuses({ mean: [1, 2] }, {}, /3 numbers of `mean`, one for each channel, got 2/);
		refuses({ crop: [0, 0, 4, 1] }, {}, /at least 4 x 1 pixels for `crop`, got 3 x 2/);
		refuses({ crop: [0, 0, 4] }, {}, /left, top, width, height/);
		refuses({ crop: [0, 0, 0, 1] }, {}, /left, top, width, height/);
		refuses({ std: 0 }, {}, /`std`.*> 0/);
	});

	it('refuses holes in a float image unless told what to take', () => {
		const data = Float32Array.of(1, 2, 3, 4, Number.NaN, 6);
		const more = { encoding: '32FC1', step: 12, data: new Uint8Array(data.buffer) };
		refuses({ channels: 'same' }, more, /pixel 1 of row 1 is NaN; set `notFinite`/);
		assert.equal(run({ channels: 'same', rescale: 1, notFinite: -1 }, more).data[4], -1);
		assert.ok(Number.isNaN(data[4]), 'the message is left alone');
	});
});
