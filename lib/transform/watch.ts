import type { Block } from './step';

/** Something that whoever looks on should know of an element, or of a whole term. */
export interface Mark {
	readonly kind: 'clipped' | 'stale';
	/** The term, by its place; -1 for what all terms made together. */
	readonly term: number;
	/** The element, by its place in the term; undefined for all of them. */
	readonly element: number | undefined;
}

/**
 * What a list of steps lets others see while it runs. Without anybody who looks on it costs the test of a flag.
 */
export class Watch {
	/** Whether somebody looks on: only then the steps tell anything. */
	isActive = false;
	/** Called with what the terms of the list gave before it is put together; what it throws refuses the message. */
	checkTerms: ((names: readonly string[], blocks: readonly Block[]) => void) | undefined;
	/** The names of the terms of the last run. */
	names: readonly string[] = [];
	/** What they gave; of one that failed, and those after it, what an earlier run gave. */
	blocks: readonly Block[] = [];
	/** How many terms succeeded. */
	done = 0;
	readonly marks: Mark[] = [];
	#term = -1;

	/** Forgets the last run. */
	begin(): void {
		this.names = [];
		this.done = 0;
		this.marks.length = 0;
		this.#term = -1;
	}

	/** Told by the list: which term runs next; -1 when all have. */
	enter(term: number): void {
		this.#term = term;
		if (term >= 0) this.done = term;
		else this.done = this.names.length;
	}

	/** Told by a step, of the term that runs. */
	mark(kind: Mark['kind'], element?: number): void {
		this.marks.push({ kind, term: this.#term, element });
	}
}
