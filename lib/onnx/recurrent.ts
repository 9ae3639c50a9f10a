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
const outputWords = new Set(['out', 'output', 'next', 'new', 'present', 'current', 'updated', 'y']);

/** Words that a state is called by. */
const stateWords = /^(h|c|hx|cx|hidden|hiddens|cell|state|states|memory|memories|recurrent|rnn|lstm|gru)[0-9]*$/;

/** The words of a name: `lstm_hIn.0` is lstm, h, in, 0. */
function wordsOf(name: string): string[] {
	return (
		name
			// Attention's memory, as exporters of transformers call it: `past_key_values.0.key` and `present.0.key`.
			.replace(/(past|present)_key_values?(?![a-z])/i, '$1')
			.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
			.toLowerCase()
			.split(/[^a-z0-9]+/)
			.filter((word) => word !== '')
	);
}

/** What a name may be without what tells its side: by words, and as PyTorch's manual has it: h0 and hn, hx and hy. */
function stemsOf(name: string, sideWords: ReadonlySet<string>, suffix: RegExp): string[] {
	const words = wordsOf(name);
	const whole = words.join(' ');
	const stems = [words.filter((word) => !sideWords.has(word)).join(' '), whole.replace(suffix, '')];
	return stems.filter((stem) => stem !== '' && stem !== whole);
}

function sameShape(a: ValueInfo, b: ValueInfo): boolean {
	const [one, other] = [a.shape, b.shape];
	// Of an unknown rank there is no telling what zeros to begin with.
	if (a.type !== b.type || one === undefined || other === undefined || one.length !== other.length) return false;
	return one.every((dim, i) => typeof dim === 'string' || typeof other[i] === 'string' || dim === other[i]);
}

/**
 * Outputs that look as if they were to be fed back, by the names that exporters give them: `h_out` and `h_in`,
 * `state_in_0` and `state_out_0`, `hn` and `h0`, `recurrent_in` and `recurrent_out`, `next_state` and `state` ... Where
 * only the inputs have names of states, by their shapes and order. A guess, to be confirmed by a person.
 */
export function findStatePairs({ inputs, outputs }: Named): StatePair[] {
	const found = new Map<ValueInfo, ValueInfo>();
	const isFree = (output: ValueInfo) => ![...found.values()].includes(output);
	// What both sides say counts more than what one of them says.
	for (const match of [bothTell, oneTells]) {
		for (const input of inputs) {
			if (found.has(input)) continue;
			const output = outputs.find((other) => isFree(other) && sameShape(input, other) && match(input.name, other.name));
			if (output) found.set(input, output);
		}
	}
	const nameless = inputs.filter(
		(input) => !found.has(input) && wordsOf(input.name).some((word) => stateWords.test(word)),
	);
	for (const input of nameless) {
		// What observes nothing besides is no recurrent network: many call what they observe the state.
		if (nameless.length + found.size === inputs.length) break;
		const rivals = nameless.filter((other) => !found.has(other) && sameSize(input, other));
		const candidates = outputs.filter((output) => isFree(output) && sameSize(input, output));
		if (rivals.length !== candidates.length) continue;
		for (const [i, rival] of rivals.entries()) found.set(rival, candidates[i] as ValueInfo);
	}
	return inputs.flatMap((input) => {
		const output = found.get(input);
		return output ? [{ output: output.name, input: input.name }] : [];
	});
}

const inputStems = (name: string) => stemsOf(name, inputWords, / ?0$|(?<=\b[hc])x$/);
const outputStems = (name: string) => stemsOf(name, outputWords, / ?n$|(?<=\b[hc])y$/);

function bothTell(input: string, output: string): boolean {
	const stems = inputStems(input);
	return outputStems(output).some((stem) => stems.includes(stem));
}

/** Where only one side tells which it is, the other has the bare name. */
function oneTells(input: string, output: string): boolean {
	if (input === output) return false;
	const bare = (name: string) => wordsOf(name).join(' ');
	return outputStems(output).includes(bare(input)) || inputStems(input).includes(bare(output));
}

/** Of the same type and of sizes that are all known, as those of a state with its layers, robots and units are. */
function sameSize(a: ValueInfo, b: ValueInfo): boolean {
	return (
		a.type === b.type &&
		(a.shape?.length ?? 0) > 1 &&
		a.shape?.every((dim, i) => typeof dim === 'number' && dim === b.shape?.[i]) === true &&
		a.shape.length === b.shape?.length
	);
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
				initial: initialOf(input, output, pair.initial),
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

/** Names of dimensions that count past steps, as opposed to those of a batch. */
const lengthName = /past|cache|len|seq|time|step|history/i;

/**
 * The sizes that a state begins with. A symbolic one is the batch, which is one robot, unless it is a length that grows
 * from run to run, as that of attention's memory: there is nothing to remember yet.
 */
function firstDims(input: TensorInfo, output: TensorInfo): number[] {
	return (input.shape ?? []).map((dim, i) => {
		if (typeof dim === 'number') return dim;
		return dim !== output.shape?.[i] && lengthName.test(dim) ? 0 : 1;
	});
}

function initialOf(input: TensorInfo, output: TensorInfo, given: unknown): Tensor {
	const dims = firstDims(input, output);
	if (given === undefined || given === null) {
		return new Tensor(input.type, dims, createData(input.type, elementCount(dims)));
	}
	const bind = (shape: TensorInfo['shape']) => bindInputs([{ ...input, shape }], given, 'initial')[0] as Tensor;
	if (typeof given !== 'number') return bind(input.shape);
	const data = createData(input.type, elementCount(dims)) as Float32Array;
	return new Tensor(input.type, dims, data.fill((bind([]).data as Float32Array)[0] as number));
}
