import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';
import { assertClose } from './fixtures';

const run = (step: object, message: unknown) => createPipeline([step]).run(message) as Tensor;
const values = (given: Tensor) => Array.from(given.data as Float64Array);

function refuses(step: object, message: unknown, pattern: RegExp): void {
	assert.throws(
		() => run(step, message),
		(error: Error) => {
			assert.ok(error instanceof TypeError || error instanceof RangeError);
			assert.match(error.message, pattern);
			return true;
		},
	);
}

interface CloudCase {
	readonly name: string;
	readonly step: object;
	readonly message: { readonly data: string };
	readonly type: string;
	readonly dims: number[];
	readonly data: number[];
}

describe('point clouds, compared with NumPy', () => {
	const path = join(__dirname, '../../../../test/fixtures/transform/clouds.json');
	const cases = JSON.parse(readFileSync(path, 'utf8')) as CloudCase[];
	for (const { name, step, message, type, dims, data } of cases) {
		it(name, () => {
			const pipeline = createPipeline([step]);
			for (let round = 0; round < 2; round++) {
				const given = pipeline.run({ ...message, data: Buffer.from(message.data, 'base64') });
				assert.ok(given instanceof Tensor);
				assert.deepEqual([given.type, [...given.dims]], [type, dims]);
				assertClose(given, data, 1e-9);
			}
		});
	}

	const cloud = {
		...(cases[0] as CloudCase).message,
		data: Buffer.from((cases[0] as CloudCase).message.data, 'base64'),
	};

	it('refuse what is no cloud, or not all of one', () => {
		const step = { type: 'point-cloud' };
		refuses({ ...step, fields: ['rgb'] }, cloud, /^step 1 point-cloud: There is no field "rgb".*"x", "y", "z"/);
		refuses(step, { ...cloud, width: 61 }, /`data` to have 1952 bytes for 61 x 1 points, got 1920/);
		refuses(step, { ...cloud, data: undefined }, /`data` to be bytes/);
		refuses(step, { ...cloud, fields: 'x' }, /`fields` to be an array/);
		refuses(step, { ...cloud, fields: [{ name: 'x', offset: 30, datatype: 7, count: 1 }] }, /within `point_step`/);
		refuses(step, { ...cloud, fields: [{ name: 'x', offset: 0, datatype: 9, count: 1 }] }, /datatype of x/);
		refuses({ ...step, box: [1, 1, 1, 0, 2, 2] }, cloud, /`box`/);
		refuses({ type: 'height-grid', box: [0, 0, 0, 1, 1, 1], cell: 1e-6 }, cloud, /cells/);
	});
});

describe('laser', () => {
	const scan = (ranges: number[], more: object = {}) => ({
		angle_min: -1,
		angle_max: 1,
		angle_increment: 2 / (ranges.length - 1),
		range_min: 0.1,
		range_max: 10,
		ranges: Float32Array.from(ranges),
		...more,
	});
	const laser = { type: 'laser', as: 'float64' };

	it('limits ranges to what the sensor sees', () => {
		const message = scan([Number.POSITIVE_INFINITY, 12, 5, 0.25, 0, Number.NaN, Number.NEGATIVE_INFINITY]);
		assert.deepEqual(values(run(laser, message)), [10, 10, 5, 0.25, 10, 10, 10]);
		assert.deepEqual(values(run({ ...laser, invalid: 'shortest' }, message)), [10, 10, 5, 0.25, 0.1, 0.1, 0.1]);
		assert.deepEqual(values(run({ ...laser, longest: 4, shortest: 0.5 }, message)), [4, 4, 4, 0.5, 4, 4, 4]);
		assert.deepEqual(values(run({ ...laser, normalize: true, longest: 5 }, message)), [1, 1, 1, 0.05, 1, 1, 1]);
		refuses({ ...laser, invalid: 'refuse' }, message, /^step 1 laser: ranges\[4\] is 0; a reading is at least 0\.1 m/);
	});

	it('resamples by angle', () => {
		const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
		assert.deepEqual(values(run({ ...laser, beams: 5, method: 'nearest' }, scan(nine))), [1, 3, 5, 7, 9]);
		assert.deepEqual(values(run({ ...laser, beams: 3, method: 'nearest' }, scan(nine))), [1, 5, 9]);
		// Within half a beam of the result: 1-3, 3-7, 7-9.
		assert.deepEqual(values(run({ ...laser, beams: 3 }, scan(nine))), [1, 3, 7]);
		assert.deepEqual(values(run({ ...laser, beams: 3, method: 'mean' }, scan(nine))), [2, 5, 8]);
		assert.deepEqual(values(run({ ...laser, from: -0.5, to: 0.5 }, scan(nine))), [3, 4, 5, 6, 7]);
		assert.deepEqual(values(run({ ...laser, from: 0, to: 1, beams: 2, method: 'nearest' }, scan(nine))), [5, 9]);
	});

	it('goes from the lowest angle to the highest, whichever way the sensor turns', () => {
		const message = scan([9, 8, 7, 6, 5], { angle_min: 1, angle_max: -1, angle_increment: -0.5 });
		assert.deepEqual(values(run({ ...laser, beams: 5, method: 'nearest' }, message)), [5, 6, 7, 8, 9]);
	});

	interface ScanCase {
		readonly name: string;
		readonly step: object;
		readonly message: { readonly ranges: (number | string)[] };
		readonly expected: number[];
	}
	const numberOf = (range: number | string) =>
		Number(typeof range === 'string' ? range.replace('inf', 'Infinity') : range);
	const path = join(__dirname, '../../../../test/fixtures/transform/scans.json');
	for (const { name, step, message, expected } of JSON.parse(readFileSync(path, 'utf8')) as ScanCase[]) {
		it(`is as NumPy takes it: ${name}`, () => {
			const given = values(run(step, { ...message, ranges: Float32Array.from(message.ranges, numberOf) }));
			assert.equal(given.length, expected.length);
			for (const [i, wanted] of expected.entries()) {
				assert.ok(Math.abs((given[i] as number) - wanted) < 1e-6, `beam ${i}: expected ${wanted}, got ${given[i]}`);
			}
		});
	}

	it('loses no obstacle', () => {
		fc.assert(
			fc.property(
				fc.array(fc.double({ min: 0.2, max: 9, noNaN: true }), { minLength: 2, maxLength: 400 }),
				fc.integer({ min: 1, max: 60 }),
				(ranges, beams) => {
					const given = values(run({ ...laser, beams }, { ...scan(ranges), ranges }));
					assert.equal(given.length, beams);
					assert.equal(Math.min(...given), Math.min(...ranges));
				},
			),
		);
	});

	it('is as it is where nothing else is asked for, also a scan that has its first beam twice', () => {
		const ranges = Array.from({ length: 361 }, (_beam, i) => 1 + (i % 7));
		const around = scan(ranges, { angle_min: 0, angle_max: 2 * Math.PI, angle_increment: Math.PI / 180 });
		assert.deepEqual(values(run(laser, around)), ranges);
		// Ahead is at both ends: 350 to 10 degrees.
		const ahead = values(run({ ...laser, from: -Math.PI / 18, to: Math.PI / 18 }, around));
		assert.deepEqual(ahead, [...ranges.slice(350, 360), ...ranges.slice(0, 11)]);
		refuses({ ...laser, from: -4, to: 4 }, around, /a scan from -4 to 4 rad/);
	});

	it('follows a scan that changes', () => {
		const pipeline = createPipeline([{ ...laser, beams: 2, method: 'nearest' }]);
		assert.deepEqual(values(pipeline.run(scan([1, 2, 3])) as Tensor), [1, 3]);
		assert.deepEqual(values(pipeline.run(scan([1, 2, 3, 4, 5])) as Tensor), [1, 5]);
	});

	it('refuses angles that the scan does not have, and what is no scan', () => {
		refuses({ ...laser, to: 1.6 }, scan([1, 2, 3]), /a scan from -1 to 1\.6 rad, got one from -1 to 1 rad/);
		refuses({ ...laser, from: 1, to: -1 }, scan([1, 2]), /`from` to be at most `to`/);
		refuses(laser, scan([]), /at least one beam/);
		refuses(laser, scan([1, 2], { ranges: 3 }), /`ranges` to be an array/);
		refuses(laser, scan([1, 2], { ranges: [1, 'x'] }), /`ranges\[1\]` to be a number/);
		refuses(laser, scan([1, 2], { angle_increment: 0 }), /`angle_increment`/);
		refuses(laser, scan([1, 2], { range_min: Number.NaN }), /`range_min`/);
	});
});

