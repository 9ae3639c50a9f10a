import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** A picture: bytes r, g, b, row by row. */
export interface Picture {
	readonly width: number;
	readonly height: number;
	readonly rgb: Uint8Array;
}

/** Reads what training/inspection.py writes: 8 bit RGB, each row as differences from the one above. */
export function readPng(path: string): Picture {
	const file = readFileSync(path);
	let width = 0;
	let height = 0;
	const packed: Buffer[] = [];
	for (let place = 8; place < file.length; ) {
		const length = file.readUInt32BE(place);
		const body = file.subarray(place + 8, place + 8 + length);
		const kind = file.toString('latin1', place + 4, place + 8);
		if (kind === 'IHDR') {
			width = body.readUInt32BE(0);
			height = body.readUInt32BE(4);
		}
		if (kind === 'IDAT') packed.push(body);
		place += length + 12;
	}
	const rows = inflateSync(Buffer.concat(packed));
	const rgb = new Uint8Array(width * height * 3);
	const stride = width * 3;
	for (let row = 0; row < height; row++) {
		const start = row * (stride + 1);
		if (rows[start] !== 2) throw new RangeError(`Expected rows of filter 2 (up), got ${rows[start]}: ${path}`);
		for (let i = 0; i < stride; i++) {
			const above = row === 0 ? 0 : (rgb[(row - 1) * stride + i] as number);
			rgb[row * stride + i] = above + (rows[start + 1 + i] as number);
		}
	}
	return { width, height, rgb };
}
