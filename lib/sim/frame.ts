import type { RobotDescription } from './protocol';

/**
 * Layout of a frame: what the picture of a robot is drawn from, as one row of float32 so that it goes to the browser
 * as it is. Browser-safe.
 */
export interface FrameLayout {
	/** Length of a frame. */
	readonly length: number;
	/** Robot's own time, s. */
	readonly time: 0;
	/** Position by joint. */
	readonly position: number;
	/** Velocity by joint. */
	readonly velocity: number;
	/** Command by actuator as it acts: clamped, 0 after the timeout. */
	readonly command: number;
	/** 1 while a command is held, 0 when the motors rest. */
	readonly commanded: number;
	/** Where the first actuator's joint is (3), then where the push acts (3), then the force of the push (3, N). */
	readonly driven: number;
	readonly pushPoint: number;
	readonly pushForce: number;
	/** Position (3) and orientation matrix by rows (9) of each geom that moves, in the order of the description. */
	readonly poses: number;
}

/** Numbers of a pose: a position and a matrix by rows. */
export const poseLength = 12;

/** Where things are in the frames of this robot. */
export function frameLayout(robot: Pick<RobotDescription, 'joints' | 'actuators' | 'geoms'>): FrameLayout {
	const position = 1;
	const velocity = position + robot.joints.length;
	const command = velocity + robot.joints.length;
	const commanded = command + robot.actuators.length;
	const driven = commanded + 1;
	const poses = driven + 9;
	const moving = robot.geoms.filter((geom) => geom.pose === undefined).length;
	return {
		length: poses + moving * poseLength,
		time: 0,
		position,
		velocity,
		command,
		commanded,
		driven,
		pushPoint: driven + 3,
		pushForce: driven + 6,
		poses,
	};
}
