import { BriefError } from '../../lib/check';

/** Lets a number of tasks run at the same time and a number of others wait, in the order they came. */
export class CallQueue {
	#running = 0;
	readonly #waiting: { start(): void; reject(error: unknown): void }[] = [];
	#closed: Error | undefined;

	/**
	 * @param concurrency tasks that run at the same time, >= 1
	 * @param most tasks that wait, >= 0
	 */
	constructor(
		readonly concurrency: number,
		readonly most: number,
	) {}

	/** Tasks that run or wait. */
	get size(): number {
		return this.#running + this.#waiting.length;
	}

	/** @throws BriefError when as many wait already as may */
	async run<T>(task: () => Promise<T>): Promise<T> {
		if (this.#closed) throw this.#closed;
		if (this.#running >= this.concurrency) await this.#turn();
		else this.#running++;
		try {
			return await task();
		} finally {
			// The next takes this one's place, so that none that comes now can get before it.
			const next = this.#waiting.shift();
			if (next === undefined) this.#running--;
			else next.start();
		}
	}

	/** Those that wait fail; those that run are left to end. */
	close(reason: Error): void {
		this.#closed = reason;
		for (const { reject } of this.#waiting.splice(0)) reject(reason);
	}

	#turn(): Promise<void> {
		if (this.#waiting.length >= this.most) {
			throw new BriefError(
				'queue is full',
				`${this.concurrency} calls run and ${this.most} wait already. Call less often, or let more run or wait.`,
			);
		}
		return new Promise((start, reject) => this.#waiting.push({ start, reject }));
	}
}
