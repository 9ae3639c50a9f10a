import { show } from '../check';
import { fieldOf, indexIn, isList, type Segment } from './path';
import { pathText } from './read';

/**
 * Finds where the wanted names stand in a message's list of names. The answer is kept as long as the messages bring
 * the same list, which a publisher does in practice: comparing it costs far less than searching it.
 */
export class NameIndex {
	readonly #wanted: readonly string[];
	readonly #path: string;
	#names: string[] = [];
	#indexes = new Int32Array(0);

	/**
	 * @param wanted the names in the order of the result
	 * @param path where the list of names is, for errors
	 */
	constructor(wanted: readonly string[], path: string) {
		this.#wanted = wanted;
		this.#path = path;
	}

	/**
	 * @returns the position of each wanted name; the same array until the names change
	 * @throws TypeError when `names` is no list of texts, RangeError when a wanted name is missing or there twice.
	 */
	of(names: unknown): Int32Array {
		if (!Array.isArray(names)) {
			throw new TypeError(`Expected \`${this.#path}\` to be an array of names, got ${show(names)}`);
		}
		if (this.#isSame(names)) return this.#indexes;
		const indexes = new Int32Array(this.#wanted.length);
		for (const [i, name] of this.#wanted.entries()) {
			const at = names.indexOf(name);
			if (at < 0) throw new RangeError(`There is no ${show(name)} in \`${this.#path}\`: ${listOf(names)}`);
			if (names.indexOf(name, at + 1) >= 0) {
				throw new RangeError(`Expected ${show(name)} once in \`${this.#path}\`, got it twice: ${listOf(names)}`);
			}
			indexes[i] = at;
		}
		this.#names = names.slice();
		this.#indexes = indexes;
		return indexes;
	}

	#isSame(names: readonly unknown[]): boolean {
		const known = this.#names;
		if (names.length !== known.length || this.#indexes.length === 0) return false;
		for (let i = 0; i < known.length; i++) if (names[i] !== known[i]) return false;
		return true;
	}
}

function listOf(names: readonly unknown[]): string {
	if (names.length === 0) return 'it is empty';
	return `it has ${names.slice(0, 40).map(show).join(', ')}${names.length > 40 ? ', ...' : ''}`;
}

/**
 * The list at a path of fields and indexes of a message.
 * @throws TypeError when there is none.
 */
export function listAt(message: unknown, segments: readonly Segment[]): ArrayLike<unknown> {
	let value: unknown = message;
	for (let i = 0; i < segments.length; i++) {
		const segment = segments[i] as Segment;
		const path = () => pathText(segments.slice(0, i));
		if (segment.kind === 'field') value = fieldOf(value, segment.name, path);
		else if (segment.kind === 'index' && isList(value)) value = value[indexIn(segment.index, value.length, path)];
		else throw new TypeError(`Expected \`${path()}\` to be an array, got ${show(value)}`);
	}
	if (!isList(value)) throw new TypeError(`Expected \`${pathText(segments)}\` to be an array, got ${show(value)}`);
	return value;
}
