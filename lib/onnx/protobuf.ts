import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes that can be read at any position: a file, of which only the parts asked for are loaded, or a buffer. */
export interface ByteSource {
	/** Bytes. */
	readonly size: number;
	/** The byte at `position`, which has to be below `size`. */
	byte(position: number): number;
	/** A view of the bytes from `start`, `length` at most; valid until the next call. */
	view(start: number, length: number): Uint8Array;
	close(): void;
}

/** A source over memory. */
export function bufferSource(bytes: Uint8Array): ByteSource {
	return {
		size: bytes.byteLength,
		byte: (position) => bytes[position] as number,
		view: (start, length) => bytes.subarray(start, start + length),
		close() {},
	};
}

/** Enough for the names and shapes of most models in one read, little enough to jump over weights cheaply. */
const windowSize = 16 * 1024;

/** A source over a file, read through a small window. Throws what `fs` throws. */
export function fileSource(path: string): ByteSource {
	const file = openSync(path, 'r');
	const window = Buffer.allocUnsafe(windowSize);
	let windowStart = 0;
	let windowEnd = 0;
	let size: number;
	try {
		size = fstatSync(file).size;
	} catch (error) {
		closeSync(file);
		throw error;
	}
	const fill = (buffer: Buffer, start: number): number => {
		let filled = 0;
		while (filled < buffer.length) {
			const read = readSync(file, buffer, filled, buffer.length - filled, start + filled);
			if (read === 0) break;
			filled += read;
		}
		return filled;
	};
	const moveTo = (start: number): void => {
		windowStart = start;
		windowEnd = start + fill(window, start);
	};
	return {
		size,
		byte(position) {
			if (position < windowStart || position >= windowEnd) {
				moveTo(position);
				if (windowEnd === windowStart) throw new TruncatedError(1);
			}
			return window[position - windowStart] as number;
		},
		view(start, length) {
			const wanted = Math.max(0, Math.min(length, size - start));
			if (wanted > windowSize) {
				const buffer = Buffer.allocUnsafe(wanted);
				return buffer.subarray(0, fill(buffer, start));
			}
			if (start < windowStart || start + wanted > windowEnd) moveTo(start);
			return window.subarray(start - windowStart, Math.min(start + wanted, windowEnd) - windowStart);
		},
		close: () => closeSync(file),
	};
}

/** The bytes end in the middle of what they promised. */
export class TruncatedError extends Error {
	override readonly name = 'TruncatedError';

	/** @param missing how many bytes are promised but not there */
	constructor(readonly missing: number) {
		super(`The file ends ${missing} bytes too early`);
	}
}

/** The bytes are no protocol buffer. */
export class MalformedError extends Error {
	override readonly name = 'MalformedError';
}

/** Wire types (https://protobuf.dev/programming-guides/encoding/#structure). */
const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Longest name, text or metadata value that is read rather than refused, bytes. */
const longestText = 64 * 1024 * 1024;

/**
 * A walk over the fields of one message. It stands on one field at a time; what is not asked for is jumped over without
 * being read, which is how the weights of a model stay on disk.
 */
export class MessageReader {
	/** Number of the current field. */
	field = 0;
	#wireType = 0;
	#position: number;
	/** Value of a varint field, or length of a bytes field. */
	#value = 0n;
	#start = 0;

	constructor(
		private readonly source: ByteSource,
		start = 0,
		private readonly end = source.size,
	) {
		this.#position = start;
	}

	/**
	 * Goes to the next field; false at the end of the message.
	 * @throws MalformedError, TruncatedError
	 */
	next(): boolean {
		if (this.#position >= this.end) return false;
		const key = Number(this.#varint());
		this.field = Math.floor(key / 8);
		this.#wireType = key % 8;
		if (this.field === 0) throw new MalformedError('field number 0');
		switch (this.#wireType) {
			case wire.varint:
				this.#value = this.#varint();
				break;
			case wire.fixed64:
				this.#jump(8);
				break;
			case wire.fixed32:
				this.#jump(4);
				break;
			case wire.bytes:
				this.#value = this.#varint();
				this.#jump(Number(this.#value));
				break;
			default:
				throw new MalformedError(`wire type ${this.#wireType}`);
		}
		return true;
	}

	/** The current field as a signed 64-bit integer; beyond 2^53 the nearest number. */
	integer(): number {
		this.#expect(wire.varint);
		return Number(BigInt.asIntN(64, this.#value));
	}

	/** The current field as text. */
	text(): string {
		const length = this.byteLength;
		if (length > longestText) throw new MalformedError(`a text of ${length} bytes`);
		return Buffer.from(this.source.view(this.#start, length)).toString('utf8');
	}

	/** The current field as a message of its own. */
	message(): MessageReader {
		this.#expect(wire.bytes);
		return new MessageReader(this.source, this.#start, this.#start + Number(this.#value));
	}

	/** Size of the current bytes field. */
	get byteLength(): number {
		this.#expect(wire.bytes);
		return Number(this.#value);
	}

	/** The integers of a repeated field, whether this occurrence is packed or a single value. */
	*integers(): Generator<number> {
		if (this.#wireType === wire.varint) {
			yield this.integer();
			return;
		}
		const packed = this.message();
		while (packed.#position < packed.end) yield Number(BigInt.asIntN(64, packed.#varint()));
	}

	#expect(type: number): void {
		if (this.#wireType !== type) throw new MalformedError(`field ${this.field} of wire type ${this.#wireType}`);
	}

	#jump(length: number): void {
		this.#start = this.#position;
		this.#position += length;
		if (this.#position <= this.end) return;
		// At the end of the file the rest is missing; inside it a length is wrong.
		if (this.end === this.source.size) throw new TruncatedError(this.#position - this.end);
		throw new MalformedError(`field ${this.field} is longer than the message it is in`);
	}

	#varint(): bigint {
		let low = 0;
		let factor = 1;
		// Most varints are short: they are summed as numbers, and only what goes beyond 49 bits as BigInt.
		for (let i = 0; i < 7; i++) {
			const byte = this.#byte();
			low += (byte & 0x7f) * factor;
			if (byte < 0x80) return BigInt(low);
			factor *= 128;
		}
		let value = BigInt(low);
		for (let shift = 49n; shift < 70n; shift += 7n) {
			const byte = this.#byte();
			value |= BigInt(byte & 0x7f) << shift;
			if (byte < 0x80) return BigInt.asUintN(64, value);
		}
		throw new MalformedError('a number of more than 10 bytes');
	}

	#byte(): number {
		if (this.#position >= this.end) {
			if (this.end === this.source.size) throw new TruncatedError(1);
			throw new MalformedError('a number beyond the end of its message');
		}
		return this.source.byte(this.#position++);
	}
}
