/**
 * Undoes the filters of the rows of a PNG image: each byte is the difference to what is left of it, above, or both.
 * @param raw rows, each with the number of its filter before it
 * @param from where the rows begin in it
 * @param row bytes of a row, without the number
 * @param pixel bytes from one pixel to the next, at least 1
 * @param out takes the rows
 * @returns false when a filter is none
 * @see https://www.w3.org/TR/png-3/#9Filters
 */
export function unfilter(
	raw: Uint8Array,
	from: number,
	row: number,
	height: number,
	pixel: number,
	out: Uint8Array,
): boolean {
	for (let y = 0; y < height; y++) {
		const filter = raw[from + y * (row + 1)] as number;
		const at = from + y * (row + 1) + 1;
		const to = y * row;
		const isFirst = y === 0;
		if (filter === 0 || (filter === 2 && isFirst)) copyRow(raw, at, row, out, to);
		else if (filter === 1 || (filter === 4 && isFirst)) addLeft(raw, at, row, pixel, out, to);
		else if (filter === 2) addAbove(raw, at, row, out, to);
		else if (filter === 3) addMean(raw, at, row, pixel, out, to, isFirst);
		else if (filter === 4) addNearest(raw, at, row, pixel, out, to);
		else return false;
	}
	return true;
}

function copyRow(raw: Uint8Array, at: number, row: number, out: Uint8Array, to: number): void {
	for (let x = 0; x < row; x++) out[to + x] = raw[at + x] as number;
}

function addLeft(raw: Uint8Array, at: number, row: number, pixel: number, out: Uint8Array, to: number): void {
	const start = Math.min(pixel, row);
	for (let x = 0; x < start; x++) out[to + x] = raw[at + x] as number;
	for (let x = start; x < row; x++) out[to + x] = (raw[at + x] as number) + (out[to + x - pixel] as number);
}

function addAbove(raw: Uint8Array, at: number, row: number, out: Uint8Array, to: number): void {
	for (let x = 0; x < row; x++) out[to + x] = (raw[at + x] as number) + (out[to + x - row] as number);
}

function addMean(
	raw: Uint8Array,
	at: number,
	row: number,
	pixel: number,
	out: Uint8Array,
	to: number,
	isFirst: boolean,
): void {
	for (let x = 0; x < row; x++) {
		const left = x >= pixel ? (out[to + x - pixel] as number) : 0;
		const above = isFirst ? 0 : (out[to + x - row] as number);
		out[to + x] = (raw[at + x] as number) + ((left + above) >> 1);
	}
}

/** Paeth's predictor: whichever of left, above and corner is nearest to left + above - corner. */
function addNearest(raw: Uint8Array, at: number, row: number, pixel: number, out: Uint8Array, to: number): void {
	const start = Math.min(pixel, row);
	// Without a left and a corner the one above is the nearest.
	for (let x = 0; x < start; x++) out[to + x] = (raw[at + x] as number) + (out[to + x - row] as number);
	for (let x = start; x < row; x++) {
		const left = out[to + x - pixel] as number;
		const above = out[to + x - row] as number;
		const corner = out[to + x - row - pixel] as number;
		const toLeft = Math.abs(above - corner);
		const toAbove = Math.abs(left - corner);
		const toCorner = Math.abs(left + above - 2 * corner);
		const guess = toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
		out[to + x] = (raw[at + x] as number) + guess;
	}
}
