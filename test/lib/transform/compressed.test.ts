import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Tensor } from '../../../lib/tensor/tensor';
import { loadImages } from '../../../lib/transform/decode/images';
import type { DecodeImage } from '../../../lib/transform/image/compressed';
import { createPipeline } from '../../../lib/transform/pipeline';

interface Picture {
	readonly name: string;
	readonly format: string;
	readonly data: string;
	readonly dims: readonly number[];
	readonly expected: readonly number[];
}

const folder = join(__dirname, '..', '..', '..', '..', 'test', 'fixtures', 'transform');
const pictures = JSON.parse(readFileSync(join(folder, 'pictures.json'), 'utf8')) as Picture[];
const step = { type: 'image', channels: 'same', rescale: 1, layout: 'hwc', noBatch: true };

describe('compressed images', () => {
	let decodeImage: DecodeImage;
	before(async () => {
		decodeImage = await loadImages();
	});
	const run = (format: string, data: Uint8Array, steps: object[] = [step]) =>
		createPipeline(steps, { decodeImage }).run({ format, data }) as Tensor;

	for (const { name, format, data, dims, expected } of pictures) {
		it(`are decoded as OpenCV does: ${name}`, () => {
			const given = run(format, Buffer.from(data, 'base64'));
			assert.deepEqual(given.dims, dims);
			assert.deepEqual(Array.from(given.data as Float32Array), expected);
		});
	}

	const bytesOf = (name: string) =>
		Buffer.from(pictures.find((picture) => picture.name === name)?.data ?? '', 'base64');

	it('are resized and normalized like others', () => {
		const steps = [{ type: 'image', width: 8, height: 8 }];
		assert.deepEqual(run('jpeg', bytesOf('colour jpeg'), steps).dims, [1, 3, 8, 8]);
	});

	it('of depth in metres come from their inverse', () => {
		const data = bytesOf('compressed depth');
		data.writeFloatLE(100, 4);
		data.writeFloatLE(-1, 8);
		const given = run('32FC1; compressedDepth png', data, [{ ...step, notFinite: 0 }]);
		assert.ok(Math.abs((given.data[1] as number) - 100 / 901) < 1e-6);
		assert.equal(given.data[0], 0);
	});

	it('are refused when they are cut short, wherever, and the next is decoded', () => {
		for (const name of ['colour jpeg', 'colour png', 'interlaced png']) {
			const data = bytesOf(name);
			for (let length = 0; length < data.length - 20; length += 23) {
				assert.throws(() => run('x', data.subarray(0, length)), /^(BriefError|RangeError): step 1 image: Expected /);
			}
			assert.equal(run('x', data).data.length, 24 * 37 * 3);
		}
	});

	it('are refused when a byte of a PNG is changed', () => {
		const data = bytesOf('colour png');
		for (let at = 8; at < data.length - 12; at += 13) {
			const changed = Buffer.from(data);
			changed[at] = (changed[at] as number) ^ 0x55;
			assert.throws(() => run('png', changed), /step 1 image: Expected a whole PNG image/, String(at));
		}
	});

	it('of depth are refused when RVL is cut short or says too much', () => {
		const data = bytesOf('compressed depth, RVL');
		const format = '16UC1; compressedDepth rvl';
		for (let length = 13; length < data.length - 4; length += 7) {
			assert.throws(() => run(format, data.subarray(0, length)), /Expected a whole RVL depth image/, String(length));
		}
		const huge = Buffer.from(data);
		huge.writeUInt32LE(1e9, 12);
		assert.throws(() => run(format, huge), /at most \d+ pixels, got 1000000000 x 24/);
		const short = Buffer.from(data);
		short.writeUInt32LE(2, 12);
		assert.throws(() => run(format, short), /Expected a whole RVL depth image/);
		// All the bits that say that more follow.
		assert.throws(() => run(format, Buffer.from(data).fill(0xff, 20)), /Expected a whole RVL depth image/);
	});

	it('of depth are decoded where there is no decoder of pictures, with RVL', () => {
		const given = createPipeline([step]).run({
			format: '16UC1; compressedDepth rvl',
			data: bytesOf('compressed depth, RVL'),
		});
		assert.deepEqual((given as Tensor).dims, [24, 37, 1]);
	});

	it('are refused when they claim to be huge', () => {
		const data = bytesOf('colour png');
		data.writeUInt32BE(1e9, 16);
		data.writeUInt32BE(crc32(data.subarray(12, 29)), 29);
		assert.throws(() => run('png', data), /at most \d+ pixels, got 1000000000 x 24/);
	});

	it('are refused when they are something else', () => {
		assert.throws(() => run('png', Buffer.from('hello')), /begin with "68 65 6c 6c"/);
		assert.throws(() => run('png', [1, 2] as never), /`data` to be bytes, got an array of 2/);
		assert.throws(
			() => createPipeline([step]).run({ format: 'png', data: bytesOf('colour png') }),
			/when the flow runs/,
		);
	});
});
