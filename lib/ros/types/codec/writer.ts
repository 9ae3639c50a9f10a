/** Byte order of this machine; decides whether the memory of a typed array is what goes on the wire. */
export const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Arrays of at least this many bytes are not copied into the scratch memory but straight into the result. */
const bulkBytes = 4096;
/** Bytes of the encapsulation header: representation CDR_LE, no options. */
const headerBytes = 4;

/**
 * Writes XCDR1, little-endian, into memory that it keeps. Large arrays are only noted, and copied once into the
 * result, whose exact size is known by then.
 * @see https://www.omg.org/spec/DDS-XTYPES/1.3 clause 7.4.1, plain CDR
 */
export class Writer {
	private bytes = Buffer.alloc(4096);
	private view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
	/** Where the next byte goes in `bytes`. */
	private position = headerBytes;
	/** Bytes of noted arrays before `position`. */
	private noted = 0;
	private readonly bulks: { position: number; bytes: Uint8Array }[] = [];

	constructor() {
		this.bytes[1] = 1;
	}

	/** Bytes of memory it holds on to. */
	get capacity(): number {
		return this.bytes.length;
	}

	/** Begins a new message. */
	reset(): void {
		this.position = headerBytes;
		this.noted = 0;
		this.bulks.length = 0;
	}

	/** Makes room for `size` bytes at a multiple of `alignment` from the start of the body; returns where. */
	private reserve(size: number, alignment: number): number {
		// Padding goes out as zeros, whatever an earlier message left there.
		const padding = -(this.position - headerBytes + this.noted) & (alignment - 1);
		if (this.position + padding + size > this.bytes.length) this.grow(this.position + padding + size);
		for (let i = 0; i < padding; i++) this.bytes[this.position++] = 0;
		const position = this.position;
		this.position += size;
		return position;
	}

	private grow(size: number): void {
		const bytes = Buffer.alloc(Math.max(size, this.bytes.length * 2));
		bytes.set(this.bytes.subarray(0, this.position));
		this.bytes = bytes;
		this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	uint8(value: number): void {
		this.bytes[this.reserve(1, 1)] = value;
	}

	int8(value: number): void {
		this.bytes[this.reserve(1, 1)] = value;
	}

	uint16(value: number): void {
		const position = this.reserve(2, 2);
		this.view.setUint16(position, value, true);
	}

	int16(value: number): void {
		const position = this.reserve(2, 2);
		this.view.setInt16(position, value, true);
	}

	uint32(value: number): void {
		const position = this.reserve(4, 4);
		this.view.setUint32(position, value, true);
	}

	int32(value: number): void {
		const position = this.reserve(4, 4);
		this.view.setInt32(position, value, true);
	}

	float32(value: number): void {
		const position = this.reserve(4, 4);
		this.view.setFloat32(position, value, true);
	}

	float64(value: number): void {
		const position = this.reserve(8, 8);
		this.view.setFloat64(position, value, true);
	}

	uint64(value: bigint): void {
		const position = this.reserve(8, 8);
		this.view.setBigUint64(position, value, true);
	}

	int64(value: bigint): void {
		const position = this.reserve(8, 8);
		this.view.setBigInt64(position, value, true);
	}

	/** Aligns for elements of a size, as before the first element of an array. */
	align(alignment: number): void {
		this.reserve(0, alignment);
	}

	/** Bytes as they are. They are read until `finish`. */
	raw(bytes: Uint8Array): void {
		if (bytes.length < bulkBytes) {
			const position = this.reserve(bytes.length, 1);
			this.bytes.set(bytes, position);
			return;
		}
		this.bulks.push({ position: this.position, bytes });
		this.noted += bytes.length;
	}

	/**
	 * Writes a short text of plain ASCII, which names and frames are: one by one, its characters go faster than through
	 * the UTF-8 encoder.
	 * @returns false, with nothing written, when the text is another
	 */
	shortText(value: string): boolean {
		const { length } = value;
		if (length > 32) return false;
		const start = this.reserve(length + 5, 4);
		const { bytes } = this;
		for (let i = 0; i < length; i++) {
			const code = value.charCodeAt(i);
			if (code === 0 || code > 127) {
				this.position = start;
				return false;
			}
			bytes[start + 4 + i] = code;
		}
		this.view.setUint32(start, length + 1, true);
		bytes[start + 4 + length] = 0;
		return true;
	}

	/** A text in UTF-8 with its length in bytes before it and a zero behind. */
	text(value: string): void {
		const size = Buffer.byteLength(value, 'utf8');
		this.uint32(size + 1);
		const start = this.reserve(size + 1, 1);
		this.bytes.write(value, start, size, 'utf8');
		this.bytes[start + size] = 0;
	}

	/** The whole message, header included, in memory of its own. */
	finish(): Buffer {
		const { bytes, position } = this;
		const result = Buffer.allocUnsafeSlow(position + this.noted);
		let from = 0;
		let to = 0;
		for (const bulk of this.bulks) {
			result.set(bytes.subarray(from, bulk.position), to);
			to += bulk.position - from;
			from = bulk.position;
			result.set(bulk.bytes, to);
			to += bulk.bytes.length;
		}
		result.set(bytes.subarray(from, position), to);
		if (to + position - from !== result.length)
			throw new RangeError('An array of the message changed while it was read');
		// A message that was large once does not hold its memory for ever.
		this.bulks.length = 0;
		return result;
	}
}
