import { partsStep, xyz, xyzw } from '../parts';

const pose = 'pose.pose';
const twist = 'twist.twist';

/** Parts of a nav_msgs/msg/Odometry. */
export const odometry = partsStep(
	{
		name: 'odometry',
		title: 'Odometry',
		help: 'Takes parts of the message of where a robot is and how it moves. The velocity is in the frame of the body.',
		formula: 'nav_msgs/msg/Odometry → [n]',
	},
	{
		position: { meaning: 'x, y, z in m', fields: xyz(`${pose}.position`) },
		'position-2d': { meaning: 'x, y in m', fields: xyz(`${pose}.position`).slice(0, 2) },
		orientation: { meaning: 'quaternion x, y, z, w', fields: xyzw(`${pose}.orientation`) },
		'linear-velocity': { meaning: 'velocity x, y, z in m/s', fields: xyz(`${twist}.linear`) },
		'angular-velocity': { meaning: 'turn rates x, y, z in rad/s', fields: xyz(`${twist}.angular`) },
		'planar-velocity': {
			meaning: 'forward m/s, left m/s, turn rad/s',
			fields: [`${twist}.linear.x`, `${twist}.linear.y`, `${twist}.angular.z`],
		},
	},
);
