import { checkNumber } from '../check';
import { type SyncEvents, type Synchronizer, toNanoseconds } from './synchronizer';

export interface LatestOptions<M> extends SyncEvents<M> {
	/** How many topics, >= 1. */
	topics: number;
	/** The topic whose every message asks for a set. Default: 0. */
	lead?: number;
	/** How much older than the lead's the stamps of the others may be, > 0 (s). Default: any. */
	maxAge?: number | undefined;
}

/**
 * Holds the latest message of each topic, and puts them together whenever one of the lead topic comes.
 * @throws TypeError or RangeError when an option is wrong.
 */
export function latest<M>(options: LatestOptions<M>): Synchronizer<M> {
	const { topics, lead = 0, maxAge, onMatch, onDrop, onTooOld = onDrop } = options;
	checkNumber('topics', topics, { min: 1, integer: true });
	checkNumber('lead', lead, { min: 0, max: topics - 1, integer: true });
	const oldest =
		maxAge === undefined ? undefined : toNanoseconds(checkNumber('maxAge', maxAge, { above: 0, unit: 's' }));
	const held: ({ stamp: bigint; message: M; isUsed: boolean } | undefined)[] = new Array(topics).fill(undefined);
	return {
		add(index, stamp, message) {
			const before = held[index];
			if (index !== lead) {
				// What comes late is not the latest.
				if (before && stamp < before.stamp) onDrop(message);
				else {
					if (before && !before.isUsed) onDrop(before.message);
					held[index] = { stamp, message, isUsed: false };
				}
				return;
			}
			const others = held.filter((_, i) => i !== lead);
			if (others.some((other) => other === undefined)) onDrop(message);
			else if (oldest !== undefined && others.some((other) => stamp - (other?.stamp as bigint) > oldest))
				onTooOld(message);
			else {
				for (const other of others) if (other) other.isUsed = true;
				onMatch(held.map((entry, i) => (i === lead ? message : (entry?.message as M))));
			}
		},
		clear() {
			held.fill(undefined);
		},
	};
}
