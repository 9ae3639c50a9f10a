import { show } from '../check';

/** A file in a zip archive, as it is packed. */
export interface ZipEntry {
	readonly name: string;
	/** Whether `data` is deflated (RFC 1951), or the file itself. */
	readonly isDeflated: boolean;
	readonly data: Uint8Array;
	/** Bytes of the file itself. */
	readonly size: number;
}

const endSignature = 0x06054b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;
/** In place of a number of 32 bits that has its true value in a zip64 field. */
const elsewhere = 0xffffffff;

/**
 * The files of a zip archive, stored or deflated, also those that Python writes with zip64 fields.
 * @throws RangeError when it is no archive, is cut short, or has encrypted files or others packed in another way.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16
 */
export function zipEntries(bytes: Uint8Array): ZipEntry[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	try {
		return readDirectory(bytes, view);
	} catch (error) {
		// DataView refuses what lies beyond its end.
		if (error instanceof RangeError && !error.message.startsWith('Expected')) {
			throw new RangeError('Expected a whole zip archive, got one that is cut short or damaged', { cause: error });
		}
		throw error;
	}
}

function readDirectory(bytes: Uint8Array, view: DataView): ZipEntry[] {
	const end = findEnd(view);
	const count = view.getUint16(end + 10, true);
	let at = view.getUint32(end + 16, true);
	const entries: ZipEntry[] = [];
	for (let i = 0; i < count; i++) {
		if (view.getUint32(at, true) !== directorySignature) {
			throw new RangeError('Expected a whole zip archive, got one that is cut short or damaged');
		}
		const nameLength = view.getUint16(at + 28, true);
		const extraLength = view.getUint16(at + 30, true);
		const name = new TextDecoder().decode(slice(bytes, at + 46, nameLength));
		const method = view.getUint16(at + 10, true);
		const isEncrypted = (view.getUint16(at + 8, true) & 1) !== 0;
		if (isEncrypted || (method !== 0 && method !== 8)) {
			throw new RangeError(
				`Expected ${show(name)} in the archive to be stored or deflated, got another way of packing`,
			);
		}
		const large = largeNumbers(view, at, nameLength, extraLength);
		const start = dataStart(view, large.offset);
		entries.push({ name, isDeflated: method === 8, data: slice(bytes, start, large.packed), size: large.size });
		at += 46 + nameLength + extraLength + view.getUint16(at + 32, true);
	}
	return entries;
}

/** The record at the end; a comment may follow it. */
function findEnd(view: DataView): number {
	const first = Math.max(0, view.byteLength - 22 - 65535);
	for (let at = view.byteLength - 22; at >= first; at--) {
		if (view.getUint32(at, true) === endSignature) return at;
	}
	throw new RangeError('Expected a zip archive, such as NumPy writes with savez, got something else');
}

/** Sizes and place of a file; those that do not fit 32 bits are in the extra field 1, in this order. */
function largeNumbers(view: DataView, at: number, nameLength: number, extraLength: number) {
	let size = view.getUint32(at + 24, true);
	let packed = view.getUint32(at + 20, true);
	let offset = view.getUint32(at + 42, true);
	let extra = at + 46 + nameLength;
	const end = extra + extraLength;
	while (extra + 4 <= end) {
		const isLarge = view.getUint16(extra, true) === 1;
		let field = extra + 4;
		extra = field + view.getUint16(extra + 2, true);
		if (!isLarge) continue;
		const next = () => {
			const value = Number(view.getBigUint64(field, true));
			field += 8;
			return value;
		};
		if (size === elsewhere) size = next();
		if (packed === elsewhere) packed = next();
		if (offset === elsewhere) offset = next();
	}
	return { size, packed, offset };
}

function dataStart(view: DataView, offset: number): number {
	if (view.getUint32(offset, true) !== localSignature) {
		throw new RangeError('Expected a whole zip archive, got one that is cut short or damaged');
	}
	return offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
}

function slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
	if (start + length > bytes.length) {
		throw new RangeError('Expected a whole zip archive, got one that is cut short or damaged');
	}
	return bytes.subarray(start, start + length);
}
