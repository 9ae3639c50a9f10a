import { checkNumber, checkObject, show } from '../check';
import type { Message } from './step';

/** Types of sensor_msgs/msg/PointField and their readers. */
const readers: Record<number, { size: number; read(view: DataView, at: number, little: boolean): number }> = {
	1: { size: 1, read: (view, at) => view.getInt8(at) },
	2: { size: 1, read: (view, at) => view.getUint8(at) },
	3: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
	4: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
	5: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
	6: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
	7: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
	8: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

/** The points of a sensor_msgs/msg/PointCloud2, row by row. */
export interface Cloud {
	readonly count: number;
	/** Field `field`, by its place in the list asked for, of point `index`. */
	value(index: number, field: number): number;
}

/**
 * @param names the fields that are wanted, such as x, y, z
 * @throws TypeError or RangeError when the message is no cloud, a field is missing or the data is too short.
 */
export function readCloud(message: Message, names: readonly string[]): Cloud {
	const whole = { integer: true, min: 0, max: 2 ** 31 } as const;
	const width = checkNumber('width', message.width, whole);
	const height = checkNumber('height', message.height, whole);
	const pointStep = checkNumber('point_step', message.point_step, whole);
	const rowStep = checkNumber('row_step', message.row_step, whole);
	const { data, fields } = message;
	if (!ArrayBuffer.isView(data)) throw new TypeError(`Expected \`data\` to be bytes, got ${show(data)}`);
	if (!Array.isArray(fields)) throw new TypeError(`Expected \`fields\` to be an array, got ${show(fields)}`);
	const used = names.map((name) => fieldNamed(fields, name, pointStep));
	if (height > 1 && rowStep < width * pointStep) {
		throw new RangeError(`Expected \`row_step\` to be at least ${width * pointStep} bytes, got ${rowStep}`);
	}
	const needed = width === 0 || height === 0 ? 0 : rowStep * (height - 1) + width * pointStep;
	if (data.byteLength < needed) {
		throw new RangeError(
			`Expected \`data\` to have ${needed} bytes for ${width} x ${height} points, got ${data.byteLength}`,
		);
	}
	const view = new DataView(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
	const little = message.is_bigendian !== true;
	const offsets = used.map(({ offset }) => offset);
	const reads = used.map(({ reader }) => reader.read);
	return {
		count: width * height,
		value(index, field) {
			const row = height === 1 ? 0 : Math.floor(index / width);
			const at = row * rowStep + (index - row * width) * pointStep + (offsets[field] as number);
			return (reads[field] as (view: DataView, at: number, little: boolean) => number)(view, at, little);
		},
	};
}

function fieldNamed(fields: readonly unknown[], name: string, pointStep: number) {
	const found = fields.find((field) => (field as { name?: unknown } | null)?.name === name);
	if (found === undefined) {
		const there = fields.map((field) => show((field as { name?: unknown } | null)?.name)).join(', ');
		throw new RangeError(`There is no field ${show(name)} in the cloud: it has ${there || 'none'}`);
	}
	const { offset, datatype, count } = checkObject(`field ${name}`, found);
	const reader = readers[checkNumber(`datatype of ${name}`, datatype, { integer: true, min: 1, max: 8 })];
	const at = checkNumber(`offset of ${name}`, offset, { integer: true, min: 0, max: 2 ** 20 });
	if (reader === undefined || at + reader.size > pointStep) {
		throw new RangeError(
			`Expected the field ${name} to lie within \`point_step\`, ${pointStep} bytes, got offset ${at}`,
		);
	}
	if (typeof count === 'number' && count > 1)
		throw new RangeError(`Expected one value of ${name} per point, got ${count}`);
	return { offset: at, reader };
}

/** A box of space, m: least x, y, z, then most x, y, z. */
export type Box3 = readonly number[];

/** @throws RangeError when it is no box. */
export function checkBox(name: string, box: Box3 | undefined): void {
	if (box === undefined) return;
	if (box.length !== 6 || [0, 1, 2].some((axis) => (box[axis] as number) >= (box[axis + 3] as number))) {
		throw new RangeError(
			`Expected \`${name}\` to be the least x, y, z, then the most x, y, z, got [${box.join(', ')}]`,
		);
	}
}
