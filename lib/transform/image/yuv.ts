import type { Raster, Samples } from './raster';

/**
 * Colours of an image of two pixels in four bytes, ITU-R BT.601 with brightness from 16 to 235:
 * R = 1.164 (Y − 16) + 1.596 (V − 128), and so on.
 * @param out red, green, blue for each pixel
 */
export function fromYuv({ samples, width, height, stride }: Raster, order: 'uyvy' | 'yuyv', out: Samples): void {
	const first = order === 'uyvy' ? 1 : 0;
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const pair = y * stride + (x >> 1) * 4;
			const light = 1.164383 * ((samples[pair + first + (x & 1) * 2] as number) - 16);
			const u = (samples[pair + 1 - first] ?? 128) - 128;
			const v = (samples[pair + 3 - first] ?? 128) - 128;
			const at = (y * width + x) * 3;
			out[at] = toByte(light + 1.596027 * v);
			out[at + 1] = toByte(light - 0.812968 * v - 0.391762 * u);
			out[at + 2] = toByte(light + 2.017232 * u);
		}
	}
}

function toByte(value: number): number {
	return Math.max(0, Math.min(255, Math.round(value)));
}
