import { checkNumber } from '../check';
import { StampQueues } from './stamp-queues';
import type { SyncEvents, Synchronizer } from './synchronizer';

export interface ExactTimeOptions<M> extends SyncEvents<M> {
	/** How many topics, >= 1. */
	topics: number;
	/** Most messages that wait on a topic, >= 1. Default: 10. */
	queueSize?: number;
}

/**
 * Puts messages with the very same stamp together, as `TimeSynchronizer` of ROS's message_filters does in Python.
 * @throws TypeError or RangeError when an option is wrong.
 */
export function exactTime<M>({ topics, queueSize = 10, onMatch, onDrop }: ExactTimeOptions<M>): Synchronizer<M> {
	checkNumber('topics', topics, { min: 1, integer: true });
	checkNumber('queueSize', queueSize, { min: 1, integer: true });
	const waiting = new StampQueues<M>(topics, queueSize, onDrop);
	return {
		add(index, stamp, message) {
			waiting.add(index, stamp, message);
			// Only the stamp that has just come can have become complete.
			if (waiting.queues.every((queue) => queue.has(stamp))) {
				onMatch(waiting.take(waiting.queues.map(() => stamp)));
			}
		},
		clear: () => waiting.clear(),
	};
}
