import type { TypeRegistry } from '../types/registry';
import type { Addon } from './addon';
import { typeParts } from './endpoint';
import { Layouts, markAt, mostInLists } from './layout';

/** Zeros after each structure, in case that a library has more fields than its interface file. */
const margin = 256;
/** Steps of freeing between looks at the clock, and how long they may hold the event loop in one go, ms. */
const steps = 1000;
const turn = 5;
/** How much in lists, as `mostInLists` counts, rcl frees quicker. */
const many = 1000;

/**
 * The C structure of one message type, as rcl takes requests and responses. The RMW fills it from CDR and reads it as
 * CDR, so its fields are nobody's business here.
 */
export interface Structure {
	/** A new one from serialized bytes, which are checked against the type. To be freed. @throws RangeError */
	from(cdr: Uint8Array): Buffer;
	/** A new one for rcl to fill. To be freed. */
	empty(): Blank;
	/** Serialized bytes of one, with memory of their own. */
	read(structure: Buffer): Buffer;
	/** Frees what it owns, the most of it now; its own memory is JavaScript's. */
	free(structure: Buffer): void;
}

/** A structure for rcl to fill. */
export interface Blank {
	readonly memory: Buffer;
	/**
	 * Whether it was filled. Cyclone DDS hands over what it could not read to its end, such as a request by another
	 * definition of the type, with zeros for the rest: that must not count as a request. Only a list at the end of a type
	 * may be empty for that reason and go unnoticed. A list that claims to have millions of elements is none either: its
	 * bytes would be more than memory, and their array more than JavaScript has.
	 */
	isFilled(): boolean;
}

/** Structures by the full names of their types. */
export class Structures {
	readonly #layouts: Layouts;
	readonly #known = new Map<string, Structure>();

	/** @param types the definitions that the installed libraries were generated from */
	constructor(
		private readonly addon: Addon,
		private readonly types: TypeRegistry,
	) {
		this.#layouts = new Layouts(addon, types);
	}

	/** @throws BriefError when the type is not known */
	of(typeName: string): Structure {
		const known = this.#known.get(typeName);
		if (known !== undefined) return known;
		const { addon } = this;
		const type = this.types.message(typeName);
		const { size, free, mark, hasStrings, count } = this.#layouts.of(type.definition);
		const parts = typeParts(typeName);
		const structure: Structure = {
			empty() {
				const memory = Buffer.alloc(size + margin);
				const isWritten = mark && markAt(memory, mark);
				const isFilled = () =>
					isWritten?.() !== false && hasStrings?.(memory, 0) !== false && !(count && count(memory, 0) > mostInLists);
				return { memory, isFilled };
			},
			from(cdr) {
				// rcl reads what it is given without a doubt.
				type.decode(cdr);
				const made = Buffer.alloc(size + margin);
				addon.deserialize(...parts, Buffer.from(cdr), made);
				return made;
			},
			read(made) {
				const cdr = addon.serialize(...parts, made);
				// rmw_fastrtps hands over as many bytes as it had estimated, which may be more than it wrote.
				return cdr.subarray(0, type.measure(cdr));
			},
			free(made) {
				if (free === undefined) return;
				// Reading an empty message into it has rcl free what was in its lists, and make them anew.
				if (count !== undefined && count(made, 0) > many)
					addon.deserialize(...parts, Buffer.from(type.encode({})), made);
				finish(free(made, 0));
			},
		};
		this.#known.set(typeName, structure);
		return structure;
	}
}

/** Goes on with what is to be freed, in turns of the event loop when it is much. */
function finish(freeing: Generator<void, void>): void {
	const end = performance.now() + turn;
	do {
		for (let i = 0; i < steps; i++) if (freeing.next().done) return;
	} while (performance.now() < end);
	setImmediate(() => finish(freeing));
}
