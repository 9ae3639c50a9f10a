import type { Definition, FieldType } from '../types/definition';
import type { TypeRegistry } from '../types/registry';
import type { Addon } from './addon';
import { typeParts } from './endpoint';

/**
 * The C structures that rcl takes requests and responses as. They are filled from CDR and read as CDR by the RMW, so
 * all that has to be known here is how large they are and what they own.
 * Source: rosidl_generator_c, rosidl_runtime_c (64-bit targets).
 */

/** A pointer, a length and a capacity: strings and sequences. */
const ownerSize = 24;
const pointerSize = 8;
/** Zeros after each structure, in case that a library has more fields than its interface file. */
const margin = 256;
/** Elements that a sequence can have at most before it counts as broken. */
const mostElements = 2 ** 31;

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

/** Frees what the value at `offset` of the memory owns. */
type Free = (memory: Buffer, offset: number) => void;

interface Layout {
	readonly size: number;
	readonly align: number;
	/** Absent for what owns nothing. */
	readonly free?: Free;
}

/** The C structure of one message type. */
export interface Structure {
	/** A new one from serialized bytes, which have been checked against the type. To be freed. @throws RangeError */
	from(cdr: Uint8Array): Buffer;
	/** A new one of zeros, for rcl to fill. To be freed. */
	empty(): Buffer;
	/** Serialized bytes of one, with memory of their own. */
	read(structure: Buffer): Buffer;
	/** Frees what it owns; its own memory is JavaScript's. */
	free(structure: Buffer): void;
}

/** Structures by the full names of their types. */
export class Structures {
	readonly #layouts = new Map<string, Layout>();
	readonly #known = new Map<string, Structure>();

	/** @param types the definitions that the installed libraries were generated from */
	constructor(
		private readonly addon: Addon,
		private readonly types: TypeRegistry,
	) {}

	/** @throws BriefError when the type is not known */
	of(typeName: string): Structure {
		const known = this.#known.get(typeName);
		if (known !== undefined) return known;
		const { addon } = this;
		const type = this.types.message(typeName);
		const { size, free } = this.#layout(type.definition);
		const parts = typeParts(typeName);
		const empty = () => Buffer.alloc(size + margin);
		const structure: Structure = {
			empty,
			from(cdr) {
				// rcl reads what it is given without a doubt.
				type.decode(cdr);
				const made = empty();
				addon.deserialize(...parts, Buffer.from(cdr), made);
				return made;
			},
			read(made) {
				const cdr = addon.serialize(...parts, made);
				// rmw_fastrtps hands over as many bytes as it had estimated, which may be more than it wrote.
				return cdr.subarray(0, type.measure(cdr));
			},
			free: (made) => free?.(made, 0),
		};
		this.#known.set(typeName, structure);
		return structure;
	}

	#layout(definition: Definition): Layout {
		const known = this.#layouts.get(definition.name);
		if (known !== undefined) return known;
		let size = 0;
		let align = 1;
		const frees: Free[] = [];
		for (const { type } of definition.fields) {
			const field = this.#field(type);
			size = roundUp(size, field.align);
			const at = size;
			const { free } = field;
			if (free !== undefined) frees.push((memory, offset) => free(memory, offset + at));
			size += field.size;
			align = Math.max(align, field.align);
		}
		const layout: Layout = {
			// C has no empty structures.
			size: Math.max(1, roundUp(size, align)),
			align,
			...(frees.length === 0
				? {}
				: {
						free(memory, offset) {
							for (const free of frees) free(memory, offset);
						},
					}),
		};
		this.#layouts.set(definition.name, layout);
		return layout;
	}

	#field({ base, array }: FieldType): Layout {
		const element = this.#element(base);
		if (array === undefined) return element;
		const { size, align, free } = element;
		if (array.kind === 'fixed') {
			const count = array.size;
			return { size: size * count, align, ...(free === undefined ? {} : { free: each(free, size, () => count) }) };
		}
		return {
			size: ownerSize,
			align: pointerSize,
			free: (memory, offset) => {
				const count = lengthAt(memory, offset);
				if (free !== undefined && count > 0) {
					// A copy will do: what is freed is what its pointers point to.
					const elements = Buffer.alloc(count * size);
					this.addon.ref.readPointer(memory, offset, elements.length).copy(elements, 0, 0, elements.length);
					for (let i = 0; i < count; i++) free(elements, i * size);
				}
				this.#freePointer(memory, offset);
			},
		};
	}

	#element(base: string): Layout {
		const size = primitiveSizes[base];
		if (size !== undefined) return { size, align: size };
		if (base === 'string' || base === 'wstring') {
			return { size: ownerSize, align: pointerSize, free: (memory, offset) => this.#freePointer(memory, offset) };
		}
		return this.#layout(this.types.message(base).definition);
	}

	/** Frees what a pointer points to, and forgets it, so that it cannot be freed twice. */
	#freePointer(memory: Buffer, offset: number): void {
		if (memory.readBigUInt64LE(offset) === 0n) return;
		this.addon.freeMemeoryAtOffset(this.addon.ref.hexAddress(memory), offset);
		memory.fill(0, offset, offset + ownerSize);
	}
}

function each(free: Free, size: number, count: () => number): Free {
	return (memory, offset) => {
		for (let i = 0; i < count(); i++) free(memory, offset + i * size);
	};
}

/** The length of a sequence, none where it has no memory. */
function lengthAt(memory: Buffer, offset: number): number {
	if (memory.readBigUInt64LE(offset) === 0n) return 0;
	const length = memory.readBigUInt64LE(offset + pointerSize);
	return length > mostElements ? 0 : Number(length);
}

function roundUp(size: number, align: number): number {
	return Math.ceil(size / align) * align;
}
