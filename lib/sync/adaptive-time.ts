import { checkNumber } from '../check';
import { type SyncEvents, type Synchronizer, toNanoseconds } from './synchronizer';

export interface AdaptiveTimeOptions<M> extends SyncEvents<M> {
	/** How many topics, >= 2. */
	topics: number;
	/** Most messages that wait on a topic, >= 1. Default: 10. */
	queueSize?: number;
	/** How much a set of later messages has to be closer together to be preferred, >= 0. Default: 0.1. */
	agePenalty?: number;
	/** The stamps of a set are at most this apart, > 0 (s). Default: any. */
	maxInterval?: number | undefined;
}

interface Entry<M> {
	readonly stamp: bigint;
	readonly message: M;
}

/** The messages of a topic in the order of their stamps. Those before `at` have been looked at. */
interface Queue<M> {
	entries: Entry<M>[];
	at: number;
	/** Whether one was pushed out that might have been a better choice than those that are there. */
	hasDropped: boolean;
}

/** The best set so far: the first entry of each queue. */
interface Candidate {
	/** Its earliest and latest stamp. */
	start: bigint;
	end: bigint;
	/** The topic whose message all sets in question have in common, and the stamp of that. */
	readonly pivot: number;
	readonly pivotStamp: bigint;
}

/** The first of the lowest, and the last of the highest. */
interface Bounds {
	start: bigint;
	startIndex: number;
	end: bigint;
	endIndex: number;
}

/**
 * Puts messages together so that their stamps are as close as can be, each message at most once, and waits until no
 * closer set can come: the ApproximateTime policy of ROS's message_filters in C++. It needs no slop; the price is that
 * a set leaves a message or so later. A late message is put in its place and the search begins anew.
 * Source: http://wiki.ros.org/message_filters/ApproximateTime
 * @throws TypeError or RangeError when an option is wrong.
 */
export function adaptiveTime<M>(options: AdaptiveTimeOptions<M>): Synchronizer<M> {
	return new AdaptiveTime(options);
}

class AdaptiveTime<M> implements Synchronizer<M> {
	readonly #events: SyncEvents<M>;
	readonly #queueSize: number;
	readonly #weight: number;
	readonly #maxInterval: bigint | undefined;
	readonly #queues: Queue<M>[];
	#candidate: Candidate | undefined;

	constructor(options: AdaptiveTimeOptions<M>) {
		const { topics, queueSize = 10, agePenalty = 0.1, maxInterval } = options;
		checkNumber('topics', topics, { min: 2, integer: true });
		this.#events = options;
		this.#queueSize = checkNumber('queueSize', queueSize, { min: 1, integer: true });
		this.#weight = 1 + checkNumber('agePenalty', agePenalty, { min: 0 });
		this.#maxInterval =
			maxInterval === undefined
				? undefined
				: toNanoseconds(checkNumber('maxInterval', maxInterval, { above: 0, unit: 's' }));
		this.#queues = Array.from({ length: topics }, () => ({ entries: [], at: 0, hasDropped: false }));
	}

