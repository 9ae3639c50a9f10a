import { show } from '../../check';
import type { Raster } from '../image/raster';
import { loadJpeg } from './jpeg';
import { decodePng } from './png';

let loading: Promise<(bytes: Uint8Array) => Raster> | undefined;

/**
 * The decoder of compressed images, JPEG and PNG, told apart by their first bytes; loaded once for all who ask.
 * @returns what it gives is to be used before the next image is decoded; it throws BriefError or RangeError for bytes
 * that are no whole image
 */
export function loadImages(): Promise<(bytes: Uint8Array) => Raster> {
	loading ??= loadJpeg().then((decodeJpeg) => (bytes) => {
		if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes);
		if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return decodePng(bytes);
		const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
		throw new RangeError(`Expected \`data\` to be a JPEG or PNG image, got bytes that begin with ${show(start)}`);
	});
	return loading;
}
