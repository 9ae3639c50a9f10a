import { randomBytes } from 'node:crypto';
import type { Definition, FieldType } from '../types/definition';
import type { TypeRegistry } from '../types/registry';
import type { Addon } from './addon';

/**
 * How the C structures of messages lie in memory: how large they are and what they own.
 * Source: rosidl_generator_c, rosidl_runtime_c (64-bit targets).
 */

/** A pointer, a length and a capacity: strings and sequences. */
const ownerSize = 24;
const pointerSize = 8;
const owner = { size: ownerSize, align: pointerSize } as const;
/** Elements that a sequence can have at most before it counts as broken. */
const mostElements = 2 ** 31;
/** Elements of a sequence whose strings are looked at. */
const mostLookedAt = 10_000;
/**
 * Strings, structures and bools in the lists of a message from which on it counts as hostile, and how many bytes of
 * numbers count for one of these.
 */
export const mostInLists = 1_000_000;
const numericBytes = 64;
/** Elements of a sequence that are copied in one go, to look at them or to free what they own. */
const mostCopied = 1000;
/** Bytes from which on no number is the same as a mark by chance; of fewer, only a bool can be marked. */
const markedBytes = 4;

const primitiveSizes: Readonly<Record<string, number>> = {
	bool: 1,
	byte: 1,
	char: 1,
	int8: 1,
	uint8: 1,
	int16: 2,
	uint16: 2,
	int32: 4,
	uint32: 4,
	int64: 8,
	uint64: 8,
	float32: 4,
	float64: 8,
};

/**
 * Frees what the value at `offset` of the memory owns, step by step: a request of somebody hostile may own millions of
 * strings.
 */
type Free = (memory: Buffer, offset: number) => Generator<void, void>;
type Check = (memory: Buffer, offset: number) => boolean;
type Count = (memory: Buffer, offset: number) => number;

export interface Layout {
	readonly size: number;
	readonly align: number;
	/** Absent for what owns nothing. */
	readonly free?: Free | undefined;
	/** Absent for what has no strings: whether each has memory, as those that were read have, empty ones too. */
	readonly hasStrings?: Check | undefined;
	/** Absent for what has no lists: how much is in them, in what `mostInLists` counts. Above `mostInLists` it may be more. */
	readonly count?: Count | undefined;
	/** The last number that can be marked, to see whether it is written. */
	readonly mark?: Mark | undefined;
}

export interface Mark {
	readonly offset: number;
	readonly size: number;
}

/** Layouts by the names of their types. */
export class Layouts {
	readonly #known = new Map<string, Layout>();

	/** @param types the definitions that the installed libraries were generated from */
	constructor(
		private readonly addon: Addon,
		private readonly types: TypeRegistry,
	) {}

	of(definition: Definition): Layout {
		const known = this.#known.get(definition.name);
		if (known !== undefined) return known;
		let size = 0;
		let align = 1;
		let mark: Mark | undefined;
		const frees: Free[] = [];
		const checks: Check[] = [];
		const counts: Count[] = [];
		for (const { type } of definition.fields) {
			const field = this.#field(type);
			const { free, hasStrings, count } = field;
			const at = roundUp(size, field.align);
			if (free) frees.push((memory, offset) => free(memory, offset + at));
			if (hasStrings) checks.push((memory, offset) => hasStrings(memory, offset + at));
			if (count) counts.push((memory, offset) => count(memory, offset + at));
			if (field.mark) mark = { size: field.mark.size, offset: at + field.mark.offset };
			size = at + field.size;
			align = Math.max(align, field.align);
		}
		const layout: Layout = {
			// C has no empty structures: rosidl gives them a byte.
			size: Math.max(1, roundUp(size, align)),
			align,
			mark,
			hasStrings: checks.length === 0 ? undefined : (memory, offset) => checks.every((check) => check(memory, offset)),
			count:
				counts.length === 0
					? undefined
					: (memory, offset) => counts.reduce((sum, count) => sum + count(memory, offset), 0),
			free:
				frees.length === 0
					? undefined
					: function* (memory, offset) {
							for (const free of frees) yield* free(memory, offset);
						},
		};
		this.#known.set(definition.name, layout);
		return layout;
	}

