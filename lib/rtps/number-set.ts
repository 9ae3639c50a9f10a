import { readSequenceNumber, readU32, writeSequenceNumber, writeU32 } from './bytes';

/** Numbers that a set can span, its bitmap being at most 8 words (DDSI-RTPS 2.5, 9.4.2.6). */
export const maxSetBits = 256;

/**
 * A SequenceNumberSet or FragmentNumberSet: a base and a bitmap of up to 256 bits, bit 0 being the base itself. One is
 * made per parser and per writer of messages, and filled anew for each submessage.
 */
export class NumberSet {
	base = 0;
	bits = 0;
	readonly words = new Int32Array(maxSetBits / 32);

	reset(base: number): void {
		this.base = base;
		this.bits = 0;
		this.words.fill(0);
	}

	has(index: number): boolean {
		return index < this.bits && (this.words[index >>> 5]! & (1 << (31 - (index & 31)))) !== 0;
	}

	/** Adds `base + index`. `index` has to be below {@link maxSetBits}. */
	add(index: number): void {
		this.words[index >>> 5]! |= 1 << (31 - (index & 31));
		if (index >= this.bits) this.bits = index + 1;
	}

	/** Reads a SequenceNumberSet; returns the offset behind it, or -1 when it is malformed. */
	readSequenceNumbers(bytes: Uint8Array, offset: number, end: number, littleEndian: boolean): number {
		if (offset + 12 > end) return -1;
		this.base = readSequenceNumber(bytes, offset, littleEndian);
		return this.base < 0 ? -1 : this.#readBits(bytes, offset + 8, end, littleEndian);
	}

	/** Reads a FragmentNumberSet; returns the offset behind it, or -1 when it is malformed. */
	readFragmentNumbers(bytes: Uint8Array, offset: number, end: number, littleEndian: boolean): number {
		if (offset + 8 > end) return -1;
		this.base = readU32(bytes, offset, littleEndian);
		return this.base === 0 ? -1 : this.#readBits(bytes, offset + 4, end, littleEndian);
	}

	#readBits(bytes: Uint8Array, offset: number, end: number, littleEndian: boolean): number {
		const bits = readU32(bytes, offset, littleEndian);
		if (bits > maxSetBits) return -1;
		const count = (bits + 31) >>> 5;
		if (offset + 4 + 4 * count > end) return -1;
		this.bits = bits;
		this.words.fill(0);
		for (let i = 0; i < count; i++) this.words[i] = readU32(bytes, offset + 4 + 4 * i, littleEndian);
		return offset + 4 + 4 * count;
	}

	/** Writes a SequenceNumberSet; returns the offset behind it. */
	writeSequenceNumbers(bytes: Uint8Array, offset: number): number {
		writeSequenceNumber(bytes, offset, this.base);
		return this.#writeBits(bytes, offset + 8);
	}

	/** Writes a FragmentNumberSet; returns the offset behind it. */
	writeFragmentNumbers(bytes: Uint8Array, offset: number): number {
		writeU32(bytes, offset, this.base);
		return this.#writeBits(bytes, offset + 4);
	}

	#writeBits(bytes: Uint8Array, offset: number): number {
		const count = (this.bits + 31) >>> 5;
		writeU32(bytes, offset, this.bits);
		for (let i = 0; i < count; i++) writeU32(bytes, offset + 4 + 4 * i, this.words[i]!);
		return offset + 4 + 4 * count;
	}
}
