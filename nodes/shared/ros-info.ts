import type { Stage } from './stages';

/** What `msg.ros` carries from the subscriber to the end of the flow. */
export interface RosInfo {
	/** Message type, such as `sensor_msgs/msg/JointState`. */
	type: string;
	/** The stamp of the sensor reading, from the header of its message; undefined for types without one. */
	stamp: { sec: number; nanosec: number } | undefined;
	/** When the message came: ms since the Unix epoch, with fractions. */
	receivedAt: number;
	/** The share of each node that it has passed, in their order; see {@link addStage}. */
	stages?: readonly Stage[];
}
