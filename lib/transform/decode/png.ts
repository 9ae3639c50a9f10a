import { crc32, inflateSync } from 'node:zlib';
import { BriefError } from '../../check';
import type { Raster } from '../image/raster';
import { mostPixels } from './jpeg';
import { unfilter } from './unfilter';

/** What the header of a PNG image says. */
interface Header {
	readonly width: number;
	readonly height: number;
	/** Bits of a sample: 1, 2, 4, 8 or 16. */
	readonly depth: number;
	readonly kind: number;
	readonly isInterlaced: boolean;
}

/** Samples per pixel of each kind of colour: grey, colour, palette, grey with alpha, colour with alpha. */
const channelsOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Where the pixels of the parts of an interlaced image begin, and how far apart they are: Adam7. */
const parts: readonly (readonly [x: number, y: number, stepX: number, stepY: number])[] = [
	[0, 0, 8, 8],
	[4, 0, 8, 8],
	[0, 4, 4, 8],
	[2, 0, 4, 4],
	[0, 2, 2, 4],
	[1, 0, 2, 2],
	[0, 1, 1, 2],
];

/** Memory that the next image takes over. */
let lines = new Uint8Array(0);
let wideSamples = new Uint16Array(0);
let samples = new Uint8Array(0);
let pieces = new Uint8Array(0);

/**
 * Decodes a PNG image: grey, colour or palette, with or without alpha, 1 to 16 bits, interlaced or not.
 * @returns to be used before the next image is decoded
 * @throws BriefError for bytes that are no whole PNG image, RangeError for a huge one.
 * @see https://www.w3.org/TR/png-3/
 */
export function decodePng(bytes: Uint8Array): Raster {
	const { header, palette, data } = readChunks(bytes);
	const { width, height, depth, kind } = header;
	const channels = channelsOf[kind] as number;
	const row = Math.ceil((width * channels * depth) / 8);
	const pixel = Math.max(1, (channels * depth) >> 3);
	const length = header.isInterlaced ? interlacedLength(header, channels) : (row + 1) * height;
	let raw: Uint8Array;
	try {
		raw = inflateSync(data.length === 1 ? (data[0] as Uint8Array) : Buffer.concat(data), { maxOutputLength: length });
	} catch (error) {
		throw damaged(error);
	}
	if (raw.length < length) throw damaged();
	if (lines.length !== row * height) lines = new Uint8Array(row * height);
	if (header.isInterlaced) putTogether(raw, header, channels, row, pixel);
	else if (!unfilter(raw, 0, row, height, pixel, lines)) throw damaged();
	if (kind === 3) return fromPalette(unpack(lines, header, row, 1), width, height, palette);
	const colors = channels >= 3 ? { colors: [0, 1, 2] as const } : {};
	const raster = { width, height, channels, stride: width * channels, ...colors };
	if (depth === 16) return { ...raster, samples: wide(lines) };
	if (depth === 8) return { ...raster, samples: lines };
	return { ...raster, samples: unpack(lines, header, row, 255 / (2 ** depth - 1)) };
}

function partSize({ width, height }: Header, [x, y, stepX, stepY]: (typeof parts)[number]): [number, number] {
	return [Math.max(0, Math.ceil((width - x) / stepX)), Math.max(0, Math.ceil((height - y) / stepY))];
}

function interlacedLength(header: Header, channels: number): number {
	return parts.reduce((total, part) => {
		const [width, height] = partSize(header, part);
		return width === 0 ? total : total + (Math.ceil((width * channels * header.depth) / 8) + 1) * height;
	}, 0);
}

/** Puts the parts of an interlaced image together, each of which is filtered as an image of its own. */
function putTogether(raw: Uint8Array, header: Header, channels: number, row: number, pixel: number): void {
	const { depth } = header;
	const bits = channels * depth;
	let from = 0;
	lines.fill(0);
	for (const part of parts) {
		const [width, height] = partSize(header, part);
		if (width === 0) continue;
		const own = Math.ceil((width * bits) / 8);
		if (pieces.length < own * height) pieces = new Uint8Array(own * height);
		if (!unfilter(raw, from, own, height, pixel, pieces)) throw damaged();
		from += (own + 1) * height;
		const [x0, y0, stepX, stepY] = part;
		for (let y = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				const to = (y0 + y * stepY) * row;
				const at = x0 + x * stepX;
				if (bits >= 8) {
					for (let k = 0; k < pixel; k++) lines[to + at * pixel + k] = pieces[y * own + x * pixel + k] as number;
				} else {
					const level =
						((pieces[y * own + ((x * bits) >> 3)] as number) >> (8 - bits - ((x * bits) & 7))) & (2 ** bits - 1);
					const place = to + ((at * bits) >> 3);
					lines[place] = (lines[place] as number) | (level << (8 - bits - ((at * bits) & 7)));
				}
			}
		}
	}
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
	const interlace = view.getUint8(at + 12);
	const isPacked = depth === 1 || depth === 2 || depth === 4;
	const isKnown = depth === 8 || (depth === 16 && kind !== 3) || (isPacked && (kind === 0 || kind === 3));
	if (width === 0 || height === 0 || channelsOf[kind] === undefined || !isKnown || interlace > 1) throw damaged();
	return { width, height, depth, kind, isInterlaced: interlace === 1 };
}

/** Samples of 16 bits, the high byte first. */
function wide(lines: Uint8Array): Uint16Array {
	const count = lines.length / 2;
	if (wideSamples.length !== count) wideSamples = new Uint16Array(count);
	for (let i = 0; i < count; i++) {
		wideSamples[i] = ((lines[2 * i] as number) << 8) | (lines[2 * i + 1] as number);
	}
	return wideSamples;
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
	if (samples.length !== indexes.length * 3) samples = new Uint8Array(indexes.length * 3);
	for (let i = 0; i < indexes.length; i++) {
		const at = (indexes[i] as number) * 3;
		if (at + 3 > palette.length) throw damaged();
		samples[3 * i] = palette[at] as number;
		samples[3 * i + 1] = palette[at + 1] as number;
		samples[3 * i + 2] = palette[at + 2] as number;
	}
	return { samples, width, height, channels: 3, stride: width * 3, colors: [0, 1, 2] };
}
