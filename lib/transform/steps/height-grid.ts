import { checkBox, readCloud } from '../cloud';
import type { NumberArray } from '../elements';
import { choice, number, numbersOnly } from '../schema';
import { defineStep, type Message } from '../step';
import { floatTypes } from '../types';
import { isInside } from './point-cloud';

const contents = {
	highest: 'the height of the highest point in it, m',
	mean: 'the mean height of its points, m',
	occupied: '1 where there is a point, else 0',
	count: 'how many points there are',
} as const;

/** A grid seen from above of a sensor_msgs/msg/PointCloud2: [rows, columns], rows along x, columns along y. */
export const heightGrid = defineStep({
	name: 'height-grid',
	group: 'Sensors',
	title: 'Grid of a point cloud',
	help: 'Turns a point cloud into a grid seen from above: heights or occupied cells, as policies that look at the terrain take. Rows go along x, columns along y.',
	formula: 'sensor_msgs/msg/PointCloud2 → [rows, columns]',
	takes: 'message',
	gives: 'tensor',
	options: {
		box: numbersOnly({
			description: 'The space to look at: least x, y, z, then most x, y, z.',
			unit: 'm',
			example: '-0.8, -0.5, -1, 0.8, 0.5, 1',
		}),
		cell: number({ description: 'The side of a cell.', unit: 'm', above: 0, example: '0.1' }),
		content: choice({ description: 'What a cell holds.', default: 'highest', choices: contents, prominent: true }),
		empty: number({
			description: 'What a cell without points holds, for heights.',
			default: 0,
			unit: 'm',
			prominent: true,
		}),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
	},
	create({ box, cell, content, empty, as }, { output }) {
		checkBox('box', box);
		const [x0, y0, , x1, y1] = box as readonly number[] as [number, number, number, number, number];
		const rows = Math.max(1, Math.round((x1 - x0) / cell));
		const columns = Math.max(1, Math.round((y1 - y0) / cell));
		if (rows * columns > 2 ** 24) throw new RangeError(`Expected at most ${2 ** 24} cells, got ${rows} x ${columns}`);
		const counts = new Int32Array(rows * columns);
		const heights = new Float64Array(rows * columns);
		return {
			run(message: Message) {
				const cloud = readCloud(message, ['x', 'y', 'z']);
				counts.fill(0);
				for (let i = 0; i < cloud.count; i++) {
					const x = cloud.value(i, 0);
					const y = cloud.value(i, 1);
					const z = cloud.value(i, 2);
					if (!isInside(box, x, y, z)) continue;
					const row = Math.min(rows - 1, Math.floor((x - x0) / cell));
					const at = row * columns + Math.min(columns - 1, Math.floor((y - y0) / cell));
					const before = counts[at] as number;
					if (before === 0) heights[at] = z;
					else heights[at] = content === 'mean' ? (heights[at] as number) + z : Math.max(heights[at] as number, z);
					counts[at] = before + 1;
				}
				const block = output.block(as, [rows, columns]);
				const out = block.data as NumberArray;
				for (let at = 0; at < out.length; at++) {
					const count = counts[at] as number;
					if (content === 'count') out[at] = count;
					else if (content === 'occupied') out[at] = count > 0 ? 1 : 0;
					else if (count === 0) out[at] = empty;
					else out[at] = content === 'mean' ? (heights[at] as number) / count : (heights[at] as number);
				}
				return block;
			},
		};
	},
});
