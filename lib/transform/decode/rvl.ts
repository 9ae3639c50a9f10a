import { BriefError } from '../../check';
import type { Raster } from '../image/raster';

/** Largest image, pixels: a few bytes may claim to be one that fills the memory. */
const mostPixels = 2 ** 26;

let memory = new Uint16Array(0);

/**
 * Decodes a depth image as compressed_depth_image_transport sends it with RVL: its width, its height, then runs of
 * pixels without a reading and of pixels that differ a little from the one before, all in groups of 4 bits.
 * @returns to be used before the next image is decoded
 * @throws BriefError for bytes that are no whole image, RangeError for a huge one.
 * @see A. D. Wilson, "Fast Lossless Depth Image Compression", ISS 2017
 */
export function decodeRvl(bytes: Uint8Array): Raster {
	if (bytes.length < 8) throw damaged();
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const width = view.getUint32(0, true);
	const height = view.getUint32(4, true);
	if (width * height > mostPixels) {
		throw new RangeError(`Expected a depth image of at most ${mostPixels} pixels, got ${width} x ${height}`);
	}
	if (width === 0 || height === 0) throw damaged();
	const count = width * height;
	if (memory.length !== count) memory = new Uint16Array(count);
	const groups = new Groups(view, 8);
	let depth = 0;
	for (let at = 0; at < count; ) {
		const empty = groups.next();
		if (at + empty > count) throw damaged();
		memory.fill(0, at, at + empty);
		at += empty;
		const end = at + groups.next();
		if (end > count) throw damaged();
		for (; at < end; at++) {
			const coded = groups.next();
			// 0, -1, 1, -2, 2 ... are coded as 0, 1, 2, 3, 4 ...
			depth += (coded >> 1) ^ -(coded & 1);
			memory[at] = depth;
		}
	}
	return { samples: memory, width, height, channels: 1, stride: width };
}

/** Numbers in groups of 4 bits: three of the number, the low ones first, and whether more follow. */
class Groups {
	#word = 0;
	#left = 0;
	#at: number;

	constructor(
		private readonly view: DataView,
		start: number,
	) {
		this.#at = start;
	}

	next(): number {
		let value = 0;
		for (let shift = 0; shift < 30; shift += 3) {
			if (this.#left === 0) this.#load();
			const group = this.#word >>> 28;
			this.#word <<= 4;
			this.#left--;
			value |= (group & 7) << shift;
			if (group < 8) return value;
		}
		throw damaged();
	}

	#load(): void {
		if (this.#at + 4 > this.view.byteLength) throw damaged();
		this.#word = this.view.getInt32(this.#at, true);
		this.#at += 4;
		this.#left = 8;
	}
}

function damaged(): BriefError {
	return new BriefError('bad image', 'Expected a whole RVL depth image, got one that is cut short or damaged');
}
