import type { ReaderProxy } from './reader-proxy';
import type { EndpointInfo } from './remote';

/** Who is to have a sample. */
export interface Audience {
	/** The one reader that it is for; undefined when it is for all. */
	readonly only: ReaderProxy | undefined;
	/** Whether it is for a reader, be it one to come; undefined when it is for all. */
	readonly isFor: ((reader: EndpointInfo) => boolean) | undefined;
}

export const everybody: Audience = { only: undefined, isFor: undefined };

export function concerns({ only, isFor }: Audience, proxy: ReaderProxy): boolean {
	return (only ?? proxy) === proxy && (isFor === undefined || isFor(proxy.remote.info));
}

/** A sample as its writer keeps it. */
export interface Sample extends Audience {
	readonly sequenceNumber: number;
	readonly payload: Uint8Array | undefined;
	readonly isKey: boolean;
	readonly inlineQos: Uint8Array | undefined;
	/** Source timestamp: s since the Unix epoch. */
	readonly seconds: number;
	/** Source timestamp: in units of 2^-32 s. */
	readonly fraction: number;
	/** When its lifespan ends, on the monotonic clock, ms. */
	readonly expires: number;
}

/** The samples of a writer by sequence number. There may be holes between them (DDSI-RTPS 2.5, 8.4.3). */
export class History {
	readonly #samples = new Map<number, Sample>();
	#first = 1;
	#last = 0;

	/** Samples held. */
	get size(): number {
		return this.#samples.size;
	}

	/** Sequence number of the latest sample that was ever written, 0 before the first. */
	get last(): number {
		return this.#last;
	}

	/** Lowest sequence number held, or one above the last when none is. */
	get first(): number {
		return this.#first;
	}

	get(sequenceNumber: number): Sample | undefined {
		return this.#samples.get(sequenceNumber);
	}

	/** The sequence numbers held, lowest first. */
	sequenceNumbers(): IterableIterator<number> {
		return this.#samples.keys();
	}

	/** The next sequence number; it is held only once it is added. */
	next(): number {
		this.#last++;
		if (this.#samples.size === 0) this.#first = this.#last + 1;
		return this.#last;
	}

	/** Holds the sample that {@link next} was called for. */
	add(sample: Sample): void {
		if (this.#samples.size === 0) this.#first = sample.sequenceNumber;
		this.#samples.set(sample.sequenceNumber, sample);
	}

	remove(sequenceNumber: number): void {
		this.#samples.delete(sequenceNumber);
		this.#advance();
	}

	/** Removes all samples up to this one. */
	removeUpTo(sequenceNumber: number): void {
		for (; this.#first <= sequenceNumber; this.#first++) this.#samples.delete(this.#first);
		this.#advance();
	}

	clear(): void {
		this.#samples.clear();
		this.#first = this.#last + 1;
	}

	/** Each number is passed by once, so this costs nothing in the long run, whatever the holes. */
	#advance(): void {
		while (this.#first <= this.#last && !this.#samples.has(this.#first)) this.#first++;
	}
}
