import { show } from '../check';

/**
 * One part of the path to values of a command: a field of a message, one element of a list, elements `from` to
 * before `to`, or the element of a joint that the message lists in `name` or `joint_names`.
 */
export type Segment =
	| { readonly kind: 'field'; readonly name: string }
	| { readonly kind: 'index'; readonly index: number }
	| { readonly kind: 'range'; readonly from: number; readonly to: number | undefined }
	| { readonly kind: 'joint'; readonly joint: string };

const fieldPattern = /[A-Za-z_][A-Za-z0-9_]*/y;
const bracketPattern = /\[([^[\]]*)\]/y;
const rangePattern = /^(\d{0,9}):(\d{0,9})$/;

/**
 * The parts of a path such as `linear.x`, `data[0]`, `position[0:6]`, `position[elbow]` or `points[:].velocities`. The
 * empty path is the payload itself.
 * @param name what to call it in an error
 * @throws RangeError when it is none.
 */
export function parseFieldPath(name: string, path: string): Segment[] {
	const segments: Segment[] = [];
	let at = 0;
	const match = (pattern: RegExp): string | undefined => {
		pattern.lastIndex = at;
		const found = pattern.exec(path);
		if (found) at = pattern.lastIndex;
		return found ? (found[1] ?? found[0]) : undefined;
	};
	const wrong = () =>
		new RangeError(
			`Expected \`${name}\` to be a field such as linear.x, data[0], position[0:6] or position[elbow], got ${show(path)}`,
		);
	while (at < path.length) {
		const bracket = match(bracketPattern);
		if (bracket !== undefined) {
			if (bracket.trim() === '') throw wrong();
			segments.push(inBrackets(bracket.trim()));
			continue;
		}
		if (at > 0) {
			if (path[at] !== '.') throw wrong();
			at++;
		}
		const field = match(fieldPattern);
		if (field === undefined) throw wrong();
		segments.push({ kind: 'field', name: field });
	}
	return segments;
}

function inBrackets(text: string): Segment {
	if (/^\d{1,9}$/.test(text)) return { kind: 'index', index: Number(text) };
	const range = rangePattern.exec(text);
	if (!range) return { kind: 'joint', joint: text };
	return { kind: 'range', from: Number(range[1] || 0), to: range[2] === '' ? undefined : Number(range[2]) };
}
