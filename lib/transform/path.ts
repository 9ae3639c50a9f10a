import { show } from '../check';

/**
 * Paths to fields of a ROS message: `data`, `linear.x`, `position[0]`, `ranges[0:180]`, `poses[:].position.x`.
 * Indexes count from 0 and, when negative, from the end; ranges are half-open, as in Python.
 */
export type Segment =
	| { readonly kind: 'field'; readonly name: string }
	| { readonly kind: 'index'; readonly index: number }
	| { readonly kind: 'range'; readonly from: number | undefined; readonly to: number | undefined };

const fieldPattern = /[A-Za-z][A-Za-z0-9_]*/y;
const indexPattern = /\[(-?\d{1,9})\]/y;
const rangePattern = /\[(-?\d{1,9})?:(-?\d{1,9})?\]/y;

/**
 * The segments of a path.
 * @param name what to call the path in an error
 * @throws RangeError when it is not one.
 */
export function parsePath(name: string, path: string): Segment[] {
	const segments: Segment[] = [];
	let at = 0;
	const match = (pattern: RegExp) => {
		pattern.lastIndex = at;
		const found = pattern.exec(path);
		if (found) at = pattern.lastIndex;
		return found;
	};
	const wrong = () =>
		new RangeError(
			`Expected \`${name}\` to be a field such as linear.x, position[0] or ranges[0:180], got ${show(path)}`,
		);
	do {
		const field = match(fieldPattern);
		if (!field) throw wrong();
		segments.push({ kind: 'field', name: field[0] });
		while (path[at] === '[') {
			const index = match(indexPattern);
			const range = index ? null : match(rangePattern);
			if (index) segments.push({ kind: 'index', index: Number(index[1]) });
			else if (range) segments.push({ kind: 'range', from: bound(range[1]), to: bound(range[2]) });
			else throw wrong();
		}
	} while (path[at] === '.' && ++at > 0);
	if (at !== path.length) throw wrong();
	return segments;
}

function bound(digits: string | undefined): number | undefined {
	return digits === undefined ? undefined : Number(digits);
}

/** Whether a value is an array, typed or not, of any realm. */
export function isList(value: unknown): value is ArrayLike<unknown> {
	return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

/**
 * The own field `name` of a message; inherited ones (`constructor`) are not fields.
 * @param path gives what to call the message in an error; empty for the whole
 * @throws TypeError when there is no message, RangeError when it has no such field.
 */
export function fieldOf(message: unknown, name: string, path: () => string): unknown {
	if (typeof message === 'object' && message !== null && !Array.isArray(message) && Object.hasOwn(message, name)) {
		return (message as Record<string, unknown>)[name];
	}
	const where = path();
	if (typeof message !== 'object' || message === null || isList(message)) {
		const what = where === '' ? 'a ROS message' : `\`${where}\` to be a message`;
		throw new TypeError(`Expected ${what} with the field ${name}, got ${show(message)}`);
	}
	const names = Object.keys(message);
	const there = names.length > 0 ? `it has ${names.slice(0, 12).join(', ')}` : 'it is empty';
	throw new RangeError(`There is no field \`${name}\` in ${where === '' ? 'the message' : where}: ${there}`);
}

/**
 * The bounds of a range in an array of `length`.
 * @throws RangeError when it reaches beyond the array, which Python would cut silently.
 */
export function rangeIn(
	segment: Segment & { kind: 'range' },
	length: number,
	path: () => string,
): [from: number, to: number] {
	const from = resolve(segment.from ?? 0, length);
	const to = resolve(segment.to ?? length, length);
	if (from < 0 || to > length || from > to) {
		throw new RangeError(
			`Expected \`${path()}\` to have the elements [${segment.from ?? ''}:${segment.to ?? ''}], got ${length} elements`,
		);
	}
	return [from, to];
}

/** @throws RangeError when `index` is outside an array of `length`. */
export function indexIn(index: number, length: number, path: () => string): number {
	const at = resolve(index, length);
	if (at < 0 || at >= length) {
		throw new RangeError(`Expected \`${path()}\` to have an element ${index}, got ${length} elements`);
	}
	return at;
}

function resolve(index: number, length: number): number {
	return index < 0 ? index + length : index;
}
