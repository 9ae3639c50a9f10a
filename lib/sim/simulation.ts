import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BriefError, checkArray, checkNumber, checkObject, checkString, show } from '../check';
import { compileMujoco } from './mujoco';
import type {
	FromWorker,
	Push,
	RobotDescription,
	RobotState,
	SimulationOptions,
	ToWorker,
	WorkerData,
} from './protocol';

export interface SimulationEvents {
	/** `rate` times a second. */
	onState(state: RobotState): void;
	/** The simulation cannot go on, or went wrong and was reset; the message says which. */
	onError(error: Error): void;
}

/** What `push` takes; everything has a default. */
export interface PushOptions {
	/** Name of the body. Default: the last one of the MJCF, such as the pole on its cart. */
	body?: string;
	/**
	 * Force along the world's x, y, z, N. Default: what would change the speed of the body by 0.5 m/s along x if it
	 * were free, to the right and to the left in turn.
	 */
	force?: readonly [number, number, number];
	/** How long, s of the robot's own time, up to 10. Default: 0.1. */
	duration?: number;
}

const defaultPush = { speed: 0.5, duration: 0.1 };

/** A simulated robot in a thread of its own, in real time. `close()` ends the thread. */
export class Simulation {
	private sign = -1;
	private failure: Error | undefined;
	private closed = false;
	private readonly watchers = new Set<(frame: Float32Array) => void>();

	private constructor(
		private readonly worker: Worker,
		/** Joints, actuators, bodies and shapes of the robot. */
		readonly description: RobotDescription,
		private readonly events: SimulationEvents,
	) {
		worker.on('message', (message: FromWorker) => this.receive(message));
		worker.on('error', (error) => this.fail(error));
		worker.on('exit', () => this.fail('its thread has ended'));
	}

	/**
	 * Starts a robot.
	 * @throws TypeError, RangeError when an option is wrong; BriefError with MuJoCo's own words when the MJCF is
	 */
	static async start(options: SimulationOptions, events: SimulationEvents): Promise<Simulation> {
		const checked: Required<SimulationOptions> = {
			xml: checkString('xml', options.xml),
			rate: checkNumber('rate', options.rate ?? 50, { above: 0, unit: 'Hz' }),
			commandTimeout: checkNumber('commandTimeout', options.commandTimeout ?? 0.5, { min: 0, unit: 's' }),
			lockstep: checkNumber('lockstep', options.lockstep ?? 0, { min: 0, unit: 's' }),
		};
		const data: WorkerData = { options: checked, mujoco: await compileMujoco() };
		const worker = new Worker(join(__dirname, 'worker.js'), { workerData: data, name: 'sim-robot' });
		try {
			return new Simulation(worker, await firstWord(worker), events);
		} catch (error) {
			await worker.terminate();
			throw error;
		}
	}

	/**
	 * Commands the actuators, in the order of the description and in their units; each is clamped to its range.
	 * @throws RangeError when the length is wrong or a number is not finite; the last command then stays
	 */
	command(values: ArrayLike<number>): void {
		const { actuators } = this.description;
		if (values.length !== actuators.length) {
			const names = actuators.map(({ name }) => name).join(', ');
			throw new RangeError(
				`Expected the command to have ${actuators.length} numbers, one per actuator (${names}), got ${values.length}`,
			);
		}
		const data = Float64Array.from(values);
		for (const [i, value] of data.entries()) {
			if (!Number.isFinite(value)) {
				throw new RangeError(
					`Expected the command \`data[${i}]\` (${actuators[i]!.name}) to be a finite number, got ${show(values[i])}`,
				);
			}
		}
		this.send({ kind: 'command', data });
	}

	/**
	 * Puts the robot back to its start; command and push end.
	 * @param positions positions of joints that differ from that, by name, rad or m
	 * @throws RangeError when there is no such joint, or the position is outside of its range
	 */
	reset(positions: Readonly<Record<string, number>> = {}): void {
		const { joints } = this.description;
		const known = joints.map(({ name }) => name);
		this.send({
			kind: 'reset',
			positions: Object.entries(checkObject('positions', positions)).map(([name, value]) => {
				const index = indexOf('positions', name, known);
				const { kind, range } = joints[index]!;
				const limits = range ? { min: range[0], max: range[1] } : {};
				return [
					index,
					checkNumber(`positions.${name}`, value, { ...limits, unit: kind === 'hinge' ? 'rad' : 'm' }),
				] as const;
			}),
		});
	}

