import type { Reader } from './reader';

/** What took more bytes is not kept: it would be held for long and is seldom the same again. */
const most = 4096;

/**
 * The texts of an array as they were read last. The names of joints come with every message and are the same in each,
 * so as long as the bytes are the same, the texts are taken from there instead of being made anew.
 */
export class Lately {
	#bytes: Uint8Array = new Uint8Array(0);
	#texts: readonly unknown[] = [];
	/** What the same bytes could mean something else by: where they began, to a multiple of 4, and their order. */
	#phase = -1;
	#littleEndian = true;
	#surplus = 0;

	/** The texts and a reader that has passed them, when the same bytes follow; otherwise undefined. */
	find(reader: Reader): unknown[] | undefined {
		const { bytes, offset, littleEndian } = reader;
		const known = this.#bytes;
		if ((offset & 3) !== this.#phase || littleEndian !== this.#littleEndian) return undefined;
		if (offset + known.length > bytes.length) return undefined;
		for (let i = 0; i < known.length; i++) if (bytes[offset + i] !== known[i]) return undefined;
		reader.offset = offset + known.length;
		reader.surplus += this.#surplus;
		// A list of its own for each message, which may be written.
		return this.#texts.slice();
	}

	/**
	 * @param begin the offset of the reader before the texts
	 * @param surplusBefore its surplus there
	 */
	keep(reader: Reader, begin: number, surplusBefore: number, texts: readonly unknown[]): void {
		const { bytes, offset, littleEndian, surplus } = reader;
		if (offset - begin > most) return;
		this.#bytes = Uint8Array.from(bytes.subarray(begin, offset));
		this.#texts = texts.slice();
		this.#surplus = surplus - surplusBefore;
		this.#phase = begin & 3;
		this.#littleEndian = littleEndian;
	}
}
