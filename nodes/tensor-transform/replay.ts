import { checkArray, checkObject, checkString, show } from '../../lib/check';
import { bindInputs } from '../../lib/onnx/inputs';
import type { ModelInfo } from '../../lib/onnx/protocol';
import type { StatePair } from '../../lib/onnx/recurrent';
import type { ModelSession } from '../../lib/onnx/session';
import { Tensor } from '../../lib/tensor/tensor';
import { createPipeline, type Pipeline } from '../../lib/transform/pipeline';
import type { Environment } from '../../lib/transform/step';
import { Watch } from '../../lib/transform/watch';
import { firstDifference, type Place } from './difference';
import { labelsOf, labelsOfTerms } from './labels';
import { carrierOf, isOfFlow, type RecordedSample } from './recording';

/** A transform of the flow, as the editor has it. */
export interface ReplayTransform {
	readonly name: string;
	readonly steps: readonly unknown[];
}

/** What a recording goes through. */
export interface ReplayChain {
	readonly before: readonly ReplayTransform[];
	readonly model: { readonly name: string; readonly path: string; readonly state: readonly StatePair[] };
	readonly after: readonly ReplayTransform[];
}

/** What came of a replay; the answer of the admin endpoint `tensor-transform/replay`. */
export interface ReplayResult {
	/** Whether everything came out as recorded. */
	readonly isSame: boolean;
	/** How many moments were compared, up to the one that differs. */
	readonly moments: number;
	/** How many numbers of each were compared. */
	readonly compared: Readonly<Partial<Record<Compared, number>>>;
	/** The first that differs: where, what was recorded, what came. */
	readonly difference?: string;
}

export type Compared = 'observation' | 'action' | 'command';

/** How much may differ, by part of what was recorded: float32 in another order of summing; a network sums far more. */
const tolerance = { observation: 1e-5, action: 1e-4, command: 1e-4 };

/** The names that trainers give to what the policy does, for a model with several outputs. */
const actionNames = ['action', 'actions', 'continuous_actions'];

/**
 * Checks what the editor asks for.
 * @throws TypeError or RangeError that names the part.
 */
export function parseChain(value: unknown): ReplayChain {
	const { before, model, after } = checkObject('chain', value);
	const transforms = (name: string, list: unknown) =>
		checkArray(name, list, (path, item) => {
			const transform = checkObject(path, item);
			return {
				name: checkString(`${path}.name`, transform.name),
				steps: checkArray(`${path}.steps`, transform.steps, (_path, step) => step, { minLength: 1 }),
			};
		});
	const given = checkObject('model', model);
	const state = checkArray('model.state', given.state, (path, item) => {
		const { output, input, initial } = checkObject(path, item);
		return {
			output: checkString(`${path}.output`, output),
			input: checkString(`${path}.input`, input),
			...(initial === undefined || initial === null ? {} : { initial }),
		} as StatePair;
	});
	return {
		before: transforms('before', before),
		model: { name: checkString('model.name', given.name), path: checkString('model.path', given.path), state },
		after: transforms('after', after),
	};
}

interface Link {
	readonly name: string;
	readonly steps: readonly unknown[];
	readonly pipeline: Pipeline;
	readonly watch: Watch;
}

/** Sends a recording through transforms and a model as the flow does, and compares what comes out with it. */
export class Replay {
	readonly #before: readonly Link[];
	readonly #after: readonly Link[];
	readonly #session: ModelSession;
	readonly #compared: Partial<Record<Compared, number>> = {};
	/** The time of the recording, ms. */
	#now = 0;

