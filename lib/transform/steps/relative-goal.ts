import { eachRow } from '../rows-of';
import { choice } from '../schema';
import { defineStep } from '../step';
import { wrap } from './wrap-angle';

const forms = {
	polar: 'distance and bearing: 0 rad straight ahead, positive to the left',
	cartesian: 'x ahead and y to the left, in the frame of the robot',
	'sin-cos': 'distance, sine and cosine of the bearing',
} as const;

/** Where a goal is as seen from the robot: [..., 5], x, y, yaw of the robot and x, y of the goal, -> [..., 2 | 3]. */
export const relativeGoal = defineStep({
	name: 'relative-goal',
	group: 'Geometry',
	title: 'Goal seen from the robot',
	help: 'Gives where a goal is as seen from the robot. The tensor holds x, y and yaw of the robot, then x and y of the goal, in the same frame: select or stack them in this order.',
	formula: '[x, y, yaw, goal x, goal y] → [distance, bearing]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		form: choice({ description: 'What to give.', default: 'polar', choices: forms, prominent: true }),
	},
	create({ form }, { output }) {
		return eachRow(5, form === 'sin-cos' ? 3 : 2, 'x, y, yaw, goal x, goal y', output, (p, at, out, where) => {
			const dx = (p[at + 3] as number) - (p[at] as number);
			const dy = (p[at + 4] as number) - (p[at + 1] as number);
			const yaw = p[at + 2] as number;
			if (form === 'cartesian') {
				out[where] = Math.cos(yaw) * dx + Math.sin(yaw) * dy;
				out[where + 1] = -Math.sin(yaw) * dx + Math.cos(yaw) * dy;
				return;
			}
			const bearing = wrap(Math.atan2(dy, dx) - yaw);
			out[where] = Math.hypot(dx, dy);
			out[where + 1] = form === 'polar' ? bearing : Math.sin(bearing);
			if (form === 'sin-cos') out[where + 2] = Math.cos(bearing);
		});
	},
});
