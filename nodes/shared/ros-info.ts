import type { Stage } from './stages';

/** What `msg.ros` carries from the subscriber to the end of the flow. */
export interface RosInfo {
	/** Message type, such as `sensor_msgs/msg/JointState`. */
	type: string;
	/** The stamp of the sensor reading, from the header of its message; undefined for types without one. */
	stamp: { sec: number; nanosec: number } | undefined;
	/** When the message came: ms since the Unix epoch, with fractions. */
	receivedAt: number;
	/** The ros2-context whose simulated time the stamp is of; undefined: it is of the system's time. */
	clock?: string;
	/** The share of each node that it has passed, in their order; see {@link addStage}. */
	stages?: readonly Stage[];
}

/**
 * What the answer to a request carries. A stamp in its own header is that of a new reading; without one the answer is
 * as old as the reading that was asked about.
 * @param asked what the message with the request carried
 */
export function rosOfAnswer(
	type: string,
	answer: Record<string, unknown>,
	receivedAt: number,
	asked: RosInfo | undefined,
): RosInfo {
	const stamp = stampOf(answer);
	const clock = asked?.clock === undefined ? {} : { clock: asked.clock };
	if (stamp !== undefined || asked?.receivedAt === undefined) return { type, stamp, receivedAt, ...clock };
	return { type, stamp: asked.stamp, receivedAt: asked.receivedAt, ...clock };
}

/** The stamp in the header of a message, if it has one. */
export function stampOf(message: Record<string, unknown>): RosInfo['stamp'] {
	return (message.header as { stamp?: RosInfo['stamp'] } | undefined)?.stamp;
}
