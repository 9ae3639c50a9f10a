import type { NumberArray } from '../elements';
import { fromEuler, fromMatrix, newQuaternion, type Quaternion } from '../quaternion';
import { eachRow } from '../rows-of';
import { choice } from '../schema';
import { defineStep } from '../step';

const forms = {
	euler: 'roll, pitch, yaw in rad, about the fixed axes x, y, z (ROS, REP 103)',
	yaw: 'the heading in rad',
	matrix: 'the nine numbers of a rotation matrix, row by row',
	'6d-columns': 'its first column, then its second, as networks give them: they are made orthogonal',
	'6d-rows': 'its first two columns, row by row',
	'rotation-vector': 'the axis times the angle in rad',
} as const;

const sizes = { euler: 3, yaw: 1, matrix: 9, '6d-columns': 6, '6d-rows': 6, 'rotation-vector': 3 };

/** An orientation in another form as a quaternion: [..., 3 | 1 | 9 | 6] -> [..., 4]. */
export const toQuaternion = defineStep({
	name: 'to-quaternion',
	group: 'Geometry',
	title: 'To a quaternion',
	help: 'Makes a quaternion of an orientation in another form: angles, a rotation matrix, the six numbers that networks give.',
	formula: '[3], [1], [9] or [6] → [4]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		from: choice({ description: 'What comes in.', default: 'euler', prominent: true, choices: forms }),
		to: choice({
			description: 'The order of the four numbers.',
			default: 'xyzw',
			choices: { xyzw: 'x, y, z, w, as in ROS', wxyz: 'w, x, y, z' },
		}),
	},
	create({ from, to }, { output }) {
		const q = newQuaternion();
		const matrix = new Float64Array(9);
		const read = readers[from];
		const [first, last] = to === 'xyzw' ? [0, 3] : [1, 0];
		return eachRow(sizes[from], 4, forms[from], output, (x, at, out, where) => {
			read(x, at, q, matrix);
			out[where + first] = q.x;
			out[where + first + 1] = q.y;
			out[where + first + 2] = q.z;
			out[where + last] = q.w;
		});
	},
});

type Read = (x: NumberArray, at: number, q: Quaternion, matrix: Float64Array) => void;

function element(x: NumberArray, at: number, i: number): number {
	return x[at + i] as number;
}

/** The first two columns, made orthogonal and of length 1 one after the other, and the third across them. */
function sixNumbers(columns: readonly [number, number, number, number, number, number]): Read {
	return (x, at, q, matrix) => {
		const [a0, a1, a2, b0, b1, b2] = columns.map((i) => element(x, at, i)) as [
			number,
			number,
			number,
			number,
			number,
			number,
		];
		const length = Math.hypot(a0, a1, a2);
		const [x0, x1, x2] = [a0 / length, a1 / length, a2 / length];
		const along = x0 * b0 + x1 * b1 + x2 * b2;
		const [c0, c1, c2] = [b0 - along * x0, b1 - along * x1, b2 - along * x2];
		const rest = Math.hypot(c0, c1, c2);
		if (!(length > 1e-6 && rest > 1e-6 * Math.hypot(b0, b1, b2))) {
			throw new RangeError(
				`Expected two columns that are not parallel, got (${a0}, ${a1}, ${a2}) and (${b0}, ${b1}, ${b2})`,
			);
		}
		const [y0, y1, y2] = [c0 / rest, c1 / rest, c2 / rest];
		matrix.set([x0, y0, x1 * y2 - x2 * y1, x1, y1, x2 * y0 - x0 * y2, x2, y2, x0 * y1 - x1 * y0]);
		fromMatrix(matrix, q);
	};
}

const readers: Record<keyof typeof forms, Read> = {
	euler: (x, at, q) => Object.assign(q, fromEuler(element(x, at, 0), element(x, at, 1), element(x, at, 2))),
	yaw: (x, at, q) => Object.assign(q, fromEuler(0, 0, element(x, at, 0))),
	matrix: (x, at, q, matrix) => {
		for (let i = 0; i < 9; i++) matrix[i] = element(x, at, i);
		checkRotation(matrix);
		fromMatrix(matrix, q);
	},
	'6d-columns': sixNumbers([0, 1, 2, 3, 4, 5]),
	'6d-rows': sixNumbers([0, 2, 4, 1, 3, 5]),
	'rotation-vector': (x, at, q) => {
		const angle = Math.hypot(element(x, at, 0), element(x, at, 1), element(x, at, 2));
		const factor = angle < 1e-12 ? 0.5 : Math.sin(angle / 2) / angle;
		q.x = element(x, at, 0) * factor;
		q.y = element(x, at, 1) * factor;
		q.z = element(x, at, 2) * factor;
		q.w = Math.cos(angle / 2);
	},
};

/** @throws RangeError when the rows are not of length 1 and across each other, or it mirrors. */
function checkRotation(m: Float64Array): void {
	const at = (i: number) => m[i] as number;
	const dot = (i: number, k: number) => at(i) * at(k) + at(i + 1) * at(k + 1) + at(i + 2) * at(k + 2);
	const isOrthogonal = [dot(0, 0) - 1, dot(3, 3) - 1, dot(6, 6) - 1, dot(0, 3), dot(0, 6), dot(3, 6)].every(
		(rest) => Math.abs(rest) < 0.05,
	);
	const third = at(0) * (at(4) * at(8) - at(5) * at(7)) - at(1) * (at(3) * at(8) - at(5) * at(6));
	const determinant = third + at(2) * (at(3) * at(7) - at(4) * at(6));
	if (isOrthogonal && determinant > 0) return;
	throw new RangeError(
		`Expected a rotation matrix, got one with the rows ${[0, 3, 6].map((i) => `(${at(i)}, ${at(i + 1)}, ${at(i + 2)})`).join(', ')}`,
	);
}
