import type { NumberArray } from './elements';
import { choice } from './schema';

/** In which order the four numbers of a quaternion are. */
export const orderOption = choice({
	description: 'The order of the four numbers.',
	default: 'xyzw',
	choices: { xyzw: 'x, y, z, w, as in ROS', wxyz: 'w, x, y, z, as in MuJoCo and Isaac Lab' },
});

/** A unit quaternion: it turns a vector of the body into one of the world. */
export interface Quaternion {
	x: number;
	y: number;
	z: number;
	w: number;
}

export function newQuaternion(): Quaternion {
	return { x: 0, y: 0, z: 0, w: 1 };
}

/**
 * Reads four numbers as a unit quaternion into `to`.
 * @throws RangeError when their length is not near 1, such as the zeros of a sensor without orientation.
 */
export function readQuaternion(data: NumberArray, at: number, order: 'xyzw' | 'wxyz', to: Quaternion): void {
	const first = order === 'xyzw' ? at : at + 1;
	const x = data[first] as number;
	const y = data[first + 1] as number;
	const z = data[first + 2] as number;
	const w = data[order === 'xyzw' ? at + 3 : at] as number;
	const length = Math.sqrt(x * x + y * y + z * z + w * w);
	if (!(length > 0.9 && length < 1.1)) {
		throw new RangeError(
			`Expected a quaternion of length 1, got (${x}, ${y}, ${z}, ${w}) of length ${Number(length.toPrecision(4))}`,
		);
	}
	to.x = x / length;
	to.y = y / length;
	to.z = z / length;
	to.w = w / length;
}

/** Fills `to` with the rotation matrix, row by row: column j is axis j of the body in the world. */
export function matrixOf({ x, y, z, w }: Quaternion, to: Float64Array): void {
	to[0] = 1 - 2 * (y * y + z * z);
	to[1] = 2 * (x * y - w * z);
	to[2] = 2 * (x * z + w * y);
	to[3] = 2 * (x * y + w * z);
	to[4] = 1 - 2 * (x * x + z * z);
	to[5] = 2 * (y * z - w * x);
	to[6] = 2 * (x * z - w * y);
	to[7] = 2 * (y * z + w * x);
	to[8] = 1 - 2 * (x * x + y * y);
}

/** Roll, pitch and yaw, rad: turns about the fixed axes x, then y, then z of the world, as in ROS (REP 103). */
export function eulerOf({ x, y, z, w }: Quaternion): [roll: number, pitch: number, yaw: number] {
	const sinPitch = Math.max(-1, Math.min(1, 2 * (w * y - z * x)));
	return [
		Math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)),
		Math.asin(sinPitch),
		Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)),
	];
}

/** The quaternion of roll, pitch and yaw, rad; see `eulerOf`. */
export function fromEuler(roll: number, pitch: number, yaw: number): Quaternion {
	const [cr, sr] = [Math.cos(roll / 2), Math.sin(roll / 2)];
	const [cp, sp] = [Math.cos(pitch / 2), Math.sin(pitch / 2)];
	const [cy, sy] = [Math.cos(yaw / 2), Math.sin(yaw / 2)];
	return {
		x: sr * cp * cy - cr * sp * sy,
		y: cr * sp * cy + sr * cp * sy,
		z: cr * cp * sy - sr * sp * cy,
		w: cr * cp * cy + sr * sp * sy,
	};
}

/**
 * The quaternion of a rotation matrix, row by row, with w >= 0. Of the four ways to take it from the matrix the one
 * that divides by the largest number.
 */
export function fromMatrix(m: ArrayLike<number>, to: Quaternion): void {
	const [m00, m01, m02, m10, m11, m12, m20, m21, m22] = m as unknown as Nine;
	const squares = [1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22, 1 + m00 + m11 + m22];
	const best = squares.indexOf(Math.max(...squares));
	const size = Math.sqrt(squares[best] as number) / 2;
	const part = (value: number) => value / (4 * size);
	to.x = best === 0 ? size : part(best === 1 ? m01 + m10 : best === 2 ? m02 + m20 : m21 - m12);
	to.y = best === 1 ? size : part(best === 0 ? m01 + m10 : best === 2 ? m12 + m21 : m02 - m20);
	to.z = best === 2 ? size : part(best === 0 ? m02 + m20 : best === 1 ? m12 + m21 : m10 - m01);
	to.w = best === 3 ? size : part(best === 0 ? m21 - m12 : best === 1 ? m02 - m20 : m10 - m01);
	if (to.w < 0) {
		to.x = -to.x;
		to.y = -to.y;
		to.z = -to.z;
		to.w = -to.w;
	}
}

type Nine = [number, number, number, number, number, number, number, number, number];