describe('shortcuts to the parts of a message', () => {
	const vector = (x: number) => ({ x, y: x + 1, z: x + 2 });

	it('imu', () => {
		const message = {
			orientation: { ...vector(1), w: 4 },
			angular_velocity: vector(5),
			linear_acceleration: vector(8),
		};
		const parts = [{ part: 'linear-acceleration' }, { part: 'orientation' }, { part: 'angular-velocity' }];
		assert.deepEqual(values(run({ type: 'imu', parts }, message)), [8, 9, 10, 1, 2, 3, 4, 5, 6, 7]);
		refuses({ type: 'imu', parts }, { ...message, angular_velocity: vector(Number.NaN) }, /angular_velocity\.x is NaN/);
		refuses({ type: 'imu', parts: [{ part: 'mass' }] }, message, /`parts\[0\]\.part`/);
	});

	it('odometry', () => {
		const message = {
			pose: { pose: { position: vector(1), orientation: { ...vector(4), w: 7 } } },
			twist: { twist: { linear: vector(8), angular: vector(11) } },
		};
		const take = (...parts: string[]) =>
			values(run({ type: 'odometry', parts: parts.map((part) => ({ part })) }, message));
		assert.deepEqual(take('position-2d', 'planar-velocity'), [1, 2, 8, 9, 13]);
		assert.deepEqual(
			take('position', 'orientation', 'linear-velocity', 'angular-velocity'),
			[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
		);
	});

	it('joints', () => {
		const message = { name: ['b', 'c', 'a'], position: [2, 3, 1], velocity: [20, 30, 10], effort: [] };
		const step = { type: 'joints', names: ['a', 'b'] };
		assert.deepEqual(values(run(step, message)), [1, 2, 10, 20]);
		assert.deepEqual(values(run({ ...step, order: 'by-name' }, message)), [1, 10, 2, 20]);
		assert.deepEqual(values(run({ ...step, content: 'velocity', as: 'float64' }, message)), [10, 20]);
		refuses({ ...step, content: 'effort' }, message, /step 1 joints: Expected `effort` to have 3 elements/);
		refuses({ ...step, names: ['a', 'd'] }, message, /step 1 joints: There is no "d" in `name`/);
		refuses({ ...step, names: ['a', 'a'] }, message, /twice/);
	});

	it('joy', () => {
		const message = { axes: Float32Array.of(0.5, -1), buttons: Int32Array.of(0, 1) };
		assert.deepEqual(values(run({ type: 'joy', axes: [1, 0], buttons: [1] }, message)), [-1, 0.5, 1]);
		refuses({ type: 'joy', axes: [2] }, message, /`axes` to have an element 2, got 2 elements/);
		refuses({ type: 'joy' }, message, /`axes` or `buttons`/);
	});
});
