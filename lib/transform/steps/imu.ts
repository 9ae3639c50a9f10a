import { partsStep, xyz, xyzw } from '../parts';

/** Parts of a sensor_msgs/msg/Imu. */
export const imu = partsStep(
	{
		name: 'imu',
		title: 'Imu',
		help: 'Takes parts of the message of an inertial sensor. For the tilt, let Projected gravity follow the orientation in a term of its own.',
		formula: 'sensor_msgs/msg/Imu → [n]',
	},
	{
		'angular-velocity': { meaning: 'turn rates x, y, z in rad/s', fields: xyz('angular_velocity') },
		'linear-acceleration': { meaning: 'accelerations x, y, z in m/s²', fields: xyz('linear_acceleration') },
		orientation: { meaning: 'quaternion x, y, z, w', fields: xyzw('orientation') },
	},
);
