import type { NumberArray } from '../elements';
import type { Raster, Samples } from './raster';
import type { Taps } from './taps';

/** Where the samples of the result go: `at + x · pixel + y · row + c · plane`. */
export interface Target {
	readonly out: NumberArray;
	readonly at: number;
	readonly pixel: number;
	readonly row: number;
	readonly plane: number;
}

/**
 * What becomes of the channels: sample c of the result is the sum over channels s of the source of
 * `weights[c][s] · source[s]`, plus `bias[c]`.
 */
export interface Mix {
	readonly weights: readonly (readonly number[])[];
	readonly bias: readonly number[];
}

/** Resizes in two steps per row, for any taps, samples and channels. */
export class Resizer {
	#rows = new Float64Array(0);
	#pixel = new Float64Array(4);

	run({ samples, stride, channels }: Raster, across: Taps, down: Taps, mix: Mix, target: Target): void {
		const width = across.first.length;
		const left = (across.first[0] as number) * channels;
		const right = ((across.first[width - 1] as number) + (across.count[width - 1] as number)) * channels;
		if (this.#rows.length < right - left) this.#rows = new Float64Array(right - left);
		const rows = this.#rows;
		for (let y = 0; y < down.first.length; y++) {
			blendRows(samples, stride, down, y, left, right, rows);
			this.#writeRow(rows, left, across, channels, mix, target, target.at + y * target.row);
		}
	}

	#writeRow(
		rows: Float64Array,
		left: number,
		across: Taps,
		channels: number,
		mix: Mix,
		target: Target,
		at: number,
	): void {
		const pixel = this.#pixel;
		const { out } = target;
		const { weights, bias } = mix;
		for (let x = 0; x < across.first.length; x++) {
			const from = (across.first[x] as number) * channels - left;
			const count = across.count[x] as number;
			for (let s = 0; s < channels; s++) {
				let sum = 0;
				for (let k = 0; k < count; k++) {
					sum += (rows[from + k * channels + s] as number) * (across.weights[x * across.width + k] as number);
				}
				pixel[s] = sum;
			}
			for (let c = 0; c < weights.length; c++) {
				const factors = weights[c] as readonly number[];
				let value = bias[c] as number;
				for (let s = 0; s < channels; s++) value += (factors[s] as number) * (pixel[s] as number);
				out[at + x * target.pixel + c * target.plane] = value;
			}
		}
	}
}

function blendRows(
	samples: Samples,
	stride: number,
	down: Taps,
	y: number,
	left: number,
	right: number,
	rows: Float64Array,
): void {
	const count = down.count[y] as number;
	for (let k = 0; k < count; k++) {
		const weight = down.weights[y * down.width + k] as number;
		const row = ((down.first[y] as number) + k) * stride;
		if (k === 0) for (let i = left; i < right; i++) rows[i - left] = (samples[row + i] as number) * weight;
		else
			for (let i = left; i < right; i++)
				rows[i - left] = (rows[i - left] as number) + (samples[row + i] as number) * weight;
	}
}

/** Fraction bits of the weights across in `resizeBytes`: as many as 8-bit samples leave free in 31. */
const bits = 22;

/** What one of the integers of `resizeBytes` is worth, in levels. */
export const unit = 2 ** -bits;

/** Tables of `resizeBytes`, made once for a size. */
export interface ByteTables {
	/** Byte of the left and of the right source pixel of each pixel. */
	readonly left: Int32Array;
	readonly right: Int32Array;
	/** Share of the right one, with `bits` fraction bits. */
	readonly share: Int32Array;
}

export function byteTables(across: Taps, channels: number): ByteTables {
	const size = across.first.length;
	const tables = { left: new Int32Array(size), right: new Int32Array(size), share: new Int32Array(size) };
	for (let x = 0; x < size; x++) {
		const first = across.first[x] as number;
		tables.left[x] = first * channels;
		tables.right[x] = (first + (across.count[x] as number) - 1) * channels;
		const share = across.count[x] === 1 ? 0 : (across.weights[x * across.width + 1] as number);
		tables.share[x] = Math.round(share * 2 ** bits);
	}
	return tables;
}

/**
 * Bilinear for three of the channels of 8-bit images, the case of most cameras and models, in one pass. Across, the
 * weights are integers: integer multiplications and half the conversions to floating point make it about twice as fast,
 * and 22 bits of fraction keep it within 1e-4 of a grey level.
 * @param order which channel of the source each of the three of the result is
 * @param factor and `bias`: what becomes of a level, in `unit`s
 */
export function resizeBytes(
	{ samples, stride }: Raster,
	{ left, right, share }: ByteTables,
	down: Taps,
	order: readonly [number, number, number],
	factor: readonly [number, number, number],
	bias: readonly [number, number, number],
	{ out, at, pixel, row, plane }: Target,
): void {
	const bytes = samples as Uint8Array;
	const width = left.length;
	const height = down.first.length;
	// By index: taking an array apart makes an iterator.
	const c0 = order[0];
	const c1 = order[1];
	const c2 = order[2];
	const f0 = factor[0];
	const f1 = factor[1];
	const f2 = factor[2];
	const b0 = bias[0];
	const b1 = bias[1];
	const b2 = bias[2];
	for (let y = 0; y < height; y++) {
		const top = (down.first[y] as number) * stride;
		const bottom = top + ((down.count[y] as number) - 1) * stride;
		const part = down.count[y] === 1 ? 0 : (down.weights[y * down.width + 1] as number);
		let to = at + y * row;
		for (let x = 0; x < width; x++, to += pixel) {
			const l = left[x] as number;
			const r = right[x] as number;
			const w = share[x] as number;
			let p = bytes[top + l + c0] as number;
			let q = bytes[bottom + l + c0] as number;
			let upper = (p << bits) + Math.imul((bytes[top + r + c0] as number) - p, w);
			let lower = (q << bits) + Math.imul((bytes[bottom + r + c0] as number) - q, w);
			out[to] = (upper + (lower - upper) * part) * f0 + b0;
			p = bytes[top + l + c1] as number;
			q = bytes[bottom + l + c1] as number;
			upper = (p << bits) + Math.imul((bytes[top + r + c1] as number) - p, w);
			lower = (q << bits) + Math.imul((bytes[bottom + r + c1] as number) - q, w);
			out[to + plane] = (upper + (lower - upper) * part) * f1 + b1;
			p = bytes[top + l + c2] as number;
			q = bytes[bottom + l + c2] as number;
			upper = (p << bits) + Math.imul((bytes[top + r + c2] as number) - p, w);
			lower = (q << bits) + Math.imul((bytes[bottom + r + c2] as number) - q, w);
			out[to + 2 * plane] = (upper + (lower - upper) * part) * f2 + b2;
		}
	}
}
