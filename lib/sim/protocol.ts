/**
 * What a simulated robot is, and the messages between the two sides of its thread. Types only: the page that draws
 * the robot in the browser imports them too.
 */

/** A joint of one degree of freedom. Ball and free joints are simulated but have no place in a JointState. */
export interface Joint {
	/** Its name in the MJCF; `joint0`, `joint1` ... when it has none. */
	readonly name: string;
	/** A hinge has rad, rad/s and N m, a slide m, m/s and N. */
	readonly kind: 'hinge' | 'slide';
	/** Limits of the position, when the MJCF limits it. */
	readonly range?: readonly [number, number];
}

export interface Actuator {
	/** Its name in the MJCF; `actuator0`, `actuator1` ... when it has none. */
	readonly name: string;
	/** Limits of the command (`ctrlrange`), when the MJCF limits it. */
	readonly range?: readonly [number, number];
}

/** A body that can be pushed. */
export interface Body {
	readonly name: string;
	/** Mass in kg. */
	readonly mass: number;
}

/** A shape to draw. Sizes are half lengths and radii in m, as MuJoCo's `geom_size` has them for this kind. */
export interface Geom {
	readonly kind: 'plane' | 'sphere' | 'capsule' | 'ellipsoid' | 'cylinder' | 'box';
	readonly size: readonly [number, number, number];
	/** Red, green, blue, alpha; 0 to 1. */
	readonly rgba: readonly [number, number, number, number];
	/** World position (3) and orientation matrix by rows (9) of a shape that never moves. The others come in frames. */
	readonly pose?: readonly number[];
}

/** A joint that an actuator moves. */
export interface Drive {
	readonly kind: 'hinge' | 'slide';
	/** Direction in the world along which, or about which, a positive command acts. */
	readonly axis: readonly [number, number, number];
}

/** What does not change while a robot runs. */
export interface RobotDescription {
	/** The model's name in the MJCF. */
	readonly model: string;
	/** Length of a step of the simulation in s. */
	readonly timestep: number;
	/** In MJCF order: the order of a JointState. */
	readonly joints: readonly Joint[];
	/** In MJCF order: the order of a command. */
	readonly actuators: readonly Actuator[];
	readonly bodies: readonly Body[];
	readonly geoms: readonly Geom[];
	/** What the first actuator moves, when that is a joint: its force or torque is drawn there. */
	readonly drive?: Drive;
	/** The part of the x-z plane that the robot can reach with its surroundings: left, bottom, right, top, m. */
	readonly bounds: readonly [number, number, number, number];
}

/** How a simulation runs. */
export interface SimulationOptions {
	/** The robot as MJCF text. */
	readonly xml: string;
	/** Joint states per second, Hz; at most one per step of the simulation. Default: 50. */
	readonly rate?: number;
	/**
	 * How long a command is held when no other follows, in s of the robot's own time; then all commands are 0, as a
	 * motor driver's watchdog does it. 0 holds for ever. Default: 0.5.
	 */
	readonly commandTimeout?: number;
	/**
	 * Lockstep: how long the robot's time stands still before the next state until the last state was answered by a
	 * command, s. It runs freely when no command came for that long. Default: 0, it never waits.
	 */
	readonly lockstep?: number;
}

/** The joints of a robot at one moment. */
export interface RobotState {
	/** Wall-clock time that the state stands for, nanoseconds since the Unix epoch. */
	readonly stamp: bigint;
	/** Robot's own time since its reset, s. */
	readonly time: number;
	/** rad or m, by joint. */
	readonly position: Float64Array;
	/** rad/s or m/s, by joint. */
	readonly velocity: Float64Array;
	/** N m or N that the actuators exert, by joint. */
	readonly effort: Float64Array;
	/** Whether a command is held; false when there was none within the timeout and the motors rest. */
	readonly commanded: boolean;
	/** Seconds by which the robot's time has fallen behind real time since it started; 0 on a machine fast enough. */
	readonly behind: number;
}

/** A push: a force at a body's centre of mass for a while. */
export interface Push {
	/** Index into the description's bodies. */
	readonly body: number;
	/** Force along the world's x, y, z, N. */
	readonly force: readonly [number, number, number];
	/** How long, s of the robot's own time. */
	readonly duration: number;
}

/** To the thread. The main side has checked everything in it. */
export type ToWorker =
	| { readonly kind: 'command'; readonly data: Float64Array }
	/** Positions by joint index; the other joints take their initial position. */
	| { readonly kind: 'reset'; readonly positions: readonly (readonly [number, number])[] }
	| { readonly kind: 'push'; readonly push: Push }
	/** Frames flow only while somebody watches. */
	| { readonly kind: 'watch'; readonly on: boolean };

/** From the thread. */
export type FromWorker =
	| { readonly kind: 'ready'; readonly description: RobotDescription }
	| { readonly kind: 'failed'; readonly brief: string; readonly message: string }
	| { readonly kind: 'state'; readonly state: RobotState }
	/** See frame.ts for what is where. */
	| { readonly kind: 'frame'; readonly frame: Float32Array }
	/** The numbers went beyond all bounds; the robot has been reset. */
	| { readonly kind: 'unstable'; readonly time: number };

/** What the thread is started with. */
export interface WorkerData {
	readonly options: Required<SimulationOptions>;
	/** MuJoCo, compiled once for all threads. */
	readonly mujoco: object;
}
