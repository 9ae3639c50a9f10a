import type { NumberArray } from '../elements';
import type { Block, Message, Output } from '../step';
import { type DecodeImage, isCompressed, readCompressed } from './compressed';
import { type Raster, RasterReader } from './raster';
import { type ByteTables, byteTables, type Mix, Resizer, resizeBytes, type Target, unit } from './resize';
import { type Method, type Taps, tapsOf } from './taps';
import { type Fit, type Window, windowOf } from './window';

export interface ImageSettings {
	readonly width: number | undefined;
	readonly height: number | undefined;
	readonly channels: 'rgb' | 'bgr' | 'gray' | 'same';
	readonly method: Method;
	readonly fit: Fit;
	readonly fill: number;
	/** Left, top, width, height. */
	readonly crop: readonly number[] | undefined;
	readonly flip: 'none' | 'horizontal' | 'vertical' | 'both';
	readonly rescale: number;
	readonly mean: number | readonly number[];
	readonly std: number | readonly number[];
	readonly layout: 'chw' | 'hwc';
	readonly noBatch: boolean;
	readonly notFinite: number | undefined;
	readonly as: 'float32' | 'uint8';
}

/** What is the same for all images of one size and encoding. */
interface Plan {
	/** What it was made for. */
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	readonly sampleSize: number;
	readonly colors: Raster['colors'];
	readonly window: Window;
	readonly across: Taps;
	readonly down: Taps;
	readonly mix: Mix;
	readonly dims: readonly number[];
	/** Where the samples go; its `out` is that of the image under way. */
	readonly target: MutableTarget;
	/** What the free part of a letterbox is filled with, for each channel; undefined where nothing is free. */
	readonly filling: readonly number[] | undefined;
	/** For the one-pass way; undefined where it cannot go. */
	readonly fast:
		| {
				readonly tables: ByteTables;
				readonly order: readonly [number, number, number];
				readonly factor: readonly [number, number, number];
				readonly bias: readonly [number, number, number];
		  }
		| undefined;
}

type MutableTarget = { -readonly [K in keyof Target]: Target[K] };

/** Images to tensors; plans once for each size and encoding, and uses its memory again. */
export class ImageTransform {
	readonly #settings: ImageSettings;
	readonly #reader = new RasterReader();
	readonly #resizer = new Resizer();
	#plan: Plan | undefined;
	#finite = new Float32Array(0);
	#levels = new Float32Array(0);

	readonly #decode: DecodeImage | undefined;

	/** @param decode for compressed images; undefined where there is nothing that does, as in the browser */
	constructor(settings: ImageSettings, decode?: DecodeImage) {
		this.#settings = settings;
		this.#decode = decode;
	}

