import type { NumberArray } from '../elements';
import { eulerOf, matrixOf, newQuaternion, orderOption, readQuaternion } from '../quaternion';
import { eachRow } from '../rows-of';
import { choice, flag } from '../schema';
import { defineStep } from '../step';

const forms = {
	xyzw: 'a quaternion x, y, z, w',
	wxyz: 'a quaternion w, x, y, z',
	euler: 'roll, pitch, yaw in rad, about the fixed axes x, y, z (ROS, REP 103)',
	yaw: 'the heading in rad',
	matrix: 'the nine numbers of the rotation matrix, row by row',
	'6d-columns': 'its first column, then its second',
	'6d-rows': 'its first two columns, row by row (`R[:, :2].flatten()`)',
	'rotation-vector': 'the axis times the angle in rad',
} as const;

const sizes = { xyzw: 4, wxyz: 4, euler: 3, yaw: 1, matrix: 9, '6d-columns': 6, '6d-rows': 6, 'rotation-vector': 3 };

/** An orientation in another form: [..., 4] -> [..., 4 | 3 | 1 | 9 | 6]. A quaternion that is not of length 1 is refused. */
export const quaternion = defineStep({
	name: 'quaternion',
	group: 'Geometry',
	title: 'Convert a quaternion',
	help: 'Gives an orientation in the form the policy was trained with. Robots publish x, y, z, w; most simulators write w, x, y, z.',
	formula: '[4] → [4], [3], [1], [9] or [6]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		from: orderOption,
		to: choice({ description: 'What to give.', choices: forms, prominent: true }),
		positiveW: flag({ description: 'Of the two quaternions of the same orientation give the one with w >= 0.' }),
	},
	create({ from, to, positiveW }, { output }) {
		const q = newQuaternion();
		const matrix = new Float64Array(9);
		const write = writers[to];
		return eachRow(4, sizes[to], 'a quaternion', output, (x, at, out, where) => {
			readQuaternion(x, at, from, q);
			if (positiveW && q.w < 0) {
				q.x = -q.x;
				q.y = -q.y;
				q.z = -q.z;
				q.w = -q.w;
			}
			write(q, matrix, out, where);
		});
	},
});

type Write = (q: ReturnType<typeof newQuaternion>, matrix: Float64Array, out: NumberArray, at: number) => void;

function put(out: NumberArray, at: number, values: readonly number[]): void {
	for (let i = 0; i < values.length; i++) out[at + i] = values[i] as number;
}

function elementsOfMatrix(indexes: readonly number[]): Write {
	return (q, matrix, out, at) => {
		matrixOf(q, matrix);
		for (let i = 0; i < indexes.length; i++) out[at + i] = matrix[indexes[i] as number] as number;
	};
}

const writers: Record<keyof typeof forms, Write> = {
	xyzw: ({ x, y, z, w }, _matrix, out, at) => put(out, at, [x, y, z, w]),
	wxyz: ({ x, y, z, w }, _matrix, out, at) => put(out, at, [w, x, y, z]),
	euler: (q, _matrix, out, at) => put(out, at, eulerOf(q)),
	yaw: (q, _matrix, out, at) => put(out, at, [eulerOf(q)[2]]),
	matrix: elementsOfMatrix([0, 1, 2, 3, 4, 5, 6, 7, 8]),
	'6d-columns': elementsOfMatrix([0, 3, 6, 1, 4, 7]),
	'6d-rows': elementsOfMatrix([0, 1, 3, 4, 6, 7]),
	'rotation-vector': ({ x, y, z, w }, _matrix, out, at) => {
		const sine = Math.hypot(x, y, z);
		const sign = w < 0 ? -1 : 1;
		const factor = sine < 1e-12 ? 2 * sign : (2 * sign * Math.atan2(sine, Math.abs(w))) / sine;
		put(out, at, [x * factor, y * factor, z * factor]);
	},
};
