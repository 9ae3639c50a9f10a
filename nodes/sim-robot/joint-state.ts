import type { Joint, RobotState } from '../../lib/sim/protocol';

const noNumbers: ArrayLike<number> = [];

/**
 * States of a robot as sensor_msgs/msg/JointState. The message is the same object each time: it is serialized at once.
 * Source: sensor_msgs/msg/JointState.msg (rad, rad/s and N m for a hinge; m, m/s and N for a slide).
 */
export function jointStates(joints: readonly Joint[]): (state: RobotState) => object {
	const message = {
		header: { stamp: { sec: 0, nanosec: 0 }, frame_id: '' },
		name: joints.map(({ name }) => name),
		position: noNumbers,
		velocity: noNumbers,
		effort: noNumbers,
	};
	return ({ stamp, position, velocity, effort }) => {
		message.header.stamp.sec = Number(stamp / 1_000_000_000n);
		message.header.stamp.nanosec = Number(stamp % 1_000_000_000n);
		message.position = position;
		message.velocity = velocity;
		message.effort = effort;
		return message;
	};
}