	/** @throws TypeError or RangeError for what is no image, or has not the channels asked for. */
	run(message: Message, output: Output): Block {
		const raster = this.#withoutNotFinite(
			isCompressed(message) ? readCompressed(message, this.#decode) : this.#reader.read(message),
		);
		const plan = this.#planFor(raster);
		const block = output.block(this.#settings.as, plan.dims);
		const isBytes = block.type === 'uint8';
		const length = block.data.length;
		if (isBytes && this.#levels.length !== length) this.#levels = new Float32Array(length);
		const out = isBytes ? this.#levels : (block.data as Float32Array);
		const { fast, target } = plan;
		target.out = out;
		if (plan.filling) fill(plan, plan.filling, out, this.#settings.layout);
		if (fast) resizeBytes(raster, fast.tables, plan.down, fast.order, fast.factor, fast.bias, target);
		else this.#resizer.run(raster, plan.across, plan.down, plan.mix, target);
		// The tensor goes its way, and is gone when nobody has it any more.
		target.out = none;
		if (isBytes) {
			const bytes = block.data as Uint8Array;
			for (let i = 0; i < length; i++) bytes[i] = Math.max(0, Math.min(255, Math.round(out[i] as number)));
		}
		return block;
	}

	#planFor(raster: Raster): Plan {
		const { width, height, channels, samples, colors } = raster;
		const sampleSize = samples.BYTES_PER_ELEMENT;
		if (this.#plan !== undefined && isFor(this.#plan, raster)) return this.#plan;
		const settings = this.#settings;
		const window = windowOf(raster, settings.crop, settings, settings.fit);
		const across = tapsOf(settings.method, window.from.x, window.from.width, window.to.width);
		const down = tapsOf(settings.method, window.from.y, window.from.height, window.to.height);
		const mix = mixOf(raster, settings);
		const count = mix.bias.length;
		const shape =
			settings.layout === 'chw' ? [count, window.height, window.width] : [window.height, window.width, count];
		const dims = settings.noBatch ? shape : [1, ...shape];
		const isFast =
			samples instanceof Uint8Array &&
			(settings.method === 'bilinear' || settings.method === 'nearest') &&
			count === 3 &&
			channels >= 3;
		const order = isFast ? mix.weights.map((weights) => weights.findIndex((weight) => weight !== 0)) : [];
		const fast =
			isFast && order.every((channel) => channel >= 0)
				? {
						tables: byteTables(across, channels),
						order: order as [number, number, number],
						factor: mix.weights.map((weights, c) => (weights[order[c] as number] as number) * unit) as [
							number,
							number,
							number,
						],
						bias: mix.bias as unknown as [number, number, number],
					}
				: undefined;
		const target = targetOf(window, count, settings);
		const filling = fillingOf(window, mix, settings.fill);
		const made = { width, height, channels, sampleSize, colors };
		this.#plan = { ...made, window, across, down, mix, dims, target, filling, fast };
		return this.#plan;
	}

	#withoutNotFinite(raster: Raster): Raster {
		const { samples } = raster;
		if (!(samples instanceof Float32Array)) return raster;
		const { notFinite } = this.#settings;
		let copy: Float32Array | undefined;
		for (let i = 0; i < samples.length; i++) {
			if (Number.isFinite(samples[i])) continue;
			if (notFinite === undefined) {
				const pixel = Math.floor((i % raster.stride) / raster.channels);
				throw new RangeError(
					`pixel ${pixel} of row ${Math.floor(i / raster.stride)} is ${samples[i]}; set \`notFinite\` to what to take in place of it`,
				);
			}
			if (copy === undefined) {
				if (this.#finite.length !== samples.length) this.#finite = new Float32Array(samples.length);
				copy = this.#finite;
				copy.set(samples);
			}
			copy[i] = notFinite;
		}
		return copy === undefined ? raster : { ...raster, samples: copy };
	}
}

const none = new Float32Array(0);

/** Whether a plan was made for images like this one. */
function isFor(plan: Plan, { width, height, channels, samples, colors }: Raster): boolean {
	const isSameSize = plan.width === width && plan.height === height && plan.channels === channels;
	return isSameSize && plan.sampleSize === samples.BYTES_PER_ELEMENT && plan.colors?.[0] === colors?.[0];
}

function targetOf({ to, width, height }: Window, count: number, { layout, flip }: ImageSettings): MutableTarget {
	const pixel = layout === 'chw' ? 1 : count;
	const row = width * pixel;
	const plane = layout === 'chw' ? width * height : 1;
	const isMirrored = flip === 'horizontal' || flip === 'both';
	const isUpsideDown = flip === 'vertical' || flip === 'both';
	const x = isMirrored ? width - 1 - to.x : to.x;
	const y = isUpsideDown ? height - 1 - to.y : to.y;
	const at = y * row + x * pixel;
	return { out: none, at, pixel: isMirrored ? -pixel : pixel, row: isUpsideDown ? -row : row, plane };
}

function fillingOf({ to, width, height }: Window, mix: Mix, level: number): number[] | undefined {
	if (to.width === width && to.height === height) return undefined;
	return mix.weights.map((weights, c) => (mix.bias[c] as number) + level * weights.reduce((sum, w) => sum + w, 0));
}

/** Fills what the image leaves free in a letterbox, and the rest with it. */
function fill(
	{ window: { width, height } }: Plan,
	values: readonly number[],
	out: NumberArray,
	layout: ImageSettings['layout'],
): void {
	const count = values.length;
	const plane = width * height;
	if (layout === 'chw') for (let c = 0; c < count; c++) out.fill(values[c] as number, c * plane, (c + 1) * plane);
	else for (let i = 0; i < out.length; i++) out[i] = values[i % count] as number;
}

/** What becomes of the channels, with rescale, mean and std. */
function mixOf({ channels, colors }: Raster, settings: ImageSettings): Mix {
	const rows = channelRows(channels, colors, settings.channels);
	const { mean, std, rescale } = settings;
	const each = (values: number | readonly number[], c: number, name: string): number => {
		if (typeof values === 'number') return values;
		if (values.length !== rows.length) {
			throw new RangeError(
				`Expected ${rows.length} numbers of \`${name}\`, one for each channel, got ${values.length}`,
			);
		}
		return values[c] as number;
	};
	return {
		weights: rows.map((row, c) => row.map((weight) => (weight * rescale) / each(std, c, 'std'))),
		bias: rows.map((_row, c) => 0 - each(mean, c, 'mean') / each(std, c, 'std')),
	};
}

function channelRows(
	channels: number,
	colors: readonly [number, number, number] | undefined,
	wanted: ImageSettings['channels'],
): number[][] {
	const pick = (weights: Record<number, number>) => Array.from({ length: channels }, (_channel, s) => weights[s] ?? 0);
	if (wanted === 'same') return Array.from({ length: channels }, (_channel, s) => pick({ [s]: 1 }));
	if (colors === undefined) {
		// An image without colour is grey: all of red, green and blue are its one channel.
		if (wanted === 'gray') return [pick({ 0: 1 })];
		return [pick({ 0: 1 }), pick({ 0: 1 }), pick({ 0: 1 })];
	}
	const [red, green, blue] = colors;
	if (wanted === 'gray') return [pick({ [red]: 0.299, [green]: 0.587, [blue]: 0.114 })];
	const order = wanted === 'rgb' ? [red, green, blue] : [blue, green, red];
	return order.map((s) => pick({ [s]: 1 }));
}
