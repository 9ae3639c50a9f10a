/** What a synchronizer does with the messages of several topics. */
export interface SyncEvents<M> {
	/** One message of each topic that belong together, in the order of the topics. */
	onMatch: (messages: M[]) => void;
	/** A message that will be in no set: pushed out by newer ones, or left behind. */
	onDrop: (message: M) => void;
	/** A message that found no partner young enough. */
	onTooOld?: (message: M) => void;
}

/** Puts messages of several topics together by their stamps. */
export interface Synchronizer<M> {
	/**
	 * @param index which topic the message is of
	 * @param stamp ns
	 */
	add(index: number, stamp: bigint, message: M): void;
	/** Forgets all that waits. */
	clear(): void;
}

/** Seconds in whole nanoseconds, cut off as ROS does. */
export function toNanoseconds(seconds: number): bigint {
	return BigInt(Math.trunc(seconds * 1e9));
}
