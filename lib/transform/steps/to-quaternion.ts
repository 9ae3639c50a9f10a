import { fromEuler } from '../quaternion';
import { eachRow } from '../rows-of';
import { choice } from '../schema';
import { defineStep } from '../step';

/** Roll, pitch, yaw, or yaw alone, as a quaternion: [..., 3 | 1] -> [..., 4]. */
export const toQuaternion = defineStep({
	name: 'to-quaternion',
	group: 'Geometry',
	title: 'Angles to a quaternion',
	help: 'Makes a quaternion of roll, pitch and yaw in rad, about the fixed axes x, y, z as in ROS, or of a heading alone.',
	formula: '[roll, pitch, yaw] → [x, y, z, w]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		from: choice({
			description: 'What comes in.',
			default: 'euler',
			prominent: true,
			choices: { euler: 'roll, pitch, yaw in rad', yaw: 'the heading in rad' },
		}),
		to: choice({
			description: 'The order of the four numbers.',
			default: 'xyzw',
			choices: { xyzw: 'x, y, z, w, as in ROS', wxyz: 'w, x, y, z' },
		}),
	},
	create({ from, to }, { output }) {
		const isYaw = from === 'yaw';
		const [first, last] = to === 'xyzw' ? [0, 3] : [1, 0];
		return eachRow(isYaw ? 1 : 3, 4, isYaw ? 'yaw' : 'roll, pitch, yaw', output, (x, at, out, where) => {
			const q = isYaw
				? fromEuler(0, 0, x[at] as number)
				: fromEuler(x[at] as number, x[at + 1] as number, x[at + 2] as number);
			out[where + first] = q.x;
			out[where + first + 1] = q.y;
			out[where + first + 2] = q.z;
			out[where + last] = q.w;
		});
	},
});
