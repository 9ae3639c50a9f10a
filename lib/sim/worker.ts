/** The thread of one robot: MuJoCo paced to real time. Its other side is simulation.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { BriefError } from '../check';
import { instantiateMujoco } from './mujoco';
import { Physics } from './physics';
import type { FromWorker, ToWorker, WorkerData } from './protocol';
import { Robot } from './robot';
import { type Clocks, Runner } from './runner';

const port = parentPort!;
const tell = (message: FromWorker) => port.postMessage(message);

/** Milliseconds from the monotonic clock to the wall clock. */
let epoch = Date.now() - performance.now();

const clocks: Clocks = {
	monotonic: () => performance.now() / 1000,
	wall() {
		// Finer than the whole milliseconds of Date.now(), yet following it when somebody sets the clock.
		if (Math.abs(epoch + performance.now() - Date.now()) > 5) epoch = Date.now() - performance.now();
		return BigInt(Math.round((epoch + performance.now()) * 1000)) * 1000n;
	},
};

/**
 * Everything goes through the event loop: it sleeps until the next state is due or a message comes, and either way
 * first makes the steps up to now. So it costs as many wake-ups as it has states, not as many as it has steps.
 */
function run(robot: Robot, rate: number, lockstep: number): void {
	const runner = new Runner(robot, rate, lockstep, clocks, {
		onState: (state) => tell({ kind: 'state', state }),
		onFrame: (frame) => tell({ kind: 'frame', frame }),
		onUnstable: (time) => tell({ kind: 'unstable', time }),
	});
	const act = (message: ToWorker) => {
		switch (message.kind) {
			case 'command':
				return runner.command(message.data);
			case 'reset':
				return robot.reset(message.positions);
			case 'push':
				return robot.push(message.push);
			case 'watch':
				return runner.watch(message.on);
		}
	};
	let timer: NodeJS.Timeout;
	const wake = () => {
		runner.advance();
		clearTimeout(timer);
		// Rounded up: a timer cut to whole milliseconds would wake too early, and then once more.
		timer = setTimeout(wake, Math.ceil(runner.wait * 1000));
	};
	port.on('message', (message: ToWorker) => {
		runner.advance();
		act(message);
		wake();
	});
	tell({ kind: 'ready', description: robot.physics.description });
	wake();
}

const { options, mujoco } = workerData as WorkerData;
instantiateMujoco(mujoco)
	.then((instance) =>
		run(new Robot(new Physics(instance, options.xml), options.commandTimeout), options.rate, options.lockstep),
	)
	.catch((error) => {
		const brief =
			error instanceof BriefError ? error.brief : error instanceof RangeError ? 'bad settings' : 'cannot simulate';
		tell({ kind: 'failed', brief, message: error instanceof Error ? error.message : String(error) });
	});
