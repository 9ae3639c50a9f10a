import { BriefError, checkArray, checkNumber, checkObject, checkString, show } from '../check';
import { type ObservationTerm, observationSize, type PolicyContract, termSize } from './contract';
import { optionalTexts } from './fields';

/** A term of steps, as a node saves it. */
interface TermJson {
	readonly name?: unknown;
	readonly steps?: unknown;
}

/** A term that an observation has to have. */
export interface ExpectedTerm {
	readonly name: string;
	/** How many elements it has, with its own history; undefined when the trainer's files do not say. */
	readonly size?: number | undefined;
	/** The joints of its elements, in their order; undefined when it has none, or they have no names. */
	readonly joints?: readonly string[] | undefined;
}

/** What an observation has to be: kept by the node that makes it, and checked with every message. */
export interface ExpectedObservation {
	/** What the contract was read from, such as `Isaac Lab IO descriptors`. */
	readonly source: string;
	/** In the order of the policy. */
	readonly terms: readonly ExpectedTerm[];
	/** How many elements the whole has, with the history of whole observations; undefined when not known. */
	readonly size?: number | undefined;
	/** The model that takes the observation, by its path: its input is looked at when the node starts. */
	readonly model?: string | undefined;
}

/** What is known of an input of a model. */
export interface ModelInput {
	readonly name: string;
	/** Sizes of the dimensions; a text, or a number below 0, stands for any. Undefined: open. */
	readonly shape: readonly (number | string)[] | undefined;
}

/** What a contract says of the observation. */
export function expectedObservation(contract: PolicyContract, model?: string): ExpectedObservation {
	const ofJoints = ({ kind }: ObservationTerm) => kind === 'joint-position' || kind === 'joint-velocity';
	const terms = contract.observation.map((term) => ({
		name: term.name,
		size: termSize(term, contract),
		joints: ofJoints(term) ? (term.joints ?? contract.joints) : undefined,
	}));
	return { source: contract.source, terms, size: observationSize(contract), model };
}

/**
 * An expected observation as a node saves it.
 * @throws TypeError or RangeError that names what is wrong with it.
 */
export function parseExpected(name: string, value: unknown): ExpectedObservation {
	const given = checkObject(name, value);
	const size = (path: string, item: unknown) =>
		item === undefined || item === null ? undefined : checkNumber(path, item, { integer: true, min: 1 });
	return {
		source: checkString(`${name}.source`, given.source),
		terms: checkArray(`${name}.terms`, given.terms, (path, item) => {
			const term = checkObject(path, item);
			return {
				name: checkString(`${path}.name`, term.name),
				size: size(`${path}.size`, term.size),
				joints: optionalTexts(`${path}.joints`, term.joints),
			};
		}),
		size: size(`${name}.size`, given.size),
		model: given.model === undefined ? undefined : checkString(`${name}.model`, given.model),
	};
}

/** The input of a model that takes the observation: the one that is called so, otherwise the first. */
export function observationInput(inputs: readonly ModelInput[]): ModelInput | undefined {
	return inputs.find(({ name }) => /obs/i.test(name)) ?? inputs[0];
}

/** Holds what the steps give against what a policy expects: the order of the terms and the size of each. */
export class ObservationCheck {
	readonly #expected: ExpectedObservation;
	/** The names last seen: the same array as long as nothing changed. */
	#names: readonly string[] | undefined;

	constructor(expected: ExpectedObservation) {
		this.#expected = expected;
	}

	/**
	 * Whether the policy's model takes what the contract says.
	 * @throws BriefError when the sizes differ. Does nothing when either is not known.
	 */
	checkModel(input: ModelInput | undefined): void {
		const { size, source } = this.#expected;
		const given = input?.shape?.at(-1);
		if (size === undefined || typeof given !== 'number' || given < 0 || given === size) return;
		throw new BriefError(
			'wrong model',
			`Expected a model whose input ${show(input?.name)} has ${size} elements as ${source} says (${this.#list()}), got ${given}. Choose the model that belongs to it, or set the steps up anew.`,
		);
	}

	/**
	 * Whether the terms are those of the policy, in its order.
	 * @throws BriefError that names the first that is not.
	 */
	checkNames(names: readonly string[]): void {
		const { terms, source } = this.#expected;
		for (let i = 0; i < Math.max(names.length, terms.length); i++) {
			const name = names[i];
			const expected = terms[i]?.name;
			if (name === expected) continue;
			const wanted = expected === undefined ? `only ${terms.length} terms` : `term ${i + 1} to be ${show(expected)}`;
			throw new BriefError(
				'wrong order',
				`Expected ${wanted}, as ${source} says, got ${name === undefined ? `only ${names.length} terms` : show(name)}. The policy takes ${this.#list()}.`,
			);
		}
		this.#names = names;
	}

	/**
	 * Whether steps make the terms of the policy, in its order, and take the joints of each in its order.
	 * @param steps as a node saves them; the first makes the terms
	 * @throws BriefError that names the first that is not.
	 */
	checkSteps(steps: readonly unknown[]): void {
		const { terms, source } = this.#expected;
		const rows = (steps[0] as { terms?: readonly TermJson[] } | undefined)?.terms;
		if (!Array.isArray(rows)) {
			throw new BriefError(
				'no terms',
				`Expected a first step that stacks the terms of ${source} (${this.#list()}), got one without terms`,
			);
		}
		this.checkNames(rows.map(({ name }: TermJson, i) => (typeof name === 'string' ? name : String(i + 1))));
		for (const [i, { joints }] of terms.entries()) {
			const list = (rows[i] as TermJson).steps;
			const taken = Array.isArray(list) ? list.find((step) => Array.isArray(step?.names))?.names : undefined;
			// A robot may call its joints otherwise; the same names in another order are a mistake.
			if (joints === undefined || taken === undefined || !isReordered(taken, joints)) continue;
			throw new BriefError(
				'wrong order',
				`Expected the joints of term ${terms[i]?.name} in the order ${joints.join(', ')}, as ${source} says, got ${taken.join(', ')}`,
			);
		}
	}

	/**
	 * Whether what each term gave is as long as the policy expects.
	 * @throws BriefError that names the first that is not.
	 */
	checkTerms(names: readonly string[], blocks: readonly { readonly data: { readonly length: number } }[]): void {
		if (names !== this.#names) this.checkNames(names);
		const { terms, source } = this.#expected;
		for (let i = 0; i < terms.length; i++) {
			const size = terms[i]?.size;
			const given = blocks[i]?.data.length;
			if (size === undefined || size === given) continue;
			throw new BriefError(
				'wrong size',
				`Expected term ${names[i]} to have ${size} elements, as ${source} says, got ${given}. The policy takes ${this.#list()}.`,
			);
		}
	}

	/**
	 * Whether the whole is as long as the policy's input.
	 * @throws BriefError when not.
	 */
	checkSize(given: number): void {
		const { size, source } = this.#expected;
		if (size === undefined || size === given) return;
		throw new BriefError(
			'wrong size',
			`Expected an observation of ${size} elements, as ${source} says (${this.#list()}), got ${given}`,
		);
	}

	#list(): string {
		return this.#expected.terms.map(({ name, size }) => `${name} ${size ?? '?'}`).join(', ');
	}
}

function isReordered(taken: readonly unknown[], joints: readonly string[]): boolean {
	if (taken.length !== joints.length || taken.some((name) => !joints.includes(name as string))) return false;
	return taken.some((name, i) => name !== joints[i]);
}
