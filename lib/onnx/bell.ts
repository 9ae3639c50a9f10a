/** What is asked by ringing alone. */
export const calls = {
	none: 0,
	/** A run of what is in the lane, laid out as before, NaN and Inf being refused. */
	run: 1,
	/** The same, NaN and Inf being allowed. */
	runNonFinite: 2,
} as const;
export type Call = (typeof calls)[keyof typeof calls];

const words = { rings: 0, call: 1 } as const;

/**
 * Wakes a thread that waits, in shared memory: a thread that sleeps here is up sooner than one that waits for a message,
 * since none of its event loop has to run.
 */
export class Bell {
	readonly #words: Int32Array;

	constructor(readonly memory = new SharedArrayBuffer(8)) {
		this.#words = new Int32Array(memory);
	}

	/** Wakes the thread, with a call or for what it was sent. One call at a time. */
	ring(call: Call = calls.none): void {
		if (call !== calls.none) Atomics.store(this.#words, words.call, call);
		Atomics.add(this.#words, words.rings, 1);
		Atomics.notify(this.#words, words.rings);
	}

	/** Thread: how often it has rung. */
	get rings(): number {
		return Atomics.load(this.#words, words.rings);
	}

	/** Thread: takes the call. */
	answer(): Call {
		return Atomics.exchange(this.#words, words.call, calls.none) as Call;
	}

	/** Thread: sleeps until it rings again. */
	wait(rings: number): void {
		Atomics.wait(this.#words, words.rings, rings);
	}
}
