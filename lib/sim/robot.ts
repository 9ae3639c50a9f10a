import type { Physics } from './physics';
import type { Push } from './protocol';

/**
 * A robot with its motor driver: holds the last command between messages (zero-order hold) and lets the motors rest
 * when no other came within the timeout. All times are the robot's own, so nothing here depends on a clock: the same
 * commands at the same steps give the same motion.
 */
export class Robot {
	private readonly timeoutSteps: number;
	private stepsSinceCommand = 0;
	private pushSteps = 0;
	private held = false;

	/** @param commandTimeout s; 0 holds a command for ever */
	constructor(
		readonly physics: Physics,
		commandTimeout: number,
	) {
		this.timeoutSteps = commandTimeout === 0 ? Number.POSITIVE_INFINITY : Math.max(1, this.steps(commandTimeout));
	}

	/** Whether a command is held; the motors rest when not. */
	get commanded(): boolean {
		return this.held;
	}

	/** The command from the next step on. */
	command(data: ArrayLike<number>): void {
		this.physics.setCommand(data);
		this.held = true;
		this.stepsSinceCommand = 0;
	}

	/** Pushes from the next step on, at least for one step; a push before it ends. */
	push({ body, force, duration }: Push): void {
		this.physics.setPush(body, force);
		this.pushSteps = Math.max(1, this.steps(duration));
	}

	/** Back to the start; the command and the push end. */
	reset(positions?: readonly (readonly [number, number])[]): void {
		this.physics.reset(positions);
		this.held = false;
		this.pushSteps = 0;
	}

	/**
	 * One step of the simulation.
	 * @returns false when the simulation became unstable; the robot is then back at its start
	 */
	step(): boolean {
		if (this.held && this.stepsSinceCommand >= this.timeoutSteps) {
			this.held = false;
			this.physics.setCommand(new Float64Array(this.physics.description.actuators.length));
		}
		const stable = this.physics.step();
		this.stepsSinceCommand++;
		if (this.pushSteps > 0 && --this.pushSteps === 0) this.physics.endPush();
		if (!stable) this.reset();
		return stable;
	}

	private steps(seconds: number): number {
		return Math.round(seconds / this.physics.description.timestep);
	}
}
