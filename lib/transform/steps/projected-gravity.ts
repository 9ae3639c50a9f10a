import { matrixOf, newQuaternion, orderOption, readQuaternion } from '../quaternion';
import { eachRow } from '../rows-of';
import { defineStep } from '../step';

/** g = Rᵀ (0, 0, −1): where down is, in the frame of the body. [..., 4] -> [..., 3]. */
export const projectedGravity = defineStep({
	name: 'projected-gravity',
	group: 'Geometry',
	title: 'Projected gravity',
	help: 'Gives the direction of gravity in the frame of the body from its orientation: 0, 0, -1 when it stands upright. What walking policies know of their tilt.',
	formula: 'g = Rᵀ · (0, 0, −1)',
	takes: 'tensor',
	gives: 'tensor',
	options: { from: orderOption },
	create({ from }, { output }) {
		const q = newQuaternion();
		const matrix = new Float64Array(9);
		return eachRow(4, 3, 'a quaternion', output, (x, at, out, where) => {
			readQuaternion(x, at, from, q);
			matrixOf(q, matrix);
			// The third row of R, which is the third column of its transpose.
			out[where] = -(matrix[6] as number);
			out[where + 1] = -(matrix[7] as number);
			out[where + 2] = -(matrix[8] as number);
		});
	},
});
