import { show } from '../check';
import { fieldOf, indexIn, isList, rangeIn, type Segment } from './path';

/** Collects numbers read from a message; its memory stays between messages. */
export class Sink {
	values = new Float64Array(64);
	length = 0;

	/** Makes room for `count` more. */
	reserve(count: number): void {
		const needed = this.length + count;
		if (needed <= this.values.length) return;
		const larger = new Float64Array(Math.max(needed, this.values.length * 2));
		larger.set(this.values.subarray(0, this.length));
		this.values = larger;
	}
}

/** Reads the numbers at a path of a message into a sink. */
export class PathReader {
	readonly #segments: readonly Segment[];
	readonly #allowNotFinite: boolean;
	/** Where each range segment stands, for the name in an error. */
	readonly #positions: number[];

	constructor(segments: readonly Segment[], allowNotFinite: boolean) {
		this.#segments = segments;
		this.#allowNotFinite = allowNotFinite;
		this.#positions = new Array(segments.length).fill(-1);
	}

	/**
	 * @throws TypeError when something on the way is of another kind, RangeError when it is missing, or a value is NaN
	 * or infinite.
	 */
	read(message: unknown, sink: Sink): void {
		this.#positions.fill(-1);
		this.#step(message, 0, sink);
	}

	#step(value: unknown, at: number, sink: Sink): void {
		const segment = this.#segments[at];
		if (segment === undefined) {
			this.#values(value, sink);
		} else if (segment.kind === 'field') {
			this.#step(
				fieldOf(value, segment.name, () => this.#name(at)),
				at + 1,
				sink,
			);
		} else if (!isList(value)) {
			throw new TypeError(`Expected \`${this.#name(at)}\` to be an array, got ${show(value)}`);
		} else if (segment.kind === 'index') {
			this.#step(value[indexIn(segment.index, value.length, () => this.#name(at))], at + 1, sink);
		} else {
			const [from, to] = rangeIn(segment, value.length, () => this.#name(at));
			for (let i = from; i < to; i++) {
				this.#positions[at] = i;
				this.#step(value[i], at + 1, sink);
			}
			this.#positions[at] = -1;
		}
	}

	#values(value: unknown, sink: Sink): void {
		if (!isList(value)) {
			sink.reserve(1);
			sink.values[sink.length++] = toNumber(value, this.#allowNotFinite, () => this.#name(this.#segments.length));
			return;
		}
		sink.reserve(value.length);
		const { values } = sink;
		for (let i = 0; i < value.length; i++) {
			const item = value[i];
			values[sink.length++] =
				typeof item === 'number' && Number.isFinite(item)
					? item
					: toNumber(item, this.#allowNotFinite, () => `${this.#name(this.#segments.length)}[${i}]`);
		}
	}

	/** The path up to a segment, with the positions of its ranges. */
	#name(end: number): string {
		return pathText(this.#segments.slice(0, end), this.#positions);
	}
}

/** A path as it is written. */
export function pathText(segments: readonly Segment[], positions: readonly number[] = []): string {
	let text = '';
	for (const [i, segment] of segments.entries()) {
		const position = positions[i] ?? -1;
		if (segment.kind === 'field') text += text === '' ? segment.name : `.${segment.name}`;
		else if (segment.kind === 'index') text += `[${segment.index}]`;
		else text += position >= 0 ? `[${position}]` : `[${segment.from ?? ''}:${segment.to ?? ''}]`;
	}
	return text;
}

/**
 * A value of a message as a number; true is 1.
 * @param name what to call it in an error
 */
export function toNumber(value: unknown, allowNotFinite: boolean, name: () => string): number {
	if (typeof value === 'boolean') return value ? 1 : 0;
	if (typeof value === 'bigint') return Number(value);
	if (typeof value !== 'number') {
		throw new TypeError(`Expected \`${name()}\` to be a number or an array of numbers, got ${show(value)}`);
	}
	if (!allowNotFinite && !Number.isFinite(value)) throw notFinite(name(), value);
	return value;
}

export function notFinite(name: string, value: number): RangeError {
	return new RangeError(`${name} is ${value}; a value that goes to a policy has to be finite`);
}
