/** A box with a class and a score; left, top, right, bottom in one unit. */
export interface Box {
	readonly left: number;
	readonly top: number;
	readonly right: number;
	readonly bottom: number;
	readonly score: number;
	readonly label: number;
}

/** Area of the overlap of two boxes over that of both together. */
export function overlap(a: Box, b: Box): number {
	const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
	const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
	if (width <= 0 || height <= 0) return 0;
	const both = width * height;
	return both / (areaOf(a) + areaOf(b) - both);
}

function areaOf({ left, top, right, bottom }: Box): number {
	return (right - left) * (bottom - top);
}

/**
 * Non-maximum suppression: best first, without those that overlap a better one of the same class by more than `most`.
 * @param count how many to give at most
 */
export function suppress(boxes: readonly Box[], most: number, count: number): Box[] {
	const kept: Box[] = [];
	for (const box of [...boxes].sort((a, b) => b.score - a.score)) {
		if (kept.length >= count) break;
		if (!kept.some((better) => better.label === box.label && overlap(better, box) > most)) kept.push(box);
	}
	return kept;
}
