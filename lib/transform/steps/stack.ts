import type { TensorData } from '../../tensor/tensor';
import { describe } from '../elements';
import { flag, optional, rows, steps, text } from '../schema';
import { type Block, defineStep, type Output, type Stage, type Value } from '../step';

interface Term {
	readonly label: string;
	readonly stage: Stage;
}

/** One vector of several terms, one after the other, each made of the same input by steps of its own. */
export const stack = defineStep({
	name: 'stack',
	group: 'From a message',
	title: 'Stack terms',
	help: 'Makes one vector of several terms, one after the other: an observation as the policy was trained on. Each term takes what comes in and has steps of its own.',
	formula: '[a], [b] → [a + b]',
	takes: 'any',
	gives: 'tensor',
	options: {
		terms: rows({
			description: 'The terms, in the order of the vector.',
			item: {
				name: optional(
					text({ description: 'What the term is, for errors.', example: 'joint velocities', prominent: true }),
				),
				steps: steps({ description: 'How it is made of what comes in.' }),
			},
		}),
		batch: flag({
			description: 'Give `[1, n]`, a batch of one, as most policies take, instead of `[n]`.',
			prominent: true,
		}),
	},
	create({ terms: rowsOfTerms, batch }, { output, compile }) {
		const terms = rowsOfTerms.map(({ name, steps: list }, index): Term => {
			const label = `term ${name ?? index + 1}`;
			const stage = compile(list, label);
			if (stage.gives !== 'tensor')
				throw new RangeError(`${label}: Expected its steps to give a tensor, got a message`);
			return { label, stage };
		});
		return new Stack(terms, batch, output);
	},
});

class Stack implements Stage {
	readonly #terms: readonly Term[];
	readonly #batch: boolean;
	readonly #output: Output;
	readonly #blocks: Block[];
	#dims: readonly number[] = [];

	constructor(terms: readonly Term[], batch: boolean, output: Output) {
		this.#terms = terms;
		this.#batch = batch;
		this.#output = output;
		this.#blocks = new Array(terms.length);
	}

	run(input: Value, carrier: object): Block {
		let count = 0;
		for (let i = 0; i < this.#terms.length; i++) {
			const term = this.#terms[i] as Term;
			const block = runTerm(term, input, carrier);
			this.#blocks[i] = block;
			count += block.data.length;
		}
		const type = (this.#blocks[0] as Block).type;
		if (this.#dims.at(-1) !== count) this.#dims = this.#batch ? [1, count] : [count];
		const given = this.#output.block(type, this.#dims);
		let at = 0;
		for (let i = 0; i < this.#blocks.length; i++) {
			const block = this.#blocks[i] as Block;
			if (block.type !== type) {
				throw new TypeError(
					`${this.#terms[i]?.label}: Expected ${type} as the first term gives, got ${describe(block)}; put a cast step into it`,
				);
			}
			copy(block.data, given.data, at);
			at += block.data.length;
		}
		return given;
	}

	reset(): void {
		for (const { stage } of this.#terms) stage.reset?.();
	}
}

function runTerm(term: Term, input: Value, carrier: object): Block {
	try {
		return term.stage.run(input, carrier) as Block;
	} catch (error) {
		if (error instanceof Error) error.message = `${term.label}, ${error.message}`;
		throw error;
	}
}

function copy(from: TensorData, to: TensorData, at: number): void {
	// Below some 64 elements a loop is faster than set().
	if (from.length <= 64 || Array.isArray(from) || Array.isArray(to)) {
		for (let i = 0; i < from.length; i++) to[at + i] = from[i] as never;
	} else {
		(to as Float32Array).set(from as Float32Array, at);
	}
}
