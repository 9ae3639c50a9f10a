import { stat } from 'node:fs/promises';
import type { Timers } from '../control/timers';

/** How often the files are looked at, ms. */
const interval = 1000;

/** What tells one state of files from another: their sizes and times. */
async function stateOf(paths: readonly string[]): Promise<string> {
	const parts = await Promise.all(
		paths.map((path) =>
			stat(path).then(
				({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
				() => 'none',
			),
		),
	);
	return parts.join('; ');
}

/**
 * Watches files by looking at them once a second, which works on every file system, network ones included. A change is
 * told once it has stood still from one look to the next, so that a file that is being copied is not read half-way.
 */
export class FileWatch {
	#known: string | undefined;
	#last: string | undefined;
	#timer: unknown;
	#isClosed = false;

	/** @param onChange the files have changed since the start or the last change told; not called while they are missing */
	constructor(
		private readonly paths: readonly string[],
		private readonly onChange: () => void,
		private readonly timers: Timers,
	) {
		void this.look();
	}

	/** Looks now. Resolves once `onChange` has been called if it is due. */
	async look(): Promise<void> {
		this.timers.clearTimeout(this.#timer);
		const state = await stateOf(this.paths);
		if (this.#isClosed) return;
		const isStill = state === this.#last;
		this.#last = state;
		this.#known ??= state;
		this.timers.clearTimeout(this.#timer);
		this.#timer = this.timers.setTimeout(() => void this.look(), interval);
		if (state === this.#known || !isStill || state.includes('none')) return;
		this.#known = state;
		this.onChange();
	}

	close(): void {
		this.#isClosed = true;
		this.timers.clearTimeout(this.#timer);
	}
}