	/**
	 * @param session of the chain's model
	 * @throws TypeError or RangeError that names the transform and its step.
	 */
	constructor(chain: ReplayChain, session: ModelSession, environment: Partial<Environment>) {
		const memory = new Map<string, unknown>();
		const link = ({ name, steps }: ReplayTransform): Link => {
			const watch = new Watch();
			watch.isActive = true;
			const world = { ...environment, memory, watch, now: () => this.#now };
			return { name, steps, watch, pipeline: within(name, () => createPipeline(steps, world)) };
		};
		this.#before = chain.before.map(link);
		this.#after = chain.after.map(link);
		this.#session = session;
	}

	/**
	 * Goes through the samples up to the first difference.
	 * @param isWanted asked now and then; false ends it
	 * @throws Error of a step or of the model, with the number of the moment.
	 */
	async run(samples: readonly RecordedSample[], isWanted: () => boolean = () => true): Promise<ReplayResult> {
		if (!isOfFlow(samples)) {
			throw new RangeError('Expected `observation`, `action` or `command` to compare with in the recording, got none');
		}
		const info = await this.#session.ready();
		let moments = 0;
		for (const sample of samples) {
			if (!isWanted()) break;
			if (sample.time !== undefined) this.#now = sample.time * 1000;
			if (sample.reset) this.#reset();
			const isKept = this.#keep(sample);
			const isRecorded = sample.observation !== undefined || sample.action !== undefined;
			if (isKept && !isRecorded && sample.command === undefined) continue;
			moments++;
			let difference: string | undefined;
			try {
				difference = await this.#moment(sample, info);
			} catch (error) {
				throw new Error(`moment ${moments}: ${(error as Error).message}`, { cause: error });
			}
			if (difference !== undefined) {
				return this.#result(moments, `moment ${moments}: ${difference}`);
			}
		}
		return this.#result(moments);
	}

	#result(moments: number, difference?: string): ReplayResult {
		const result = { isSame: difference === undefined, moments, compared: this.#compared };
		return difference === undefined ? result : { ...result, difference };
	}

	#reset(): void {
		for (const { pipeline } of [...this.#before, ...this.#after]) pipeline.reset();
		this.#session.resetState();
	}

	/** Whether the transform that drives the flow keeps it; the others keep it besides. */
	#keep(sample: RecordedSample): boolean {
		if (sample.payload === undefined) return false;
		let isKept = false;
		for (const [i, { name, pipeline }] of [...this.#before, ...this.#after].entries()) {
			const keeps = within(name, () => pipeline.keep(sample.payload, carrierOf(sample)));
			if (i === 0) isKept = keeps;
		}
		return isKept;
	}

	/** The first difference of a moment. */
	async #moment(sample: RecordedSample, info: ModelInfo): Promise<string | undefined> {
		const carrier = carrierOf(sample);
		let value: unknown = sample.payload;
		if (value === undefined) value = Tensor.from(sample.observation, 'observation');
		else {
			for (const { name, pipeline } of this.#before) value = within(name, () => pipeline.run(value, carrier));
			const wrong = this.#compare('observation', sample.observation, value, (count) => this.#termLabels(count));
			if (wrong !== undefined) return wrong;
		}
		const run = await this.#session.run(bindInputs(info.inputs, value, 'observation'));
		if (run === 'dropped') throw new Error('The model was closed during the replay');
		const named: Record<string, Tensor> = {};
		for (const [i, { name }] of info.outputs.entries()) named[name] = run.outputs[i] as Tensor;
		const only = run.outputs.length === 1 ? (run.outputs[0] as Tensor) : undefined;
		if (sample.action !== undefined) {
			const wrong = this.#compare('action', sample.action, only ?? this.#actionOf(named), () => this.#jointLabels());
			if (wrong !== undefined) return wrong;
		}
		value = only ?? named;
		for (const { name, pipeline } of this.#after) value = within(name, () => pipeline.run(value, carrier));
		return this.#compareCommand(sample.command, value);
	}

	/** Of several outputs the one that the transform behind the model takes, or that has a usual name. */
	#actionOf(named: Readonly<Record<string, Tensor>>): Tensor {
		const chosen = (this.#after[0]?.steps[0] as { tensor?: unknown } | undefined)?.tensor;
		const name = typeof chosen === 'string' ? chosen : actionNames.find((other) => Object.hasOwn(named, other));
		const found = name !== undefined && Object.hasOwn(named, name) ? named[name] : undefined;
		if (found) return found;
		throw new RangeError(
			`Expected the model to have one output, or one called action, to compare \`action\` with, got ${Object.keys(named).join(', ')}`,
		);
	}

	#compareCommand(expected: unknown, value: unknown): string | undefined {
		if (expected === undefined) return undefined;
		if (typeof expected !== 'object' || expected === null || Array.isArray(expected) || Tensor.isTensorLike(expected)) {
			return this.#compare('command', expected, value, () => undefined);
		}
		for (const [path, field] of Object.entries(expected)) {
			const wrong = this.#compare('command', [field].flat(), [fieldAt(value, path)].flat(), () => undefined, path);
			if (wrong !== undefined) return wrong;
		}
		return undefined;
	}

	#compare(
		part: Compared,
		expected: unknown,
		given: unknown,
		labels: (count: number) => readonly Place[] | undefined,
		path?: string,
	): string | undefined {
		if (expected === undefined) return undefined;
		const found = firstDifference(given, expected, labels, tolerance[part]);
		if (found !== undefined) return `${part}${path === undefined ? '' : ` ${path}`}, ${found}`;
		this.#compared[part] = (this.#compared[part] ?? 0) + Tensor.from(expected, part).data.length;
		return undefined;
	}

	#termLabels(count: number): readonly Place[] | undefined {
		const maker = [...this.#before].reverse().find(({ watch }) => watch.names.length > 0);
		if (maker) return labelsOfTerms(maker.steps, maker.watch, count);
		const last = this.#before.at(-1);
		return last && labelsOf(last.steps, count).map((label) => ({ term: '', label }));
	}

	/** The joints that the command is for, when a step behind the model names them. */
	#jointLabels(): readonly Place[] | undefined {
		for (const { steps } of this.#after) {
			for (const step of steps) {
				const { names } = step as { names?: unknown };
				if (Array.isArray(names)) return names.map((name) => ({ term: '', label: String(name) }));
			}
		}
		return undefined;
	}
}

function fieldAt(message: unknown, path: string): unknown {
	let value = message;
	for (const key of path.split('.')) {
		const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
		if (!isThere) throw new RangeError(`Expected the command to have a field ${show(path)} to compare with, got none`);
		value = (value as Record<string, unknown>)[key];
	}
	return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
}

function within<T>(name: string, action: () => T): T {
	try {
		return action();
	} catch (error) {
		throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
	}
}
