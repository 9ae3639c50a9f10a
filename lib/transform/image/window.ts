/** Which part of the source goes where in the result. */
export interface Window {
	/** Pixels of the source: left, top, width, height; may be fractions of pixels only when cropped to fit. */
	readonly from: Rect;
	/** Pixels of the result; the rest is filled. */
	readonly to: Rect;
	readonly width: number;
	readonly height: number;
}

export interface Rect {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

export const fits = {
	stretch: 'the sides may change their ratio',
	letterbox: 'keep the ratio and fill the rest',
	cover: 'keep the ratio and cut what is too much',
} as const;

export type Fit = keyof typeof fits;

/**
 * @param image size of the source
 * @param crop the part of it to take; all when undefined
 * @param size of the result; that of the part when undefined
 * @throws RangeError when the part is not within the image.
 */
export function windowOf(
	image: { readonly width: number; readonly height: number },
	crop: readonly number[] | undefined,
	size: { readonly width: number | undefined; readonly height: number | undefined },
	fit: Fit,
): Window {
	const [x = 0, y = 0, cropWidth = image.width, cropHeight = image.height] = crop ?? [];
	if (x + cropWidth > image.width || y + cropHeight > image.height) {
		throw new RangeError(
			`Expected an image of at least ${x + cropWidth} x ${y + cropHeight} pixels for \`crop\`, got ${image.width} x ${image.height}`,
		);
	}
	const width = size.width ?? cropWidth;
	const height = size.height ?? cropHeight;
	const from = { x, y, width: cropWidth, height: cropHeight };
	const to = { x: 0, y: 0, width, height };
	if (fit === 'stretch') return { from, to, width, height };
	if (fit === 'letterbox') {
		const factor = Math.min(width / cropWidth, height / cropHeight);
		const w = Math.max(1, Math.min(width, Math.round(cropWidth * factor)));
		const h = Math.max(1, Math.min(height, Math.round(cropHeight * factor)));
		return { from, to: { x: (width - w) >> 1, y: (height - h) >> 1, width: w, height: h }, width, height };
	}
	const factor = Math.max(width / cropWidth, height / cropHeight);
	const w = Math.max(1, Math.min(cropWidth, Math.round(width / factor)));
	const h = Math.max(1, Math.min(cropHeight, Math.round(height / factor)));
	return {
		from: { x: x + ((cropWidth - w) >> 1), y: y + ((cropHeight - h) >> 1), width: w, height: h },
		to,
		width,
		height,
	};
}
