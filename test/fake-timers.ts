import type { Timers } from '../lib/control/timers';

/** A clock that stands until the test moves it, and timers that fire in its order. */
export class FakeTimers implements Timers {
	#now = 0;
	#nextId = 1;
	readonly #timers = new Map<number, { at: number; callback: () => void }>();

	now(): number {
		return this.#now;
	}

	setTimeout(callback: () => void, delay: number): number {
		const id = this.#nextId++;
		this.#timers.set(id, { at: this.#now + Math.max(0, delay), callback });
		return id;
	}

	clearTimeout(id: unknown): void {
		this.#timers.delete(id as number);
	}

	/** Timers that wait. */
	get pending(): number {
		return this.#timers.size;
	}

	/** Moves the clock on by `ms` and fires what falls due, each at its own time. */
	advance(ms: number): void {
		const end = this.#now + ms;
		for (;;) {
			let next: [number, { at: number; callback: () => void }] | undefined;
			for (const entry of this.#timers) {
				if (entry[1].at <= end && (next === undefined || entry[1].at < next[1].at)) next = entry;
			}
			if (next === undefined) break;
			this.#timers.delete(next[0]);
			this.#now = next[1].at;
			next[1].callback();
		}
		this.#now = end;
	}
}