	#field({ base, array }: FieldType): Layout {
		const element = this.#element(base);
		if (array === undefined) return element;
		return array.kind === 'fixed'
			? row(base, element, array.size)
			: this.#sequence(element, weightOf(base, element.size));
	}

	#element(base: string): Layout {
		const size = primitiveSizes[base];
		if (size !== undefined) return { size, align: size, mark: markOf(base, size) };
		if (base !== 'string' && base !== 'wstring') return this.of(this.types.message(base).definition);
		const freePointer = (memory: Buffer, offset: number) => this.#freePointer(memory, offset);
		return {
			...owner,
			hasStrings: (memory, offset) => memory.readBigUInt64LE(offset) !== 0n,
			*free(memory, offset) {
				freePointer(memory, offset);
				yield;
			},
		};
	}

	#sequence({ size, free, hasStrings, count }: Layout, weight: number): Layout {
		const freePointer = (memory: Buffer, offset: number) => this.#freePointer(memory, offset);
		// A copy will do: what is freed is what its pointers point to.
		const copy = (memory: Buffer, offset: number, first: number, count: number) => {
			const elements = Buffer.alloc(count * size);
			const { length } = elements;
			if (count === 0) return elements;
			const pointer = Buffer.alloc(pointerSize);
			pointer.writeBigUInt64LE(memory.readBigUInt64LE(offset) + BigInt(first * size));
			this.addon.ref.readPointer(pointer, 0, length).copy(elements, 0, 0, length);
			return elements;
		};
		return {
			...owner,
			count: (memory, offset) => {
				const length = claimedAt(memory, offset);
				if (count === undefined || length > mostInLists) return length * weight;
				let sum = length;
				for (let first = 0; first < length; first += mostCopied) {
					const some = Math.min(mostCopied, length - first);
					const elements = copy(memory, offset, first, some);
					for (let i = 0; i < some && sum <= mostInLists; i++) sum += count(elements, i * size);
				}
				return sum;
			},
			hasStrings:
				hasStrings &&
				((memory, offset) => {
					const count = Math.min(lengthAt(memory, offset), mostLookedAt);
					const elements = copy(memory, offset, 0, count);
					return every(count, (i) => hasStrings(elements, i * size));
				}),
			*free(memory, offset) {
				const count = free === undefined ? 0 : lengthAt(memory, offset);
				// Fast DDS makes as many elements as a request claims to have before it looks for them.
				for (let first = 0; first < count; first += mostCopied) {
					const some = Math.min(mostCopied, count - first);
					const elements = copy(memory, offset, first, some);
					for (let i = 0; i < some; i++) yield* free!(elements, i * size);
				}
				freePointer(memory, offset);
				yield;
			},
		};
	}

	/** Frees what a pointer points to, and forgets it, so that it cannot be freed twice. */
	#freePointer(memory: Buffer, offset: number): void {
		if (memory.readBigUInt64LE(offset) === 0n) return;
		this.addon.freeMemeoryAtOffset(this.addon.ref.hexAddress(memory), offset);
		memory.fill(0, offset, offset + ownerSize);
	}
}

/** An array of fixed length. */
function row(base: string, element: Layout, count: number): Layout {
	const { size, align, free, hasStrings, count: inOne, mark } = element;
	const inLast = mark && { size: mark.size, offset: size * (count - 1) + mark.offset };
	return {
		size: size * count,
		align,
		mark: base in primitiveSizes ? markOf(base, size * count) : inLast,
		hasStrings: hasStrings && ((memory, offset) => every(count, (i) => hasStrings(memory, offset + i * size))),
		count:
			inOne &&
			((memory, offset) => {
				let sum = 0;
				for (let i = 0; i < count; i++) sum += inOne(memory, offset + i * size);
				return sum;
			}),
		free:
			free &&
			function* (memory, offset) {
				for (let i = 0; i < count; i++) yield* free(memory, offset + i * size);
			},
	};
}

/** Where to mark a number or a row of them. */
function markOf(base: string, size: number): Mark | undefined {
	if (base === 'bool') return { offset: size - 1, size: 1 };
	return size < markedBytes ? undefined : { offset: size - markedBytes, size: markedBytes };
}

/** Marks a place. @returns tells whether it has been written since */
export function markAt(memory: Buffer, { offset, size }: Mark): () => boolean {
	const mark = randomBytes(size);
	// No bool is this large.
	mark[0] = mark[0]! | 0x80;
	mark.copy(memory, offset);
	return () => !memory.subarray(offset, offset + size).equals(mark);
}

/** What an element of a list counts for. Lists of numbers, such as images, are long without being hostile. */
function weightOf(base: string, size: number): number {
	return base === 'bool' || !(base in primitiveSizes) ? 1 : size / numericBytes;
}

function every(count: number, check: (index: number) => boolean): boolean {
	for (let i = 0; i < count; i++) if (!check(i)) return false;
	return true;
}

/** The length of a sequence, none where it has no memory. */
function lengthAt(memory: Buffer, offset: number): number {
	const length = claimedAt(memory, offset);
	return length > mostElements ? 0 : length;
}

/** The length that a sequence says it has. */
function claimedAt(memory: Buffer, offset: number): number {
	if (memory.readBigUInt64LE(offset) === 0n) return 0;
	return Number(memory.readBigUInt64LE(offset + pointerSize));
}

function roundUp(size: number, align: number): number {
	return Math.ceil(size / align) * align;
}
