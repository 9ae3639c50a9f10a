import { createData, type TensorData } from '../../tensor/tensor';
import { describe, numbersOf } from '../elements';
import { choice, number } from '../schema';
import { SameShape } from '../state';
import { type Block, defineStep, type Output, type Stage } from '../step';
import { copyElements } from '../terms';

/**
 * The last values together with this one: [n] -> [length · n], or [length, n]. At the start and after a reset the
 * places of values that there were not hold the first value, or zeros.
 */
export const history = defineStep({
	name: 'history',
	group: 'Time',
	title: 'History',
	help: 'Gives the last values together with this one, so that the policy sees how things move. On a whole vector it stacks frames; inside a term of Stack terms it stacks that term alone. `msg.reset` forgets.',
	formula: '[n] → [length · n]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		length: number({ description: 'How many values, with this one.', integer: true, min: 1, max: 10000, example: '5' }),
		order: choice({
			description: 'Which comes first.',
			default: 'oldest-first',
			prominent: true,
			choices: { 'oldest-first': 'as Isaac Lab and Unitree do', 'newest-first': 'as rl_sar does' },
		}),
		fill: choice({
			description: 'What stands for values that there were not yet.',
			default: 'first',
			prominent: true,
			choices: { first: 'the first value, again and again', zeros: 'zeros' },
		}),
		layout: choice({
			description: 'How they are put together.',
			default: 'flat',
			choices: {
				flat: 'one after the other in the last dimension',
				axis: 'along a new first dimension: `[length, ...]`',
			},
		}),
	},
	create({ length, order, fill, layout }, { output }) {
		return new History(length, order === 'oldest-first', fill === 'first', layout === 'flat', output);
	},
});

class History implements Stage<Block> {
	readonly #length: number;
	readonly #oldestFirst: boolean;
	readonly #fillFirst: boolean;
	readonly #isFlat: boolean;
	readonly #output: Output;
	readonly #shape = new SameShape();
	/** A ring of `length` values; `#newest` is where the last one is. */
	#ring: TensorData = [];
	#newest = 0;
	#dims: readonly number[] = [];

	constructor(length: number, oldestFirst: boolean, fillFirst: boolean, isFlat: boolean, output: Output) {
		this.#length = length;
		this.#oldestFirst = oldestFirst;
		this.#fillFirst = fillFirst;
		this.#isFlat = isFlat;
		this.#output = output;
	}

	run(input: Block): Block {
		const length = this.#length;
		const size = numbersOf(input).length;
		if (this.#shape.isFirst(input)) this.#start(input);
		else this.#newest = (this.#newest + 1) % length;
		copyElements(input.data, 0, this.#ring, this.#newest * size, size);
		const block = this.#output.block(input.type, this.#dims);
		for (let i = 0; i < length; i++) {
			const age = this.#oldestFirst ? length - 1 - i : i;
			copyElements(this.#ring, ((this.#newest - age + length) % length) * size, block.data, i * size, size);
		}
		return block;
	}

	reset(): void {
		this.#shape.reset();
	}

	#start(input: Block): void {
		const { dims, data, type } = input;
		if (this.#isFlat && dims.slice(0, -1).some((dim) => dim !== 1)) {
			this.#shape.reset();
			throw new RangeError(`Expected a vector, [n] or [1, n], for a flat history, got ${describe(input)}`);
		}
		const length = this.#length;
		if (data.length * length > 2 ** 26) {
			this.#shape.reset();
			throw new RangeError(`Expected a history of at most ${2 ** 26} elements, got ${length} of ${describe(input)}`);
		}
		this.#dims = this.#isFlat ? [...dims.slice(0, -1), (dims.at(-1) ?? 1) * length] : [length, ...dims];
		this.#ring = createData(type, data.length * length);
		this.#newest = 0;
		if (this.#fillFirst)
			for (let i = 0; i < length; i++) copyElements(data, 0, this.#ring, i * data.length, data.length);
	}
}
