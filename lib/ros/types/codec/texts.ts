import { show } from '../../../check';
import type { Codec } from './codec';
import { Problem } from './problem';

/** true or false, one byte of 1 or 0. */
export const boolCodec: Codec<boolean> = {
	minBytes: 1,
	write(writer, value) {
		if (typeof value !== 'boolean') throw new Problem(TypeError, `expected true or false, got ${show(value)}`);
		writer.uint8(value ? 1 : 0);
	},
	read(reader) {
		const offset = reader.take(1, 1);
		const byte = reader.bytes[offset] as number;
		if (byte > 1) throw new Problem(RangeError, `expected 0 or 1 for a bool at byte ${offset}, got ${byte}`);
		return byte === 1;
	},
	create: () => false,
};

/**
 * A string in UTF-8.
 * @param bound most bytes of text, Infinity for no limit
 */
export function stringCodec(bound = Number.POSITIVE_INFINITY): Codec<string> {
	const type = bound === Number.POSITIVE_INFINITY ? 'string' : `string<=${bound}`;
	return {
		minBytes: 4,
		write(writer, value) {
			if (typeof value === 'string' && value.length <= bound && writer.shortText(value)) return;
			checkText(value, type);
			if (value.length * 3 > bound && Buffer.byteLength(value) > bound) {
				throw new Problem(RangeError, `expected at most ${bound} bytes of text, got ${Buffer.byteLength(value)}`);
			}
			writer.text(value);
		},
		read: (reader) => reader.string(bound),
		create: () => '',
	};
}

/**
 * A string of UTF-16 units.
 * @param bound most units, Infinity for no limit
 */
export function wstringCodec(bound = Number.POSITIVE_INFINITY): Codec<string> {
	const type = bound === Number.POSITIVE_INFINITY ? 'wstring' : `wstring<=${bound}`;
	return {
		minBytes: 4,
		write(writer, value) {
			checkText(value, type);
			if (value.length > bound) {
				throw new Problem(RangeError, `expected at most ${bound} UTF-16 units, got ${value.length}`);
			}
			writer.uint32(value.length);
			for (let i = 0; i < value.length; i++) writer.uint32(value.charCodeAt(i));
		},
		read: (reader) => reader.wstring(bound),
		create: () => '',
	};
}

function checkText(value: unknown, type: string): asserts value is string {
	if (typeof value !== 'string') throw new Problem(TypeError, `expected ${type}, got ${show(value)}`);
	// The receiver would see the text end there, or another one.
	if (value.includes('\0')) {
		throw new Problem(RangeError, `expected ${type} without NUL, got one at character ${value.indexOf('\0')}`);
	}
	if (!isWellFormed(value)) {
		throw new Problem(RangeError, `expected ${type} of whole characters, got half of a surrogate pair`);
	}
}

/** Whether every surrogate has its other half, so that the text can be written in UTF-8. */
function isWellFormed(value: string): boolean {
	return !/\p{Surrogate}/u.test(value);
}