	add(index: number, stamp: bigint, message: M): void {
		const queue = this.#queues[index] as Queue<M>;
		const { entries } = queue;
		let place = entries.length;
		while (place > 0 && (entries[place - 1] as Entry<M>).stamp > stamp) place--;
		const isLate = place < entries.length;
		entries.splice(place, 0, { stamp, message });
		if (isLate) this.#restart();
		// Only a topic that had nothing left to look at can change anything.
		if (isLate || queue.at === entries.length - 1) this.#search();
		if (entries.length <= this.#queueSize) return;
		const hadCandidate = this.#candidate !== undefined;
		this.#restart();
		this.#drop(queue, 1);
		queue.hasDropped = true;
		if (hadCandidate) this.#search();
	}

	clear(): void {
		this.#candidate = undefined;
		for (const queue of this.#queues) {
			queue.entries.length = 0;
			queue.at = 0;
			queue.hasDropped = false;
		}
	}

	/** Looks at the next sets, as long as there is a next message of each topic. */
	#search(): void {
		while (this.#queues.every(({ entries, at }) => at < entries.length)) {
			const bounds = this.#bounds();
			for (const [i, queue] of this.#queues.entries()) if (i !== bounds.endIndex) queue.hasDropped = false;
			const first = this.#queues[bounds.startIndex] as Queue<M>;
			if (this.#candidate === undefined) {
				const isTooWide = this.#maxInterval !== undefined && bounds.end - bounds.start > this.#maxInterval;
				if (isTooWide || this.#queues[bounds.endIndex]?.hasDropped) {
					this.#drop(first, 1);
					continue;
				}
				this.#take(bounds, bounds.endIndex, bounds.end);
			} else if (!this.#isBeyond(bounds.end, bounds.start)) {
				this.#take(bounds, this.#candidate.pivot, this.#candidate.pivotStamp);
			}
			first.at++;
			const { pivot, pivotStamp } = this.#candidate as unknown as Candidate;
			if (bounds.startIndex === pivot || this.#isBeyond(bounds.end, pivotStamp) || this.#isProven()) this.#send();
		}
	}

	/** The set in question becomes the candidate; older messages are in no better one. */
	#take({ start, end }: Bounds, pivot: number, pivotStamp: bigint): void {
		for (const queue of this.#queues) {
			this.#drop(queue, queue.at);
			queue.at = 0;
		}
		this.#candidate = { start, end, pivot, pivotStamp };
	}

	/** Whether a set that ends at `end` and does not start before `start` is no better than the candidate. */
	#isBeyond(end: bigint, start: bigint): boolean {
		const candidate = this.#candidate as Candidate;
		return Math.trunc(Number(end - candidate.end) * this.#weight) >= Number(start - candidate.start);
	}

	/**
	 * Whether no message that may still come makes a better set, although not all topics have a next one: those that
	 * come are not before the pivot.
	 */
	#isProven(): boolean {
		if (this.#queues.every(({ entries, at }) => at < entries.length)) return false;
		const { pivotStamp } = this.#candidate as Candidate;
		const before = this.#queues.map(({ at }) => at);
		for (;;) {
			const { start, startIndex, end } = this.#bounds(pivotStamp);
			if (this.#isBeyond(end, pivotStamp)) return true;
			if (!this.#isBeyond(end, start)) {
				for (const [i, queue] of this.#queues.entries()) queue.at = before[i] as number;
				return false;
			}
			// The start is before the pivot here, so it is of a message that is there.
			(this.#queues[startIndex] as Queue<M>).at++;
		}
	}

	/** @param unknown stands in for the next messages that have not come; without it all have */
	#bounds(unknown?: bigint): Bounds {
		const bounds: Bounds = { start: 0n, startIndex: -1, end: 0n, endIndex: -1 };
		for (const [i, { entries, at }] of this.#queues.entries()) {
			const last = (entries[at - 1]?.stamp ?? 0n) as bigint;
			const stamp = entries[at]?.stamp ?? (last > (unknown as bigint) ? last : (unknown as bigint));
			if (i === 0 || stamp < bounds.start) {
				bounds.start = stamp;
				bounds.startIndex = i;
			}
			if (i === 0 || stamp >= bounds.end) {
				bounds.end = stamp;
				bounds.endIndex = i;
			}
		}
		return bounds;
	}

	#send(): void {
		this.#restart();
		this.#events.onMatch(this.#queues.map(({ entries }) => (entries.shift() as Entry<M>).message));
	}

	/** Ends the search for a better set than the candidate. */
	#restart(): void {
		this.#candidate = undefined;
		for (const queue of this.#queues) queue.at = 0;
	}

	#drop(queue: Queue<M>, count: number): void {
		for (const { message } of queue.entries.splice(0, count)) this.#events.onDrop(message);
	}
}
