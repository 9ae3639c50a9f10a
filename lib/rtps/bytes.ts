/**
 * Integers in a byte array. Plain functions on Uint8Array instead of DataView: no view has to be made per datagram, and
 * the engine inlines them. Reading takes either byte order, since each submessage names its own (DDSI-RTPS 2.5,
 * 9.4.5.1.2); writing is always little-endian. The caller checks bounds.
 */

export function readU16(bytes: Uint8Array, offset: number, littleEndian: boolean): number {
	const a = bytes[offset]!;
	const b = bytes[offset + 1]!;
	return littleEndian ? a | (b << 8) : (a << 8) | b;
}

export function readI32(bytes: Uint8Array, offset: number, littleEndian: boolean): number {
	const a = bytes[offset]!;
	const b = bytes[offset + 1]!;
	const c = bytes[offset + 2]!;
	const d = bytes[offset + 3]!;
	return littleEndian ? a | (b << 8) | (c << 16) | (d << 24) : (a << 24) | (b << 16) | (c << 8) | d;
}

export function readU32(bytes: Uint8Array, offset: number, littleEndian: boolean): number {
	return readI32(bytes, offset, littleEndian) >>> 0;
}

export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
	bytes[offset] = value;
	bytes[offset + 1] = value >>> 8;
}

export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
	bytes[offset] = value;
	bytes[offset + 1] = value >>> 8;
	bytes[offset + 2] = value >>> 16;
	bytes[offset + 3] = value >>> 24;
}

/** Big-endian, as entity ids and status flags are stored whatever the byte order of the rest. */
export function writeU32BE(bytes: Uint8Array, offset: number, value: number): void {
	bytes[offset] = value >>> 24;
	bytes[offset + 1] = value >>> 16;
	bytes[offset + 2] = value >>> 8;
	bytes[offset + 3] = value;
}

/** Returned by {@link readSequenceNumber} for what is no sequence number that a program can count to. */
export const invalidSequenceNumber = -1;

/** Above every sequence number that is taken seriously. */
export const sequenceNumberLimit = 2 ** 52;

/**
 * A 64-bit sequence number (high int32, low uint32) as a number. Values below 0 or from 2^52 on come back as
 * {@link invalidSequenceNumber}: at one million messages per second they are 142 years away, so they are hostile or
 * damaged. Below that, the sum of a sequence number and the size of any window is still exact, so that every loop over
 * a window ends.
 */
export function readSequenceNumber(bytes: Uint8Array, offset: number, littleEndian: boolean): number {
	const high = readI32(bytes, offset, littleEndian);
	if (high < 0 || high >= 0x100000) return invalidSequenceNumber;
	return high * 0x1_0000_0000 + readU32(bytes, offset + 4, littleEndian);
}

export function writeSequenceNumber(bytes: Uint8Array, offset: number, value: number): void {
	writeU32(bytes, offset, Math.floor(value / 0x1_0000_0000));
	writeU32(bytes, offset + 4, value % 0x1_0000_0000);
}

/** The next multiple of 4. */
export function align4(length: number): number {
	return (length + 3) & ~3;
}
