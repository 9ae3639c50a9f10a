import type { Reader } from './reader';
import type { Writer } from './writer';

/** How values of one type go to bytes and back. */
export interface Codec<T = unknown> {
	/** The fewest bytes that a value takes. */
	readonly minBytes: number;
	/** Checks and writes. @throws Problem */
	write(writer: Writer, value: unknown): void;
	/** @throws Problem when the bytes do not fit the type */
	read(reader: Reader): T;
	/** A new value of zero, false, '' or no elements; of a structure, each field at its default. */
	create(): T;
}
