import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BriefError } from '../../../lib/check';
import { Tensor } from '../../../lib/tensor/tensor';
import { loadImages } from '../../../lib/transform/decode/images';
import { ImageWorker } from '../../../lib/transform/image/image-worker';
import { createPipeline } from '../../../lib/transform/pipeline';
import { seededRandom } from '../../../lib/transform/random';

const folder = join(__dirname, '..', '..', '..', '..', 'test', 'fixtures', 'transform');
const pictures: { name: string; format: string; data: string }[] = JSON.parse(
	readFileSync(join(folder, 'pictures.json'), 'utf8'),
);
const random = seededRandom(5);
const raw = (width: number, height: number) => ({
	header: { frame_id: 'camera' },
	encoding: 'bgr8',
	width,
	height,
	step: width * 3,
	is_bigendian: 0,
	data: Buffer.from(Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256))),
});
const compressed = (name: string) => {
	const { format, data } = pictures.find((picture) => picture.name === name) as (typeof pictures)[0];
	return { format, data: Buffer.from(data, 'base64') };
};

describe('an image step in a thread of its own', () => {
	const step = { type: 'image', width: 16, height: 12, mean: [0.5, 0.4, 0.3], std: 0.2 };
	let worker: ImageWorker;
	beforeEach(() => {
		worker = new ImageWorker(step);
	});
	afterEach(async () => {
		await worker.close();
	});

	it('gives what it gives here, of raw and of compressed images, larger and smaller ones', async () => {
		const here = createPipeline([step], { decodeImage: await loadImages() });
		for (const message of [
			raw(40, 30),
			compressed('colour jpeg'),
			raw(90, 70),
			compressed('interlaced png'),
			raw(8, 9),
		]) {
			const before = Buffer.from(message.data);
			const given = await worker.run(message);
			assert.ok(given instanceof Tensor);
			const expected = here.run(message) as Tensor;
			assert.deepEqual([given.type, given.dims, given.data], [expected.type, expected.dims, expected.data]);
			// Other branches of the flow have the message too.
			assert.deepEqual(message.data, before);
		}
	});

	it('takes the newest of the images that come while it works', async () => {
		const images = [raw(30, 30), raw(31, 31), raw(32, 32), raw(33, 33)];
		const results = await Promise.all(images.map((image) => worker.run(image)));
		assert.deepEqual(
			results.map((result) => result !== 'dropped'),
			[true, false, false, true],
		);
		const here = createPipeline([step]).run(images[3]) as Tensor;
		assert.deepEqual((results[3] as Tensor).data, here.data);
	});

	it('refuses as here what is no image, and goes on with the next', async () => {
		const bad = compressed('colour png');
		const wrongs = [
			{ ...bad, data: bad.data.subarray(0, 100) },
			{ ...raw(20, 20), step: 3 },
			{ ...raw(20, 20), encoding: undefined },
			{ ...raw(20, 20), data: [1, 2, 3] },
		];
		const here = createPipeline([step], { decodeImage: await loadImages() });
		for (const wrong of wrongs) {
			let expected: Error | undefined;
			try {
				here.run(wrong);
			} catch (error) {
				expected = error as Error;
			}
			await assert.rejects(worker.run(wrong), { name: expected?.name, message: expected?.message });
		}
		await assert.rejects(worker.run(wrongs[0] as never), (error) => (error as BriefError).brief === 'bad image');
		assert.ok((await worker.run(raw(20, 20))) instanceof Tensor);
	});

	it('drops what it has when it is told to, and what comes when it is closed', async () => {
		const running = worker.run(raw(30, 30));
		const waiting = worker.run(raw(31, 31));
		worker.forget();
		assert.deepEqual(await Promise.all([running, waiting]), ['dropped', 'dropped']);
		assert.ok((await worker.run(raw(32, 32))) instanceof Tensor);
		const late = worker.run(raw(33, 33));
		await worker.close();
		assert.equal(await late, 'dropped');
		assert.equal(await worker.run(raw(34, 34)), 'dropped');
	});

	it('fails the image whose thread ends, and starts another one for the next', async () => {
		const place = mkdtempSync(join(tmpdir(), 'image-worker-'));
		const script = join(place, 'worker.js');
		writeFileSync(
			script,
			"require('node:worker_threads').parentPort.on('message', () => { throw new Error('gone'); });",
		);
		const dying = new ImageWorker(step, script);
		try {
			for (let i = 0; i < 2; i++) {
				await assert.rejects(dying.run(raw(20, 20)), (error) => {
					assert.ok(error instanceof BriefError);
					assert.equal(error.brief, 'thread ended');
					assert.match(error.message, /gone/);
					return true;
				});
			}
		} finally {
			await dying.close();
			rmSync(place, { recursive: true });
		}
	});
});
