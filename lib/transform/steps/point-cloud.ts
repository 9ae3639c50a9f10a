import { type Cloud, checkBox, readCloud } from '../cloud';
import type { NumberArray } from '../elements';
import { choice, flag, number, numbersOnly, optional, texts } from '../schema';
import { defineStep, type Message, type Output } from '../step';
import { floatTypes } from '../types';

/** Points of a sensor_msgs/msg/PointCloud2 as [n, fields], or [points, fields] when their number is fixed. */
export const pointCloud = defineStep({
	name: 'point-cloud',
	group: 'Sensors',
	title: 'Point cloud',
	help: 'Turns a point cloud into a list of points: some of their fields, cut to a box, thinned out. Points that have no position (NaN) are left out.',
	formula: 'sensor_msgs/msg/PointCloud2 → [n, fields]',
	takes: 'message',
	gives: 'tensor',
	options: {
		fields: texts({
			description: 'Which fields of each point.',
			default: ['x', 'y', 'z'],
			example: 'x, y, z, intensity',
			prominent: true,
		}),
		box: optional(
			numbersOnly({
				description: 'Keep only points within: least x, y, z, then most x, y, z.',
				unit: 'm',
				example: '0, -2, -1, 5, 2, 2',
				prominent: true,
			}),
		),
		every: number({ description: 'Keep every so many of them.', integer: true, min: 1, max: 1e6, default: 1 }),
		voxel: optional(
			number({
				description: 'Keep one point, the first, in each cube of this size.',
				unit: 'm',
				above: 0,
				example: '0.05',
				prominent: true,
			}),
		),
		points: optional(
			number({
				description:
					'Give always so many: the first ones, and zeros where there are less. Empty: as many as there are.',
				integer: true,
				min: 1,
				max: 1e7,
				prominent: true,
			}),
		),
		batch: flag({ description: 'Give `[1, n, fields]`, a batch of one.' }),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
	},
	create({ fields, box, every, voxel, points, batch, as }, { output }) {
		checkBox('box', box);
		// The position comes first, for the box and the cubes, whatever fields are asked for.
		const names = ['x', 'y', 'z', ...fields];
		const width = fields.length;
		let values = new Float64Array(0);
		return {
			run(message: Message) {
				const cloud = readCloud(message, names);
				const most = Math.min(points ?? cloud.count, cloud.count);
				if (values.length < most * width) values = new Float64Array(most * width);
				const kept = collect(cloud, { box, every, voxel, most, width }, values);
				return give(values, kept * width, batch ? [1, points ?? kept, width] : [points ?? kept, width], as, output);
			},
		};
	},
});

interface Choice {
	readonly box: readonly number[] | undefined;
	readonly every: number;
	readonly voxel: number | undefined;
	readonly most: number;
	readonly width: number;
}

/** Writes the points that are kept into `values`; returns how many. */
function collect(cloud: Cloud, { box, every, voxel, most, width }: Choice, values: Float64Array): number {
	const cubes = voxel === undefined ? undefined : new Set<string>();
	let kept = 0;
	for (let i = 0; i < cloud.count && kept < most; i += every) {
		const x = cloud.value(i, 0);
		const y = cloud.value(i, 1);
		const z = cloud.value(i, 2);
		if (!Number.isFinite(x + y + z) || (box && !isInside(box, x, y, z))) continue;
		if (cubes && voxel) {
			const cube = `${Math.floor(x / voxel)} ${Math.floor(y / voxel)} ${Math.floor(z / voxel)}`;
			if (cubes.has(cube)) continue;
			cubes.add(cube);
		}
		for (let f = 0; f < width; f++) values[kept * width + f] = cloud.value(i, 3 + f);
		kept++;
	}
	return kept;
}

/** Whether a point is in a box; of its faces the lower ones belong to it. */
export function isInside(box: readonly number[], x: number, y: number, z: number): boolean {
	return (
		x >= (box[0] as number) &&
		y >= (box[1] as number) &&
		z >= (box[2] as number) &&
		x < (box[3] as number) &&
		y < (box[4] as number) &&
		z < (box[5] as number)
	);
}

function give(values: Float64Array, count: number, dims: readonly number[], as: 'float32' | 'float64', output: Output) {
	const block = output.block(as, dims);
	const out = block.data as NumberArray;
	for (let i = 0; i < count; i++) {
		const value = values[i] as number;
		if (!Number.isFinite(value)) throw new RangeError(`Expected finite fields, got ${value} (element ${i})`);
		out[i] = value;
	}
	out.fill(0, count);
	return block;
}
