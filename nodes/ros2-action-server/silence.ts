import type { Timers } from '../../lib/control/timers';

/** Notices which of several things nothing has been heard of for too long. */
export class Silence<T extends object> {
	readonly #timerOf = new Map<T, unknown>();

	/** @param limit s; undefined for none */
	constructor(
		private readonly timers: Pick<Timers, 'setTimeout' | 'clearTimeout'>,
		private readonly limit: number | undefined,
		private readonly onSilence: (thing: T) => void,
	) {}

	/** It was heard of now. */
	heard(thing: T): void {
		if (this.limit === undefined) return;
		this.end(thing);
		const timer = this.timers.setTimeout(() => {
			this.#timerOf.delete(thing);
			this.onSilence(thing);
		}, this.limit * 1000);
		this.#timerOf.set(thing, timer);
	}

	/** It need not be heard of any more. */
	end(thing: T): void {
		this.timers.clearTimeout(this.#timerOf.get(thing));
		this.#timerOf.delete(thing);
	}

	close(): void {
		for (const thing of [...this.#timerOf.keys()]) this.end(thing);
	}
}
