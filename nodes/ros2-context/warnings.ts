import type { GraphWarning } from '../../lib/ros/graph';
import type { WarningWatcher } from '../shared/ros2-context';

/** The warnings of a context, kept for nodes that start later, and told to those that show them. */
export class Warnings {
	/** The last of each kind. */
	readonly #kept = new Map<string, GraphWarning>();
	readonly #watchers = new Set<WarningWatcher>();

	/** @param unheard takes a warning that no node is there to report */
	constructor(private readonly unheard: (message: string) => void) {}

	/** A warning that is repeated is told once. */
	add(warning: GraphWarning): void {
		if (this.#kept.get(warning.kind)?.message === warning.message) return;
		this.#kept.set(warning.kind, warning);
		for (const watcher of this.#watchers) watcher.show(warning);
		const [first] = this.#watchers;
		if (first === undefined) this.unheard(warning.message);
		else first.report(new Error(warning.message));
	}

	readonly watch = (watcher: WarningWatcher): (() => void) => {
		this.#watchers.add(watcher);
		for (const warning of this.#kept.values()) watcher.show(warning);
		return () => void this.#watchers.delete(watcher);
	};
}
