import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Timers } from '../control/timers';

/** How often the files are looked at, ms. */
const interval = 1000;

interface Marks {
	readonly ino: number;
	readonly size: number;
	readonly mtimeMs: number;
}

const show = ({ ino, size, mtimeMs }: Marks) => `${ino} ${size} ${mtimeMs}`;
const none = 'none';

/** What tells one state of files from another: which they are, their sizes and times. */
async function look(paths: readonly string[]): Promise<string> {
	return (await Promise.all(paths.map((path) => stat(path).then(show, () => none)))).join('; ');
}

/** The same at this very moment. */
export function fileState(paths: readonly string[]): string {
	const one = (path: string) => {
		try {
			return show(statSync(path));
		} catch {
			return none;
		}
	};
	return paths.map(one).join('; ');
}

/**
 * Watches files by looking at them once a second, which works on every file system, network ones included. A change is
 * told once it has stood still from one look to the next, so that a file that is being copied is not read half-way.
 */
export class FileWatch {
	#paths: readonly string[];
	/** The state that is in use, or that has been told. */
	#known: string | undefined;
	#last: string | undefined;
	#timer: unknown;
	#isClosed = false;

	/**
	 * @param onChange the files are no longer as they were at the start, when they were loaded, or at the last change
	 * told; not called while they are missing
	 */
	constructor(
		paths: readonly string[],
		private readonly onChange: () => void,
		private readonly timers: Timers,
	) {
		this.#paths = paths;
		void this.look();
	}

	/**
	 * What has been loaded, from now on the files to watch: what has become of them since is a change.
	 * @param state of these files when they were loaded, by `fileState`
	 */
	loaded(paths: readonly string[], state: string): void {
		this.#paths = paths;
		this.#known = state;
	}

	/** Looks now. Resolves once `onChange` has been called if it is due. */
	async look(): Promise<void> {
		this.timers.clearTimeout(this.#timer);
		const paths = this.#paths;
		const state = await look(paths);
		if (this.#isClosed) return;
		this.timers.clearTimeout(this.#timer);
		this.#timer = this.timers.setTimeout(() => void this.look(), interval);
		// Meanwhile there are other files to look at.
		if (paths !== this.#paths) return;
		const isStill = state === this.#last;
		this.#last = state;
		this.#known ??= state;
		if (state === this.#known || !isStill || state.split('; ').includes(none)) return;
		this.#known = state;
		this.onChange();
	}

	close(): void {
		this.#isClosed = true;
		this.timers.clearTimeout(this.#timer);
	}
}
