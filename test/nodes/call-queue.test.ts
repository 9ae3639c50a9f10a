import assert from 'node:assert/strict';
import { CallQueue } from '../../nodes/ros2-service-call/call-queue';

/** A task that ends when it is told to. */
function task() {
	let end!: (value: string) => void;
	let fail!: (error: Error) => void;
	const ended = new Promise<string>((resolve, reject) => {
		end = resolve;
		fail = reject;
	});
	const run = () => {
		state.started = true;
		return ended;
	};
	const state = { started: false, run, end, fail };
	return state;
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the queue of calls', () => {
	it('lets as many run as it may, and the others in the order they came', async () => {
		const queue = new CallQueue(2, 10);
		const tasks = [task(), task(), task(), task()];
		const results = tasks.map(({ run }) => queue.run(run));
		await turn();
		assert.deepEqual(
			tasks.map(({ started }) => started),
			[true, true, false, false],
		);
		assert.equal(queue.size, 4);
		tasks[1]?.end('b');
		assert.equal(await results[1], 'b');
		await turn();
		assert.deepEqual(
			tasks.map(({ started }) => started),
			[true, true, true, false],
		);
		tasks[0]?.fail(new Error('a broke'));
		await assert.rejects(results[0] as Promise<string>, /a broke/);
		await turn();
		assert.ok(tasks[3]?.started);
		tasks[2]?.end('c');
		tasks[3]?.end('d');
		assert.deepEqual(await Promise.all([results[2], results[3]]), ['c', 'd']);
		assert.equal(queue.size, 0);
	});

	it('refuses what is more than may wait, and takes it again later', async () => {
		const queue = new CallQueue(1, 1);
		const [a, b, c] = [task(), task(), task()];
		const running = queue.run(a.run);
		const waiting = queue.run(b.run);
		await assert.rejects(queue.run(c.run), /1 calls run and 1 wait already/);
		assert.equal(c.started, false);
		a.end('a');
		await running;
		const again = queue.run(c.run);
		b.end('b');
		c.end('c');
		assert.deepEqual(await Promise.all([waiting, again]), ['b', 'c']);
	});

	it('fails those that wait when it closes, never starts them, and takes no more', async () => {
		const queue = new CallQueue(1, 5);
		const [a, b] = [task(), task()];
		const running = queue.run(a.run);
		const waiting = queue.run(b.run);
		queue.close(new Error('closed'));
		await assert.rejects(waiting, /closed/);
		await assert.rejects(queue.run(b.run), /closed/);
		a.end('a');
		assert.equal(await running, 'a');
		await turn();
		assert.equal(b.started, false);
	});
});
