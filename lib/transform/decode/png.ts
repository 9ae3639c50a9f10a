import { crc32, inflateSync } from 'node:zlib';
import { BriefError } from '../../check';
import type { Raster } from '../image/raster';
import { mostPixels } from './jpeg';

/** What the header of a PNG image says. */
interface Header {
	readonly width: number;
	readonly height: number;
	/** Bits of a sample: 1, 2, 4, 8 or 16. */
	readonly depth: number;
	readonly kind: number;
}

/** Samples per pixel of each kind of colour: grey, colour, palette, grey with alpha, colour with alpha. */
const channelsOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Decodes a PNG image: grey, colour or palette, with or without alpha, 1 to 16 bits, not interlaced.
 * @throws BriefError for bytes that are no whole PNG image, RangeError for an interlaced or a huge one.
 * @see https://www.w3.org/TR/png-3/
 */
export function decodePng(bytes: Uint8Array): Raster {
	const { header, palette, data } = readChunks(bytes);
	const { width, height, depth, kind } = header;
	const channels = channelsOf[kind] as number;
	const row = Math.ceil((width * channels * depth) / 8);
	let raw: Uint8Array;
	try {
		raw = inflateSync(Buffer.concat(data), { maxOutputLength: (row + 1) * height });
	} catch (error) {
		throw damaged(error);
	}
	if (raw.length < (row + 1) * height) throw damaged();
	const lines = unfilter(raw, row, height, Math.max(1, (channels * depth) >> 3));
	if (kind === 3) return fromPalette(unpack(lines, header, row, 1), width, height, palette);
	const colors = channels >= 3 ? { colors: [0, 1, 2] as const } : {};
	const raster = { width, height, channels, stride: width * channels, ...colors };
	if (depth === 16) return { ...raster, samples: wide(lines) };
	if (depth === 8) return { ...raster, samples: lines };
	return { ...raster, samples: unpack(lines, header, row, 255 / (2 ** depth - 1)) };
}

function damaged(cause?: unknown): BriefError {
	return new BriefError('bad image', 'Expected a whole PNG image, got one that is cut short or damaged', { cause });
}

function readChunks(bytes: Uint8Array): { header: Header; palette: Uint8Array; data: Uint8Array[] } {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const data: Uint8Array[] = [];
	let header: Header | undefined;
	let palette: Uint8Array = new Uint8Array(0);
	// Past the signature: length, type, content, checksum.
	for (let at = 8; at + 12 <= bytes.length; ) {
		const length = view.getUint32(at);
		const end = at + 8 + length;
		if (end + 4 > bytes.length) throw damaged();
		const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
		if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) throw damaged();
		if (type === 'IHDR' && length === 13) header = readHeader(view, at + 8);
		else if (type === 'PLTE') palette = bytes.subarray(at + 8, end);
		else if (type === 'IDAT') data.push(bytes.subarray(at + 8, end));
		else if (type === 'IEND') {
			if (header === undefined || data.length === 0) break;
			return { header, palette, data };
		}
		at = end + 4;
	}
	throw damaged();
}

function readHeader(view: DataView, at: number): Header {
	const width = view.getUint32(at);
	const height = view.getUint32(at + 4);
	const depth = view.getUint8(at + 8);
	const kind = view.getUint8(at + 9);
	if (width * height > mostPixels) {
		throw new RangeError(`Expected a PNG image of at most ${mostPixels} pixels, got ${width} x ${height}`);
	}
	if (view.getUint8(at + 12) !== 0)
		throw new RangeError('Expected a PNG image that is not interlaced, got one that is');
	const isPacked = depth === 1 || depth === 2 || depth === 4;
	const isKnown = depth === 8 || (depth === 16 && kind !== 3) || (isPacked && (kind === 0 || kind === 3));
	if (width === 0 || height === 0 || channelsOf[kind] === undefined || !isKnown) throw damaged();
	return { width, height, depth, kind };
}

/** Undoes the filter of each row: the difference to what is left, above and both. */
function unfilter(raw: Uint8Array, row: number, height: number, pixel: number): Uint8Array {
	const out = new Uint8Array(row * height);
	for (let y = 0; y < height; y++) {
		const filter = raw[y * (row + 1)] as number;
		if (filter > 4) throw damaged();
		const from = y * (row + 1) + 1;
		const to = y * row;
		if (filter === 0) {
			out.set(raw.subarray(from, from + row), to);
			continue;
		}
		for (let x = 0; x < row; x++) {
			const left = x >= pixel ? (out[to + x - pixel] as number) : 0;
			const above = y > 0 ? (out[to + x - row] as number) : 0;
			let guess = left;
			if (filter === 2) guess = above;
			else if (filter === 3) guess = (left + above) >> 1;
			else if (filter === 4)
				guess = nearest(left, above, x >= pixel && y > 0 ? (out[to + x - row - pixel] as number) : 0);
			out[to + x] = (raw[from + x] as number) + guess;
		}
	}
	return out;
}

/** Whichever of the three is nearest to left + above - corner: Paeth's predictor. */
function nearest(left: number, above: number, corner: number): number {
	const toLeft = Math.abs(above - corner);
	const toAbove = Math.abs(left - corner);
	const toCorner = Math.abs(left + above - 2 * corner);
	if (toLeft <= toAbove && toLeft <= toCorner) return left;
	return toAbove <= toCorner ? above : corner;
}

/** Samples of 16 bits, the high byte first. */
function wide(lines: Uint8Array): Uint16Array {
	const samples = new Uint16Array(lines.length / 2);
	for (let i = 0; i < samples.length; i++) {
		samples[i] = ((lines[2 * i] as number) << 8) | (lines[2 * i + 1] as number);
	}
	return samples;
}

/** Samples of less than a byte, or a byte, one per pixel, the first in the high bits. */
function unpack(lines: Uint8Array, { width, height, depth }: Header, row: number, factor: number): Uint8Array {
	const samples = new Uint8Array(width * height);
	const mask = 2 ** depth - 1;
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const bit = x * depth;
			const byte = lines[y * row + (bit >> 3)] as number;
			samples[y * width + x] = ((byte >> (8 - depth - (bit & 7))) & mask) * factor;
		}
	}
	return samples;
}

function fromPalette(indexes: Uint8Array, width: number, height: number, palette: Uint8Array): Raster {
	const samples = new Uint8Array(indexes.length * 3);
	for (let i = 0; i < indexes.length; i++) {
		const at = (indexes[i] as number) * 3;
		if (at + 3 > palette.length) throw damaged();
		samples[3 * i] = palette[at] as number;
		samples[3 * i + 1] = palette[at + 1] as number;
		samples[3 * i + 2] = palette[at + 2] as number;
	}
	return { samples, width, height, channels: 3, stride: width * 3, colors: [0, 1, 2] };
}
