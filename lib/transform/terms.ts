import type { TensorData } from '../tensor/tensor';
import { describe } from './elements';
import { optional, rows, steps, text } from './schema';
import type { Block, Carrier, Place, Stage, Value } from './step';
import type { Watch } from './watch';

/** The `terms` option: rows of steps, each made of the same input. */
export function termsOption(description: string) {
	return rows({
		description,
		item: {
			name: optional(
				text({ description: 'What the term is, for errors.', example: 'joint velocities', prominent: true }),
			),
			steps: steps({ description: 'How it is made of what comes in.' }),
		},
	});
}

interface Term {
	readonly label: string;
	readonly stage: Stage;
}

type TermRow = { readonly name: string | undefined; readonly steps: readonly unknown[] };

/** The terms of a step, ready to run. */
export class Terms {
	readonly #terms: readonly Term[];
	readonly #blocks: Block[] = [];
	readonly #names: readonly string[];
	/** Whoever looks on sees the terms of the list itself, not those inside a term. */
	readonly #watch: Watch | undefined;

	/** @throws RangeError when a term gives a message. */
	constructor(termRows: readonly TermRow[], place: Place) {
		this.#terms = termRows.map(({ name, steps: list }, index) => {
			const label = `term ${name ?? index + 1}`;
			const stage = place.compile(list, label);
			if (stage.gives !== 'tensor') {
				throw new RangeError(`${label}: Expected its steps to give a tensor, got a message`);
			}
			return { label, stage };
		});
		this.#names = termRows.map(({ name }, index) => name ?? String(index + 1));
		this.#watch = place.isOuter ? place.environment.watch : undefined;
	}

	/**
	 * What each term gives, in order; the array and the blocks are written anew at the next run.
	 * @throws TypeError when they are of different types.
	 */
	run(input: Value, carrier: Carrier): readonly Block[] {
		const watch = this.#watch;
		if (watch?.isActive) this.#runWatched(input, carrier, watch);
		else {
			for (let i = 0; i < this.#terms.length; i++) {
				this.#blocks[i] = (this.#terms[i] as Term).stage.run(input, carrier) as Block;
			}
		}
		const first = this.#blocks[0] as Block;
		for (let i = 1; i < this.#blocks.length; i++) {
			const block = this.#blocks[i] as Block;
			if (block.type !== first.type) {
				throw new TypeError(
					`${this.label(i)}: Expected ${first.type} as the first term gives, got ${describe(block)}; put a cast step into it`,
				);
			}
		}
		watch?.checkTerms?.(this.#names, this.#blocks);
		return this.#blocks;
	}

	#runWatched(input: Value, carrier: Carrier, watch: Watch): void {
		watch.names = this.#names;
		watch.blocks = this.#blocks;
		for (let i = 0; i < this.#terms.length; i++) {
			watch.enter(i);
			this.#blocks[i] = (this.#terms[i] as Term).stage.run(input, carrier) as Block;
		}
		watch.enter(-1);
	}

	label(index: number): string {
		return this.#terms[index]?.label ?? '';
	}

	reset(): void {
		for (const { stage } of this.#terms) stage.reset?.();
	}
}

/** Copies `count` elements. */
export function copyElements(from: TensorData, start: number, to: TensorData, at: number, count: number): void {
	// Below some 64 elements a loop is faster than set() and a view.
	if (count <= 64 || Array.isArray(from) || Array.isArray(to)) {
		for (let i = 0; i < count; i++) to[at + i] = from[start + i] as never;
	} else {
		(to as Float32Array).set((from as Float32Array).subarray(start, start + count), at);
	}
}
