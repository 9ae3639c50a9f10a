import { isRepeated } from './count';
import type { RemoteReader } from './remote';
import type { Writer } from './writer';

/** Samples that one reader may have waiting to be sent again. More of what it lacks it will ask for again. */
const maxResends = 1024;

/** A sample, or some fragments of it, that one reader asked for again. */
export class Resend {
	/** Next fragment of the whole sample, or next index into `fragments`. */
	next = 0;

	constructor(
		readonly proxy: ReaderProxy,
		readonly sequenceNumber: number,
		/** Fragments, counted from 1, in the order they were asked for; undefined for the whole sample. */
		public fragments: number[] | undefined,
	) {}
}

/** What a writer knows of one reader that it matches (DDSI-RTPS 2.5, 8.4.7.5). */
export class ReaderProxy {
	readonly reliable: boolean;
	/** All samples up to this one have been acknowledged. */
	acknowledged: number;
	/** Samples asked for again and not sent yet, by sequence number. */
	readonly resends = new Map<number, Resend>();
	#ackCount: number | undefined;
	#nackFragCount: number | undefined;

	constructor(
		readonly writer: Writer,
		readonly remote: RemoteReader,
		readonly entityId: number,
		/** The first sample that this reader is to have. Those before it were written before it came. */
		readonly start: number,
	) {
		this.reliable = remote.info.qos.reliability === 'reliable' && writer.qos.reliability === 'reliable';
		this.acknowledged = start - 1;
	}

	/**
	 * Whether the reader knows this writer: it has acknowledged something, be it that it has nothing. What is written
	 * before that may not reach a volatile one, whose side of discovery can be later. A best-effort one never tells.
	 */
	get isListening(): boolean {
		return !this.reliable || this.#ackCount !== undefined;
	}

	/** False for an ACKNACK that the network has delivered twice or late. Counts wrap around. */
	isNewAckNack(count: number): boolean {
		if (isRepeated(count, this.#ackCount)) return false;
		this.#ackCount = count;
		return true;
	}

	/** The same for NACK_FRAG, which counts by itself. */
	isNewNackFrag(count: number): boolean {
		if (isRepeated(count, this.#nackFragCount)) return false;
		this.#nackFragCount = count;
		return true;
	}

	/**
	 * Notes that the reader wants a sample again: whole, or some fragments of it.
	 * @returns what has to be put in line; undefined when it is in line already
	 */
	request(sequenceNumber: number, fragments: number[] | undefined): Resend | undefined {
		const waiting = this.resends.get(sequenceNumber);
		if (waiting === undefined) {
			if (this.resends.size >= maxResends) return undefined;
			const resend = new Resend(this, sequenceNumber, fragments);
			this.resends.set(sequenceNumber, resend);
			return resend;
		}
		if (waiting.fragments === undefined) return undefined;
		if (fragments === undefined) waiting.fragments = undefined;
		else waiting.fragments = [...new Set([...waiting.fragments.slice(waiting.next), ...fragments])];
		waiting.next = 0;
		return undefined;
	}
}
