import type { Raster, Samples } from './raster';

/**
 * Colours of an image behind a Bayer filter: each sample keeps its colour, the two others are the mean of the nearest
 * samples of that colour within one pixel (bilinear). At the borders only those inside count.
 * @param pattern colours of the first two pixels, then of the two below: `rggb`
 * @param out red, green, blue for each pixel
 */
export function demosaic({ samples, width, height, stride }: Raster, pattern: string, out: Samples): void {
	const colorAt = [...pattern].map((letter) => 'rgb'.indexOf(letter));
	const sum = [0, 0, 0];
	const count = [0, 0, 0];
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			sum.fill(0);
			count.fill(0);
			const own = colorAt[(y & 1) * 2 + (x & 1)] as number;
			for (let v = Math.max(0, y - 1); v <= y + 1 && v < height; v++) {
				for (let u = Math.max(0, x - 1); u <= x + 1 && u < width; u++) {
					const color = colorAt[(v & 1) * 2 + (u & 1)] as number;
					// Green has neighbours of its own colour across the corners: nearer ones are enough.
					const isCorner = u !== x && v !== y;
					if (color === 1 && isCorner && own !== 1) continue;
					sum[color] = (sum[color] as number) + (samples[v * stride + u] as number);
					count[color] = (count[color] as number) + 1;
				}
			}
			const at = (y * width + x) * 3;
			for (let c = 0; c < 3; c++) {
				const mean = (sum[c] as number) / Math.max(1, count[c] as number);
				out[at + c] = c === own ? (samples[y * stride + x] as number) : Math.round(mean);
			}
		}
	}
}
