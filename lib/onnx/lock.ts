/**
 * Ending a thread while it is inside ONNX Runtime aborts the whole process: the native code cannot be unwound. So the
 * thread marks in shared memory when it goes in and out, and whoever ends the process waits for it to be out, then
 * bars the way. A word of shared memory does this even while the main thread is blocked in its exit handler.
 */
const state = { outside: 0, inside: 1, barred: 2 } as const;

/** One word of shared memory, seen from both threads. */
export class NativeLock {
	readonly #word: Int32Array;

	constructor(readonly buffer = new SharedArrayBuffer(4)) {
		this.#word = new Int32Array(buffer);
	}

	/** Thread: about to enter native code. False when the process is exiting: then the thread must not enter. */
	enter(): boolean {
		return Atomics.compareExchange(this.#word, 0, state.outside, state.inside) === state.outside;
	}

	/** Thread: native code is left. */
	leave(): void {
		Atomics.compareExchange(this.#word, 0, state.inside, state.outside);
		Atomics.notify(this.#word, 0);
	}

	/** Whether the thread is inside native code at this moment. */
	get isInside(): boolean {
		return Atomics.load(this.#word, 0) === state.inside;
	}

	/**
	 * Main thread: waits until the thread is outside and bars it. Blocks.
	 * @param until when to give up, by `performance.now()`, ms
	 * @returns whether the thread is barred; false when it is still inside.
	 */
	bar(until: number): boolean {
		while (Atomics.compareExchange(this.#word, 0, state.outside, state.barred) === state.inside) {
			const left = until - performance.now();
			if (left <= 0) return false;
			Atomics.wait(this.#word, 0, state.inside, left);
		}
		return true;
	}
}

/** How long the exit of the process waits for runs in flight, ms. */
const longestExit = 10_000;

const guarded = new Set<NativeLock>();

function onExit(code: number): void {
	const until = performance.now() + longestExit;
	for (const lock of guarded) {
		if (lock.bar(until)) continue;
		// Going on would abort, or wait for the run for ever. Everybody else's exit handlers had their turn or get
		// none either way.
		process.stderr.write(
			`A model's run has not ended within ${longestExit / 1000} s of the exit: killing the process.\n`,
		);
		killThisProcess(code);
	}
}

/** An end by SIGTERM is one that supervisors such as systemd take for a proper one, as an exit with code 0 is. */
function killThisProcess(code: number): void {
	process.removeAllListeners('SIGTERM');
	if (code === 0) process.kill(process.pid, 'SIGTERM');
	process.kill(process.pid, 'SIGKILL');
	// Only the first process of a container is still here: no signal that it sends to itself ends it.
	process.abort();
}

/**
 * Makes the exit of this process wait for this lock.
 * @returns ends that, once the thread has ended.
 */
export function guardExit(lock: NativeLock): () => void {
	if (guarded.size === 0) process.on('exit', onExit);
	guarded.add(lock);
	return () => {
		guarded.delete(lock);
		if (guarded.size === 0) process.off('exit', onExit);
	};
}
