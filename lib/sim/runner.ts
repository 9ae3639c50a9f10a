import { frameLayout } from './frame';
import { Pacer } from './pacer';
import type { RobotState } from './protocol';
import type { Robot } from './robot';

/** The clocks of a runner, injected. */
export interface Clocks {
	/** A clock that only goes forward, s. */
	monotonic(): number;
	/** Nanoseconds since the Unix epoch. */
	wall(): bigint;
}

/** Who is told what happens in a run. */
export interface Listener {
	onState(state: RobotState): void;
	/** Only while watched. The frame is new each time. */
	onFrame(frame: Float32Array): void;
	onUnstable(time: number): void;
}

/** Pictures per second while somebody watches. */
const frameRate = 30;

/**
 * Runs a robot in real time, woken by its owner: `advance()` makes the steps that are due, tells of states and frames
 * on the way, and `wait` says when it should be woken next. Commands are to be preceded by advance(), so that each
 * acts from the very step in which it came, however seldom the runner is woken.
 */
export class Runner {
	private readonly pacer: Pacer;
	private readonly frameLength: number;
	private readonly stateEvery: number;
	private readonly frameEvery: number;
	private states = 1;
	private nextState: number;
	private nextFrame = Number.POSITIVE_INFINITY;
	private answered = true;
	private lastCommand = Number.NEGATIVE_INFINITY;

	/**
	 * @param rate states per second, Hz
	 * @param lockstep how long the robot's time stands still before the next state until the last one was answered by a
	 * command, s; it runs freely when no command came for that long. 0: it never waits
	 */
	constructor(
		private readonly robot: Robot,
		rate: number,
		private readonly lockstep: number,
		private readonly clocks: Clocks,
		private readonly listener: Listener,
	) {
		const { timestep } = robot.physics.description;
		if (rate * timestep > 1 + 1e-9) {
			throw new RangeError(
				`Expected \`rate\` to be a number <= ${1 / timestep} (Hz), one state per step of ${timestep} s, got ${rate}`,
			);
		}
		this.pacer = new Pacer(timestep, clocks.monotonic);
		this.frameLength = frameLayout(robot.physics.description).length;
		this.stateEvery = 1 / rate / timestep;
		this.frameEvery = Math.max(1, Math.round(1 / frameRate / timestep));
		this.nextState = Math.round(this.stateEvery);
	}

	/** Makes the steps that are due. */
	advance(): void {
		for (let due = this.pacer.due(); due > 0; due--) {
			if (this.patience > 0) {
				this.pacer.hold();
				return;
			}
			const before = this.robot.physics.time;
			const stable = this.robot.step();
			this.pacer.count();
			if (!stable) this.listener.onUnstable(before);
			if (this.pacer.steps >= this.nextState) {
				// By the count of states, as a rate need not be a whole number of steps.
				this.nextState = Math.round(++this.states * this.stateEvery);
				this.answered = false;
				this.listener.onState(this.state());
			}
			if (this.pacer.steps >= this.nextFrame) {
				this.nextFrame = this.pacer.steps + this.frameEvery;
				const frame = new Float32Array(this.frameLength);
				this.robot.physics.readFrame(frame, this.robot.commanded);
				this.listener.onFrame(frame);
			}
		}
	}

	/** The command from the next step on. */
	command(data: ArrayLike<number>): void {
		this.robot.command(data);
		this.answered = true;
		this.lastCommand = this.clocks.monotonic();
	}

	/** Seconds until something is to be told or a wait for a command ends; 0 when it is overdue. */
	get wait(): number {
		const patience = this.patience;
		if (patience > 0) return patience;
		return Math.max(0, this.pacer.until(Math.min(this.nextState, this.nextFrame)));
	}

	/** Frames begin or end. */
	watch(on: boolean): void {
		this.nextFrame = on ? this.pacer.steps + 1 : Number.POSITIVE_INFINITY;
	}

	/** Seconds that the next step may still wait for a command; 0 or less when it need not. */
	private get patience(): number {
		if (this.lockstep === 0 || this.answered || this.pacer.steps + 1 < this.nextState) return 0;
		return this.lastCommand + this.lockstep - this.clocks.monotonic();
	}

	private state(): RobotState {
		const count = this.robot.physics.description.joints.length;
		const [position, velocity, effort] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
		this.robot.physics.readJoints(position, velocity, effort);
		// The moment that the state stands for, which is a little before the moment at which it is computed.
		const stamp = this.clocks.wall() - BigInt(Math.round(this.pacer.late * 1e9));
		const { time } = this.robot.physics;
		return {
			stamp,
			time,
			position,
			velocity,
			effort,
			commanded: this.robot.commanded,
			behind: this.pacer.behind,
		};
	}
}
