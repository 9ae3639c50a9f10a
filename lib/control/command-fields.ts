/** A group of values that a kind of command carries. */
export interface CommandField {
	/** As {@link FieldLimits.path}. */
	readonly path: string;
	/** Unit of the values; empty where the receiver decides. */
	readonly unit: string;
}

const twist = (prefix: string): CommandField[] => [
	...['x', 'y', 'z'].map((axis) => ({ path: `${prefix}linear.${axis}`, unit: 'm/s' })),
	...['x', 'y', 'z'].map((axis) => ({ path: `${prefix}angular.${axis}`, unit: 'rad/s' })),
];
const ackermann = (prefix: string): CommandField[] => [
	{ path: `${prefix}speed`, unit: 'm/s' },
	{ path: `${prefix}acceleration`, unit: 'm/s^2' },
	{ path: `${prefix}jerk`, unit: 'm/s^3' },
	{ path: `${prefix}steering_angle`, unit: 'rad' },
	{ path: `${prefix}steering_angle_velocity`, unit: 'rad/s' },
];
const data: CommandField[] = [{ path: 'data', unit: '' }];

/** The values of the kinds of command that actuators take, by ROS message type. */
export const commandFields: Readonly<Record<string, readonly CommandField[]>> = {
	'geometry_msgs/msg/Twist': twist(''),
	'geometry_msgs/msg/TwistStamped': twist('twist.'),
	'ackermann_msgs/msg/AckermannDrive': ackermann(''),
	'ackermann_msgs/msg/AckermannDriveStamped': ackermann('drive.'),
	'sensor_msgs/msg/JointState': [
		{ path: 'position', unit: 'rad, m' },
		{ path: 'velocity', unit: 'rad/s, m/s' },
		{ path: 'effort', unit: 'N m, N' },
	],
	'trajectory_msgs/msg/JointTrajectory': [
		{ path: 'points[:].positions', unit: 'rad, m' },
		{ path: 'points[:].velocities', unit: 'rad/s, m/s' },
		{ path: 'points[:].accelerations', unit: 'rad/s^2, m/s^2' },
		{ path: 'points[:].effort', unit: 'N m, N' },
	],
	'std_msgs/msg/Float64MultiArray': data,
	'std_msgs/msg/Float32MultiArray': data,
	'std_msgs/msg/Float64': data,
	'std_msgs/msg/Float32': data,
};
