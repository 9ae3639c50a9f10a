import { BriefError } from '../../check';
import type { Raster } from '../image/raster';

/** Largest image, pixels: a few bytes may claim to be one that fills the memory. */
export const mostPixels = 2 ** 26;

/**
 * Loads libjpeg-turbo, built to WebAssembly. What it gives decodes a JPEG image; the samples of the raster are in
 * memory that the next image takes over.
 * @returns throws BriefError for bytes that are no whole JPEG image
 */
export async function loadJpeg(): Promise<(bytes: Uint8Array) => Raster> {
	const { default: load } = await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs');
	const { JPEGDecoder } = await load();
	let decoder = new JPEGDecoder();
	return (bytes) => {
		try {
			decoder.getEncodedBuffer(bytes.length).set(bytes);
			decoder.readHeader();
			const { width, height } = decoder.getFrameInfo();
			if (width * height > mostPixels) {
				throw new RangeError(`Expected a JPEG image of at most ${mostPixels} pixels, got ${width} x ${height}`);
			}
			decoder.decode();
		} catch (error) {
			if (error instanceof RangeError) throw error;
			// The decoder throws a number, and what it was amid is not known.
			decoder.delete();
			decoder = new JPEGDecoder();
			throw new BriefError(
				'bad image',
				`Expected a whole JPEG image, got ${bytes.length} bytes that are cut short or damaged`,
			);
		}
		const { width, height, componentCount: channels } = decoder.getFrameInfo();
		if (channels !== 1 && channels !== 3) {
			throw new RangeError(`Expected a JPEG image in grey or colour, got one of ${channels} channels`);
		}
		return {
			samples: decoder.getDecodedBuffer(),
			width,
			height,
			channels,
			stride: width * channels,
			...(channels === 3 && { colors: [0, 1, 2] as const }),
		};
	};
}
