import { Problem } from './problem';

/** Serializations that a header can name and this codec does not read. */
const representations: Record<number, string> = {
	2: 'a parameter list (PL_CDR, big-endian)',
	3: 'a parameter list (PL_CDR, little-endian)',
	4: 'XML',
	6: 'XCDR version 2 (big-endian)',
	7: 'XCDR version 2 (little-endian)',
	8: 'XCDR version 2, delimited (big-endian)',
	9: 'XCDR version 2, delimited (little-endian)',
	10: 'XCDR version 2, parameter list (big-endian)',
	11: 'XCDR version 2, parameter list (little-endian)',
};

/** Bytes of the encapsulation header; alignment counts from its end. */
const headerBytes = 4;
/** The most bytes that a character takes in UTF-8. */
const mostBytes = 4;
/** The most that an empty array or a wide string may add to what follows a message; see `surplus`. */
const surplusBytes = 8;
/** The arrays of a message of at most so many bytes share one copy of it. */
const mostShared = 16_384;

/**
 * Reads XCDR1 of either byte order. Whatever the bytes are, it throws a Problem or returns; nothing is allocated that
 * the bytes could not fill.
 * @see https://www.omg.org/spec/DDS-XTYPES/1.3 clause 7.4.1, plain CDR
 */
export class Reader {
	readonly view: DataView;
	readonly littleEndian: boolean;
	/** Offset of the next byte in `bytes`. */
	offset = headerBytes;
	/**
	 * How many bytes may follow the message because of what has been read. A message that a node on Fast DDS serializes
	 * first and publishes then is as long as Fast DDS estimates: it aligns for the elements that an array of 8-byte
	 * numbers does not have, and gives wide strings a terminator. What is there is not even initialized.
	 */
	surplus = 0;

	constructor(readonly bytes: Uint8Array) {
		if (bytes.length < headerBytes) {
			throw new Problem(
				RangeError,
				`expected an encapsulation header of 4 bytes, got ${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}`,
			);
		}
		this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		const representation = this.view.getUint16(0);
		if (representation > 1) {
			const what = representations[representation] ?? 'unknown';
			throw new Problem(
				RangeError,
				`expected plain CDR (representation 0x0000 or 0x0001), as ROS 2 sends it, got 0x${representation
					.toString(16)
					.padStart(4, '0')}, which is ${what}`,
			);
		}
		this.littleEndian = representation === 1;
	}

	/** Moves past `size` bytes at a multiple of `alignment`; returns where they start. */
	take(size: number, alignment: number): number {
		const start = this.offset + (-(this.offset - headerBytes) & (alignment - 1));
		if (start + size > this.bytes.length) {
			throw new Problem(
				RangeError,
				`expected ${size} ${size === 1 ? 'byte' : 'bytes'} at byte ${start}, got the end of the message at byte ${this.bytes.length}`,
			);
		}
		this.offset = start + size;
		return start;
	}

	/** Notes an array of numbers of a size that has no elements. */
	empty(elementBytes: number): void {
		if (elementBytes === 8) this.surplus += surplusBytes;
	}

	#copy: ArrayBuffer | undefined;

	/**
	 * A copy of a small message, in which what the message has aligned is aligned in memory, so that its arrays can be
	 * views of it: one piece of memory for all is cheaper than one for each.
	 * @returns undefined for a large message, of which an array may be a small part
	 */
	copy(): ArrayBuffer | undefined {
		if (this.#copy !== undefined || this.bytes.length > mostShared) return this.#copy;
		this.#copy = new ArrayBuffer(this.bytes.length + Reader.copyOffset);
		new Uint8Array(this.#copy).set(this.bytes, Reader.copyOffset);
		return this.#copy;
	}

	/** Where a message begins in its copy: its body then is at a multiple of 8. */
	static readonly copyOffset = 4;

	uint32(): number {
		const start = this.take(4, 4);
		return this.view.getUint32(start, this.littleEndian);
	}

	/**
	 * The number of elements of a sequence.
	 * @param elementBytes the fewest bytes that an element takes
	 * @param bound the most elements that the type allows
	 */
	count(elementBytes: number, bound: number): number {
		const count = this.uint32();
		if (count > bound) {
			throw new Problem(RangeError, `expected at most ${bound} elements at byte ${this.offset - 4}, got ${count}`);
		}
		const rest = this.bytes.length - this.offset;
		if (count * elementBytes > rest) {
			throw new Problem(
				RangeError,
				`expected ${count} elements of at least ${elementBytes} bytes after byte ${this.offset}, got the end of the message ${rest} bytes on`,
			);
		}
		return count;
	}

	/** A string in UTF-8; bytes that are not UTF-8 become U+FFFD, as ROS leaves the encoding to the sender. */
	string(bound: number): string {
		const { bytes } = this;
		const length = this.uint32();
		// Some writers put no terminator behind an empty string.
		if (length === 0) return '';
		if (length - 1 > bound * mostBytes) throw tooLong(bound, this.offset, `${length - 1} bytes`);
		const start = this.take(length, 1);
		const end = start + length - 1;
		if (bytes[end] !== 0) {
			throw new Problem(RangeError, `expected the string to end in a zero at byte ${end}, got ${bytes[end]}`);
		}
		const text = shortText(bytes, start, end) ?? longText(bytes, start, end);
		if (length - 1 > bound) checkCharacters(text, bound, start);
		return text;
	}

	/** A wide string: its length in UTF-16 units, each of them 4 bytes wide on the wire of both common middlewares. */
	wstring(bound: number): string {
		const length = this.count(4, bound * 2);
		const start = this.take(length * 4, 4);
		this.surplus += surplusBytes;
		let text = '';
		for (let i = 0; i < length; i++) {
			const unit = this.view.getUint32(start + 4 * i, this.littleEndian);
			if (unit > 0xffff) {
				throw new Problem(RangeError, `expected a UTF-16 unit at byte ${start + 4 * i}, got ${unit}`);
			}
			text += String.fromCharCode(unit);
		}
		if (length > bound) checkCharacters(text, bound, start);
		return text;
	}
}

function tooLong(bound: number, start: number, got: string): Problem {
	return new Problem(RangeError, `expected a text of at most ${bound} characters at byte ${start}, got ${got}`);
}

/** Holds a text to its bound as rclpy does when it sends one, which may then have more bytes or UTF-16 units. */
function checkCharacters(text: string, bound: number, start: number): void {
	const { length } = [...text];
	if (length > bound) throw tooLong(bound, start, `${length}`);
}

/** Short texts of ASCII, which names and frames are, decode faster in place than through the UTF-8 decoder. */
function shortText(bytes: Uint8Array, start: number, end: number): string | undefined {
	if (end - start > 12) return undefined;
	let text = '';
	for (let i = start; i < end; i++) {
		const code = bytes[i] as number;
		if (code > 127) return undefined;
		text += String.fromCharCode(code);
	}
	return text;
}

function longText(bytes: Uint8Array, start: number, end: number): string {
	const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return buffer.toString('utf8', start, end);
}
