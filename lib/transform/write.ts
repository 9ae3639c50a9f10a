import { show } from '../check';
import { isList, parsePath, type Segment } from './path';
import { pathText } from './read';
import type { Message } from './step';

/** A copy of a JSON value, for a message that others will change. */
export function copyJson(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(copyJson);
	if (typeof value !== 'object' || value === null) return value;
	const copy: Message = {};
	for (const key of Object.keys(value)) copy[key] = copyJson((value as Message)[key]);
	return copy;
}

/** Writes one field of a message; messages on the way are made when they are not there. */
export class PathWriter {
	readonly #segments: readonly Segment[];

	/** @throws RangeError when `path` is no path, or one with a range. */
	constructor(name: string, path: string) {
		this.#segments = parsePath(name, path);
		if (this.#segments.some(({ kind }) => kind === 'range')) {
			throw new RangeError(
				`Expected \`${name}\` to be one field; the elements that go there make its range, got ${show(path)}`,
			);
		}
	}

	/**
	 * @throws TypeError when something on the way is not what the path says, RangeError when an array there is too
	 * short.
	 */
	write(message: Message, value: unknown): void {
		let holder: unknown = message;
		const last = this.#segments.length - 1;
		for (let i = 0; i < last; i++) {
			const next = this.#segments[i + 1] as Segment;
			holder = this.#child(holder, i, next.kind === 'field');
		}
		this.#set(holder, last, value);
	}

	#child(holder: unknown, at: number, wantsMessage: boolean): unknown {
		const segment = this.#segments[at] as Segment;
		if (segment.kind === 'field') {
			const parent = this.#message(holder, at);
			if (!Object.hasOwn(parent, segment.name) && wantsMessage) parent[segment.name] = {};
			return Object.hasOwn(parent, segment.name) ? parent[segment.name] : undefined;
		}
		return this.#list(holder, at)[this.#index(holder, at)];
	}

	#set(holder: unknown, at: number, value: unknown): void {
		const segment = this.#segments[at] as Segment;
		if (segment.kind === 'field') this.#message(holder, at)[segment.name] = value;
		else this.#list(holder, at)[this.#index(holder, at)] = value;
	}

	#message(holder: unknown, at: number): Message {
		if (typeof holder === 'object' && holder !== null && !isList(holder)) return holder as Message;
		throw new TypeError(`Expected \`${this.#name(at)}\` to be a message, got ${show(holder)}`);
	}

	#list(holder: unknown, at: number): unknown[] {
		if (isList(holder)) return holder as unknown[];
		throw new TypeError(`Expected \`${this.#name(at)}\` to be an array of the template, got ${show(holder)}`);
	}

	#index(holder: unknown, at: number): number {
		const segment = this.#segments[at] as Segment & { kind: 'index' };
		const { length } = this.#list(holder, at);
		const index = segment.index < 0 ? segment.index + length : segment.index;
		if (index >= 0 && index < length) return index;
		throw new RangeError(
			`Expected \`${this.#name(at)}\` to have an element ${segment.index} in the template, got ${length}`,
		);
	}

	#name(end: number): string {
		return pathText(this.#segments.slice(0, end)) || 'the message';
	}
}
