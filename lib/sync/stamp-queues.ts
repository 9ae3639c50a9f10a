/** The messages of each topic that wait, by their stamps. One with a stamp that is there already replaces it. */
export class StampQueues<M> {
	readonly queues: Map<bigint, M>[];
	readonly #size: number;
	readonly #onDrop: (message: M) => void;

	/** @param size most messages that wait on a topic; the one with the oldest stamp makes room */
	constructor(topics: number, size: number, onDrop: (message: M) => void) {
		this.queues = Array.from({ length: topics }, () => new Map());
		this.#size = size;
		this.#onDrop = onDrop;
	}

	add(index: number, stamp: bigint, message: M): void {
		const queue = this.queues[index] as Map<bigint, M>;
		const replaced = queue.get(stamp);
		queue.set(stamp, message);
		if (replaced !== undefined) this.#onDrop(replaced);
		while (queue.size > this.#size) {
			let oldest: bigint | undefined;
			for (const key of queue.keys()) if (oldest === undefined || key < oldest) oldest = key;
			const dropped = queue.get(oldest as bigint) as M;
			queue.delete(oldest as bigint);
			this.#onDrop(dropped);
		}
	}

	/** Takes out the messages with these stamps, one of each topic. */
	take(stamps: readonly bigint[]): M[] {
		return this.queues.map((queue, index) => {
			const stamp = stamps[index] as bigint;
			const message = queue.get(stamp) as M;
			queue.delete(stamp);
			return message;
		});
	}

	clear(): void {
		for (const queue of this.queues) queue.clear();
	}
}
