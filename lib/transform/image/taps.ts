/** How pixels are made of others where sizes differ. */
export const methods = {
	bilinear: 'of the four nearest, as OpenCV INTER_LINEAR and torch interpolate do',
	antialias: 'bilinear that takes all pixels in when it makes smaller, as Pillow and torchvision Resize do',
	area: 'the mean of the pixels it covers, as OpenCV INTER_AREA does',
	nearest: 'the nearest one, as OpenCV INTER_NEAREST does',
} as const;

export type Method = keyof typeof methods;

/** For each pixel of the result along one axis, which pixels of the source it is made of, and with what weights. */
export interface Taps {
	/** Most taps that any pixel has. */
	readonly width: number;
	/** The first source pixel of each. */
	readonly first: Int32Array;
	/** How many of each. */
	readonly count: Int32Array;
	/** Weights, `width` for each pixel; they add up to 1. */
	readonly weights: Float64Array;
}

/**
 * The taps along one axis.
 * @param source pixels of the source that are used, beginning at `start`
 * @param size pixels of the result
 */
export function tapsOf(method: Method, start: number, source: number, size: number): Taps {
	const ratio = source / size;
	const reach = method === 'antialias' ? Math.max(1, ratio) : 1;
	const width = method === 'area' ? Math.ceil(ratio) + 1 : method === 'nearest' ? 1 : Math.ceil(reach) * 2 + 1;
	const first = new Int32Array(size);
	const count = new Int32Array(size);
	const weights = new Float64Array(size * width);
	for (let i = 0; i < size; i++) {
		const [from, list] = tapsAt(method, i, ratio, reach, source);
		first[i] = start + from;
		count[i] = list.length;
		const sum = list.reduce((total, weight) => total + weight, 0);
		for (const [k, weight] of list.entries()) weights[i * width + k] = weight / sum;
	}
	return { width, first, count, weights };
}

function tapsAt(
	method: Method,
	i: number,
	ratio: number,
	reach: number,
	source: number,
): [from: number, weights: number[]] {
	const last = source - 1;
	// Pixel centers are at one half, so that the image does not shift.
	const center = (i + 0.5) * ratio - 0.5;
	if (method === 'nearest') return [Math.min(last, Math.floor(i * ratio)), [1]];
	if (method === 'area') {
		const begin = i * ratio;
		const end = Math.min(source, begin + ratio);
		const from = Math.floor(begin + 1e-9);
		const list: number[] = [];
		for (let k = from; k < end - 1e-9; k++) list.push(Math.min(k + 1, end) - Math.max(k, begin));
		return [from, list];
	}
	if (method === 'bilinear') {
		const at = Math.min(Math.max(center, 0), last);
		const from = Math.min(Math.floor(at), Math.max(0, last - 1));
		const part = at - from;
		return source === 1 ? [0, [1]] : [from, [1 - part, part]];
	}
	const from = Math.max(0, Math.floor(center + 0.5 - reach + 0.5));
	const to = Math.min(source, Math.floor(center + 0.5 + reach + 0.5));
	const list: number[] = [];
	for (let k = from; k < to; k++) list.push(Math.max(0, 1 - Math.abs(k - center) / reach));
	return [from, list];
}
