/** The type that all peers speak (Blob.idl) in CDR: a number, and bytes that follow from it. */

/** A serialized blob of `size` bytes. */
export function blob(number: number, size: number): Uint8Array {
	const bytes = new Uint8Array(12 + size);
	const view = new DataView(bytes.buffer);
	bytes[1] = 1;
	view.setUint32(4, number, true);
	view.setUint32(8, size, true);
	for (let i = 0; i < size; i++) bytes[12 + i] = number + i;
	return bytes;
}

/** What is in a serialized blob of either byte order, and whether every byte is as it should be. */
export function readBlob(payload: Uint8Array): { number: number; size: number; isRight: boolean } {
	const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
	const littleEndian = payload[1] === 1;
	const number = view.getUint32(4, littleEndian);
	const size = view.getUint32(8, littleEndian);
	let isRight = payload.length >= 12 + size && payload.length < 12 + size + 4;
	for (let i = 0; isRight && i < size; i++) isRight = payload[12 + i] === ((number + i) & 0xff);
	return { number, size, isRight };
}