	/**
	 * Pushes a body; a push that is still on ends.
	 * @throws TypeError, RangeError when there is no such body or a number is wrong
	 */
	push(options: PushOptions = {}): void {
		const { bodies } = this.description;
		const body =
			options.body === undefined
				? bodies.length - 1
				: indexOf(
						'body',
						checkString('body', options.body),
						bodies.map(({ name }) => name),
					);
		const duration = checkNumber('duration', options.duration ?? defaultPush.duration, {
			above: 0,
			max: 10,
			unit: 's',
		});
		this.send({ kind: 'push', push: { body, force: this.pushForce(options.force, body, duration), duration } });
	}

	/**
	 * Frames for drawing, some 30 per second until the returned function is called. They are shared between all who
	 * watch: do not write into them. Layout: frame.ts.
	 */
	watch(onFrame: (frame: Float32Array) => void): () => void {
		const watcher = (frame: Float32Array) => onFrame(frame);
		this.watchers.add(watcher);
		if (this.watchers.size === 1) this.send({ kind: 'watch', on: true });
		return () => {
			if (this.watchers.delete(watcher) && this.watchers.size === 0 && !this.failure && !this.closed) {
				this.send({ kind: 'watch', on: false });
			}
		};
	}

	/** Ends the thread, at whatever it is. May be called more than once. */
	async close(): Promise<void> {
		this.closed = true;
		this.watchers.clear();
		await this.worker.terminate();
	}

	private pushForce(force: PushOptions['force'], body: number, duration: number): Push['force'] {
		if (force === undefined) {
			this.sign = -this.sign;
			return [(this.sign * this.description.bodies[body]!.mass * defaultPush.speed) / duration, 0, 0];
		}
		const checked = checkArray('force', force, (name, value) => checkNumber(name, value, { unit: 'N' }));
		if (checked.length !== 3) {
			throw new RangeError(`Expected \`force\` to be an array of 3 numbers (x, y, z in N), got ${checked.length}`);
		}
		return checked as unknown as Push['force'];
	}

	private send(message: ToWorker): void {
		if (this.closed) throw new Error('The simulation is closed');
		if (this.failure) throw this.failure;
		this.worker.postMessage(message);
	}

	private receive(message: FromWorker): void {
		// What was on its way when the simulation was closed is not told any more.
		if (this.closed) return;
		if (message.kind === 'state') this.events.onState(message.state);
		else if (message.kind === 'frame') for (const watcher of this.watchers) watcher(message.frame);
		else if (message.kind === 'unstable') {
			this.events.onError(
				new BriefError(
					'unstable, reset',
					`The simulation became unstable at ${message.time.toFixed(3)} s and was reset: forces too large for its ` +
						`timestep of ${this.description.timestep} s. Limit the actuators (ctrlrange) or take a smaller timestep.`,
				),
			);
		}
	}

	private fail(error: unknown): void {
		if (this.closed || this.failure) return;
		const message = `The simulation has stopped: ${error instanceof Error ? error.message : String(error)}`;
		this.failure = new BriefError('simulation stopped', message, { cause: error });
		this.events.onError(this.failure);
	}
}

/** The description of a robot that has started, or why it has not. */
function firstWord(worker: Worker): Promise<RobotDescription> {
	return new Promise((resolve, reject) => {
		const onMessage = (message: FromWorker) => {
			off();
			if (message.kind === 'ready') resolve(message.description);
			else if (message.kind === 'failed') reject(new BriefError(message.brief, message.message));
		};
		const onError = (error: Error) => {
			off();
			reject(error);
		};
		const onExit = () => onError(new Error('The simulation ended before it began'));
		const off = () => worker.off('message', onMessage).off('error', onError).off('exit', onExit);
		worker.on('message', onMessage).on('error', onError).on('exit', onExit);
	});
}

function indexOf(what: string, name: string, known: readonly string[]): number {
	const index = known.indexOf(name);
	if (index < 0) {
		throw new RangeError(`Expected \`${what}\` to name one of ${known.join(', ')}, got ${show(name)}`);
	}
	return index;
}
