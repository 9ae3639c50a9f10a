/** Ends its process in the way it is told to while a model is at work. Run by closing.test.ts. */
import type { PlacementChoice } from '../../../lib/onnx/placement';
import { processIds } from '../../../lib/onnx/process-host';
import { openSession } from '../../../lib/onnx/session';
import { Tensor } from '../../../lib/tensor/tensor';

const [way, path = '', placement = 'worker'] = process.argv.slice(2);

process.on('exit', () => {
	process.stdout.write('reached the end\n');
});

/** A run that takes long enough to be in the middle of. */
const long = [new Tensor('int64', [], BigInt64Array.from([placement === 'process' ? 2n ** 40n : 30_000n]))];

async function main(): Promise<void> {
	const session = openSession({ path }, { placement: placement as PlacementChoice });
	if (way === 'exit-at-start') {
		session.ready().catch(() => {});
		process.exit(0);
	}
	if (way === 'exit-in-load') {
		session.ready().catch(() => {});
		setTimeout(() => process.exit(0), 40);
		return;
	}
	await session.ready();
	// Once it has answered, the next request is under way before the timer of the way out comes due.
	await session.run([new Tensor('int64', [], BigInt64Array.from([1n]))]);
	for (const pid of processIds()) process.stdout.write(`child ${pid};`);
	switch (way) {
		case 'exit-idle':
			process.exit(0);
			break;
		case 'close':
			await session.close();
			return;
		case 'unguarded':
			process.removeAllListeners('exit');
			break;
	}
	if (way === 'be-killed') {
		void session.run(long);
		setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);
		return;
	}
	if (way === 'hang') {
		void session.run([new Tensor('int64', [], BigInt64Array.from([2n ** 50n]))]);
		setTimeout(() => process.exit(Number(process.argv[5])), 50);
		return;
	}
	void session.run(long);
	setTimeout(() => {
		if (way === 'throw-in-run') throw new Error('reached by nobody');
		if (way === 'close-then-exit') void session.close();
		process.exit(0);
	}, 50);
}

void main();
