import { BriefError, show } from '../check';
import { createData, elementCount, Tensor } from '../tensor/tensor';
import type { ValueInfo } from './header';
import { bindInputs, showInfo } from './inputs';
import type { TensorInfo } from './protocol';

/** An output that is fed back into an input at the next run. */
export interface StatePair {
	/** Name of the output, such as `h_out`. */
	readonly output: string;
	/** Name of the input, such as `h_in`. */
	readonly input: string;
	/** What the input is at first: a number for all of its elements, a tensor or a nested array. Default: zeros. */
	readonly initial?: unknown;
}

/** What a model takes and gives. */
export interface Signature {
	readonly inputs: readonly TensorInfo[];
	readonly outputs: readonly TensorInfo[];
}

/** The same, from the file alone, where types may be any. */
interface Named {
	readonly inputs: readonly ValueInfo[];
	readonly outputs: readonly ValueInfo[];
}

/** Words in the names of inputs and outputs that tell which side of a run they are on. */
const inputWords = new Set(['in', 'input', 'prev', 'previous', 'past', 'last', 'old', 'init', 'initial']);
const outputWords = new Set(['out', 'output', 'next', 'new', 'present', 'current', 'updated']);

/** The words of a name: `lstm_hIn.0` is lstm, h, in, 0. */
function wordsOf(name: string): string[] {
	return name
		.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.split(/[^a-z0-9]+/)
		.filter((word) => word !== '');
}

/** What is left of a name without the words of its side; undefined when there is none of them. */
function stemOf(name: string, sideWords: ReadonlySet<string>, suffix: RegExp): string | undefined {
	const words = wordsOf(name);
	const stem = words.filter((word) => !sideWords.has(word)).join(' ');
	if (stem.length > 0 && stem !== words.join(' ')) return stem;
	// PyTorch's manual calls them h0 and hn, c0 and cn.
	const bare = words.join(' ').replace(suffix, '');
	return bare !== words.join(' ') && bare.length > 0 ? bare.trim() : undefined;
}

function sameShape(a: ValueInfo, b: ValueInfo): boolean {
	const [one, other] = [a.shape, b.shape];
	// Of an unknown rank there is no telling what zeros to begin with.
	if (a.type !== b.type || one === undefined || other === undefined || one.length !== other.length) return false;
	return one.every((dim, i) => typeof dim === 'string' || typeof other[i] === 'string' || dim === other[i]);
}

/**
 * Outputs that look as if they were to be fed back, by the names that exporters give them: `h_out` and `h_in`,
 * `state_in_0` and `state_out_0`, `hn` and `h0`, `recurrent_in` and `recurrent_out`, `next_state` and `state` ... A
 * guess, to be confirmed by a person.
 */
export function findStatePairs({ inputs, outputs }: Named): StatePair[] {
	const pairs: StatePair[] = [];
	const taken = new Set<ValueInfo>();
	for (const input of inputs) {
		const inputStem = stemOf(input.name, inputWords, /0$/);
		const plain = wordsOf(input.name).join(' ');
		const output = outputs.find((candidate) => {
			if (taken.has(candidate) || candidate.name === input.name || !sameShape(input, candidate)) return false;
			const stem = stemOf(candidate.name, outputWords, / ?n$/);
			// Where only one side says which side it is, the other has the bare name.
			if (stem !== undefined) return stem === (inputStem ?? plain);
			return inputStem !== undefined && wordsOf(candidate.name).join(' ') === inputStem;
		});
		if (!output) continue;
		taken.add(output);
		pairs.push({ output: output.name, input: input.name });
	}
	return pairs;
}

/** Most keys whose states are kept; the one used longest ago is forgotten beyond. */
const mostKeys = 1000;

interface Fed {
	readonly inputIndex: number;
	readonly outputIndex: number;
	readonly initial: Tensor;
}

/** The state of one key, in the order of the pairs. */
export interface StateHolder {
	tensors: readonly Tensor[];
}

/**
 * The state of a recurrent network between its runs: after each run the outputs that it consists of become the inputs
 * of the next. One state for each key, so that one network serves several robots.
 */
