import { checkTopicName } from '../../lib/ros/names';
import { choice, configNode, number, text } from '../shared/properties';

/** The robots of the package, and an MJCF file of the user's own. */
export const robots = ['cart-pole', 'pendulum', 'file'] as const;

export const properties = {
	name: text(''),
	context: configNode('ros2-context'),
	robot: choice('cart-pole', robots),
	/** The MJCF file of robot `file`, relative to Node-RED's user directory. */
	file: text(''),
	/** Publishes sensor_msgs/msg/JointState. */
	stateTopic: text('/joint_states', checkTopicName),
	/** Takes std_msgs/msg/Float64MultiArray: `data[i]` for actuator i. */
	commandTopic: text('/effort_controller/commands', checkTopicName),
	/** Joint states per second, Hz. */
	rate: number(50, { above: 0, max: 1000, unit: 'Hz' }),
	/** How long a command is held when no other follows, s; 0 for ever. */
	commandTimeout: number(0.5, { min: 0, unit: 's' }),
	/** Longest wait for the command that answers a state, s; 0 for none. */
	lockstep: number(0, { min: 0, max: 60, unit: 's' }),
};
