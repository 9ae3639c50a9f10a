import { checkNumber } from '../check';
import { StampQueues } from './stamp-queues';
import { type SyncEvents, type Synchronizer, toNanoseconds } from './synchronizer';

export interface ApproximateTimeOptions<M> extends SyncEvents<M> {
	/** How many topics, >= 1. */
	topics: number;
	/** The stamps of a set are less than this apart, > 0 (s). */
	slop: number;
	/** Most messages that wait on a topic, >= 1. Default: 10. */
	queueSize?: number;
}

/**
 * Puts a message that comes together with the nearest that wait on the other topics, as `ApproximateTimeSynchronizer`
 * of ROS's message_filters does in Python: at once, without looking whether a better one comes.
 * @throws TypeError or RangeError when an option is wrong.
 */
export function approximateTime<M>(options: ApproximateTimeOptions<M>): Synchronizer<M> {
	const { topics, slop, queueSize = 10, onMatch, onDrop } = options;
	checkNumber('topics', topics, { min: 1, integer: true });
	checkNumber('queueSize', queueSize, { min: 1, integer: true });
	const width = toNanoseconds(checkNumber('slop', slop, { above: 0, unit: 's' }));
	const waiting = new StampQueues<M>(topics, queueSize, onDrop);
	return {
		add(index, stamp, message) {
			waiting.add(index, stamp, message);
			// It may have been too old for the queue itself.
			if (!waiting.queues[index]?.has(stamp)) return;
			const nearest: bigint[][] = [];
			for (const [other, queue] of waiting.queues.entries()) {
				const stamps = other === index ? [stamp] : near(queue, stamp, width);
				if (stamps.length === 0) return;
				nearest.push(stamps);
			}
			const found = firstWithin(nearest, width);
			if (found) onMatch(waiting.take(found));
		},
		clear: () => waiting.clear(),
	};
}

/** The stamps within `width` of `stamp`, the nearest first; of two as near, the one that came first. */
function near(queue: Map<bigint, unknown>, stamp: bigint, width: bigint): bigint[] {
	const found: { key: bigint; distance: bigint }[] = [];
	for (const key of queue.keys()) {
		const distance = key < stamp ? stamp - key : key - stamp;
		if (distance <= width) found.push({ key, distance });
	}
	found.sort((a, b) => (a.distance < b.distance ? -1 : a.distance > b.distance ? 1 : 0));
	return found.map(({ key }) => key);
}

/**
 * The first choice of one stamp from each list, in the order of the lists, whose stamps are less than `width` apart.
 * What is too wide already is not gone into: all choices of many topics would be too many to try.
 */
function firstWithin(lists: readonly bigint[][], width: bigint): bigint[] | undefined {
	const chosen: bigint[] = [];
	const choose = (depth: number, low: bigint, high: bigint): boolean => {
		if (depth === lists.length) return true;
		for (const stamp of lists[depth] as bigint[]) {
			const lowest = depth === 0 || stamp < low ? stamp : low;
			const highest = depth === 0 || stamp > high ? stamp : high;
			if (highest - lowest >= width) continue;
			// Without this, many lists that only the last one does not fit would be tried in all combinations.
			if (!isOpen(lists, depth + 1, lowest, highest, width)) continue;
			chosen[depth] = stamp;
			if (choose(depth + 1, lowest, highest)) return true;
		}
		return false;
	};
	return choose(0, 0n, 0n) ? chosen : undefined;
}

/** Whether each list from `depth` on has a stamp that fits what is chosen, `low` to `high`. */
function isOpen(lists: readonly bigint[][], depth: number, low: bigint, high: bigint, width: bigint): boolean {
	for (let i = depth; i < lists.length; i++) {
		const fits = (stamp: bigint) => (stamp > high ? stamp : high) - (stamp < low ? stamp : low) < width;
		if (!(lists[i] as bigint[]).some(fits)) return false;
	}
	return true;
}