export class RecurrentState {
	/** What is left to be fed by a message. */
	readonly inputs: readonly TensorInfo[];
	/** What is left to be given. */
	readonly outputs: readonly TensorInfo[];
	readonly #fed: readonly Fed[];
	/** The newest is last. */
	readonly #states = new Map<string, StateHolder>();

	/**
	 * @throws BriefError when a pair names what the model does not have, does not fit together, or an initial value does
	 * not fit.
	 */
	constructor(
		private readonly signature: Signature,
		pairs: readonly StatePair[],
	) {
		this.#fed = pairs.map((pair) => {
			const input = find(signature.inputs, pair.input, 'input');
			const output = find(signature.outputs, pair.output, 'output');
			if (!sameShape(input, output)) {
				throw new BriefError(
					'state does not fit',
					`The state's output ${showInfo(output)} does not fit its input ${showInfo(input)}.`,
				);
			}
			return {
				inputIndex: signature.inputs.indexOf(input),
				outputIndex: signature.outputs.indexOf(output),
				initial: initialOf(input, pair.initial),
			};
		});
		if (new Set(this.#fed.map((fed) => fed.inputIndex)).size < this.#fed.length) {
			throw new BriefError('state input twice', 'Two outputs are fed back into the same input of the model.');
		}
		this.inputs = signature.inputs.filter((_, index) => !this.#fed.some((fed) => fed.inputIndex === index));
		this.outputs = signature.outputs.filter((_, index) => !this.#fed.some((fed) => fed.outputIndex === index));
	}

	/**
	 * The state of a key as it is now. After a reset the key gets another holder, so what a run that was under way
	 * then leaves in the old one is of no consequence.
	 */
	holder(key: string): StateHolder {
		const holder = this.#states.get(key) ?? { tensors: this.#fed.map((fed) => fed.initial) };
		// Taken out first, so that the key becomes the newest.
		this.#states.delete(key);
		this.#states.set(key, holder);
		if (this.#states.size > mostKeys) this.#states.delete(this.#states.keys().next().value as string);
		return holder;
	}

	/** All inputs in the order of the model: those given, in the order of `inputs`, and the state. */
	feed({ tensors }: StateHolder, given: readonly Tensor[]): Tensor[] {
		const all = new Array<Tensor | undefined>(this.signature.inputs.length);
		for (const [i, fed] of this.#fed.entries()) all[fed.inputIndex] = tensors[i];
		let next = 0;
		for (let i = 0; i < all.length; i++) all[i] ??= given[next++];
		return all as Tensor[];
	}

	/**
	 * Keeps the state for the next run.
	 * @returns the outputs that are not state, in the order of `outputs`.
	 */
	keep(holder: StateHolder, all: readonly Tensor[]): Tensor[] {
		holder.tensors = this.#fed.map((fed) => all[fed.outputIndex] as Tensor);
		return all.filter((_, index) => !this.#fed.some((fed) => fed.outputIndex === index));
	}

	/** Back to the initial state: of one key, or of all. */
	reset(key?: string): void {
		if (key === undefined) this.#states.clear();
		else this.#states.delete(key);
	}
}

function find(infos: readonly TensorInfo[], name: string, side: 'input' | 'output'): TensorInfo {
	const found = infos.find((info) => info.name === name);
	if (found) return found;
	throw new BriefError(
		`no such ${side}`,
		`The state names the ${side} ${show(name)}, which the model does not have. It has: ${infos.map((info) => info.name).join(', ')}.`,
	);
}

function initialOf(input: TensorInfo, given: unknown): Tensor {
	// A symbolic dimension of a state is the batch: one robot.
	const dims = (input.shape ?? []).map((dim) => (typeof dim === 'number' ? dim : 1));
	if (given === undefined || given === null) {
		return new Tensor(input.type, dims, createData(input.type, elementCount(dims)));
	}
	const bind = (shape: readonly number[]) => bindInputs([{ ...input, shape }], given, 'initial')[0] as Tensor;
	if (typeof given !== 'number') return bind(dims);
	const data = createData(input.type, elementCount(dims)) as Float32Array;
	return new Tensor(input.type, dims, data.fill((bind([]).data as Float32Array)[0] as number));
}
