import { BriefError, checkArray, checkObject } from '../check';
import { Tensor } from '../tensor/tensor';
import { describe } from './elements';
import { parseOptions } from './schema';
import {
	type AnyStep,
	type Block,
	type Carrier,
	type Environment,
	type Kind,
	Output,
	type Stage,
	type Value,
} from './step';
import { stepNamed } from './steps';
import { type TakeTensor, takeMessage, takeTensor, tensorOption } from './take';
import { Watch } from './watch';

/** A list of steps, ready to run. */
export interface Pipeline {
	/** What the last step gives. */
	readonly gives: Kind;
	/** The full name of the ROS type of the messages it gives, when the last step builds them. */
	readonly messageType?: string | undefined;
	/**
	 * What the steps make of a value: a Tensor or a ROS message, which nothing writes into any more.
	 * @param input a ROS message, a Tensor or what Tensor.from takes, or an object of named tensors
	 * @param carrier the Node-RED message that brought it
	 * @throws TypeError or RangeError that starts with the step: `step 3 scale: Expected 4 factors for ...`
	 */
	run(input: unknown, carrier?: Carrier): Tensor | Record<string, unknown>;
	/**
	 * Keeps a value for the steps that want the latest one of its topic.
	 * @returns whether there is such a step; if not, the value is one to run
	 * @throws TypeError when it is not what the step wants.
	 */
	keep(input: unknown, carrier: Carrier): boolean;
	/** Forgets what the steps know of earlier values, as at the start of an episode. */
	reset(): void;
	/** Forgets the latest values of other topics too, as when time has jumped. */
	clear(): void;
}

/** Steps nested deeper than this are a mistake, or an attack on the stack. */
const deepest = 16;

/** What an option of every step's own is called, besides those of its schema. */
const commonOptions = ['type', 'tensor', 'note'];

/**
 * Makes a list of steps ready to run. Everything that can be known before the first value is checked here.
 * @param steps as saved by the editor: `[{ "type": "scale", "factor": 2 }, ...]`
 * @throws TypeError or RangeError that names the step, its option, what was expected and what came.
 */
export function createPipeline(steps: unknown, environment: Partial<Omit<Environment, 'sources'>> = {}): Pipeline {
	const world: Environment = {
		now: environment.now ?? Date.now,
		random: environment.random ?? Math.random,
		memory: environment.memory ?? new Map(),
		readArrays: environment.readArrays,
		decodeImage: environment.decodeImage,
		readyImage: environment.readyImage,
		watch: environment.watch ?? new Watch(),
		sources: new Map(),
	};
	const compiled = compile(
		checkArray('steps', steps, (_name, step) => step, { minLength: 1 }),
		{
			input: undefined,
			environment: world,
			keeps: true,
			depth: 0,
		},
	);
	return {
		gives: compiled.gives,
		messageType: compiled.messageType,
		run(input, carrier = {}) {
			if (world.watch.isActive) world.watch.begin();
			const value = compiled.run(input as Value, stamped(carrier, input));
			if (compiled.gives === 'message' || value instanceof Tensor) return value as Tensor | Record<string, unknown>;
			const block = value as Block;
			return new Tensor(block.type, block.dims, block.data);
		},
		keep(input, { topic, ros }) {
			const source = typeof topic === 'string' ? world.sources.get(topic) : undefined;
			if (source === undefined) return false;
			source.value = within(`topic ${topic}`, () => source.check(input));
			source.at = receivedAt(ros, world.now());
			return true;
		},
		reset: () => compiled.reset?.(),
		clear() {
			for (const source of world.sources.values()) source.value = undefined;
			compiled.reset?.();
		},
	};
}

/** Messages that no subscriber brought, as of a recording, tell when they were by their own header alone. */
function stamped(carrier: Carrier, input: unknown): Carrier {
	const ros = carrier.ros as { stamp?: unknown } | null | undefined;
	if (ros?.stamp !== undefined) return carrier;
	const header = (input as { header?: { stamp?: unknown } } | null | undefined)?.header;
	const stamp = typeof header === 'object' && header !== null ? header.stamp : undefined;
	return stamp === undefined ? carrier : { topic: carrier.topic, ros: { ...ros, stamp } };
}

/** When a message came in, ms: as its subscriber noted it, since a flow may hold it up. */
function receivedAt(ros: unknown, now: number): number {
	const noted = (ros as { receivedAt?: unknown } | null | undefined)?.receivedAt;
	return typeof noted === 'number' && noted <= now ? noted : now;
}

interface Setting {
	/** What comes in; undefined when only a run will tell. */
	readonly input: Kind | undefined;
	readonly environment: Environment;
	/** Whether what comes out is kept by others, and so may not be written again. */
	readonly keeps: boolean;
	readonly depth: number;
}

type Compiled = Stage & { readonly gives: Kind };

function compile(list: readonly unknown[], setting: Setting): Compiled {
	if (setting.depth > deepest) throw new RangeError(`Expected steps nested at most ${deepest} deep`);
	const found = list.map((item, index) => find(item, index));
	const keptFrom = firstKept(found, setting.keeps);
	const stages: Stage[] = [];
	let take: ((input: unknown) => Value) | undefined;
	let kind = setting.input;
	for (const [index, { step, item, label }] of found.entries()) {
		within(label, () => {
			const tensor = chosenTensor(item, step, index, setting.input);
			if (index === 0 && kind === undefined && step.takes !== 'any') {
				take = step.takes === 'tensor' ? takeTensor(tensor) : takeMessage;
				kind = step.takes;
			} else if (step.takes !== 'any' && kind !== step.takes) {
				throw new RangeError(
					`Expected a ${step.takes} to come in, but what comes before gives a ${kind ?? 'value of unknown kind'}`,
				);
			}
			const options = parseOptions(step.options, item, '', 'step', commonOptions);
			stages.push(
				step.create(options, {
					input: kind,
					output: new Output(index >= keptFrom && setting.keeps),
					environment: setting.environment,
					isOuter: setting.depth === 0,
					compile: (steps, where) => compileInner(steps, where, kind, setting),
				}),
			);
		});
		kind = step.gives;
	}
	if (kind === undefined) {
		take = takeTensor(undefined);
		kind = 'tensor';
	}
	const labels = found.map(({ label }) => label);
	return {
		gives: kind,
		...(stages.at(-1)?.messageType !== undefined && { messageType: stages.at(-1)?.messageType as string }),
		run(input, carrier) {
			let index = 0;
			try {
				let value = take === undefined ? input : take(input);
				for (; index < stages.length; index++) value = (stages[index] as Stage).run(value, carrier);
				return value;
			} catch (error) {
				throw labelled(labels[index], error);
			}
		},
		reset() {
			for (const stage of stages) stage.reset?.();
		},
	};
}

/** A list of steps inside a step; its errors begin with `where`. */
function compileInner(steps: readonly unknown[], where: string, input: Kind | undefined, setting: Setting): Compiled {
	const { environment, depth } = setting;
	const inner = within(where, () => compile(steps, { input, environment, keeps: false, depth: depth + 1 }));
	return {
		...inner,
		run(value, carrier) {
			try {
				return inner.run(value, carrier);
			} catch (error) {
				throw labelled(where, error);
			}
		},
	};
}

interface Found {
	readonly step: AnyStep;
	readonly item: Record<string, unknown>;
	/** `step 3 scale` */
	readonly label: string;
}

function find(item: unknown, index: number): Found {
	const number = `step ${index + 1}`;
	const object = within(number, () => checkObject('step', item));
	const name = Object.hasOwn(object, 'type') ? object.type : undefined;
	return { step: within(number, () => stepNamed(name)), item: object, label: `${number} ${String(name)}` };
}

/** The first step whose memory leaves the list: after it every step shares the memory of what it takes. */
function firstKept(found: readonly Found[], keeps: boolean): number {
	if (!keeps) return found.length;
	let index = found.length - 1;
	while (index > 0 && found[index]?.step.sharesInput) index--;
	return index;
}

/** @throws RangeError when a step has the option where there is nothing to choose from. */
function chosenTensor(
	item: Record<string, unknown>,
	step: AnyStep,
	index: number,
	input: Kind | undefined,
): TakeTensor {
	const tensor = Object.hasOwn(item, 'tensor') ? tensorOption.parse('tensor', item.tensor) : undefined;
	if (tensor !== undefined && (step.takes !== 'tensor' || index > 0 || input !== undefined)) {
		throw new RangeError(
			'`tensor` chooses among named tensors that come in: only a first step that takes a tensor has it',
		);
	}
	return tensor;
}

function within<T>(label: string, action: () => T): T {
	try {
		return action();
	} catch (error) {
		throw labelled(label, error);
	}
}

/** The error with the step before its message: of the same class, so that the status and the tests know it. */
function labelled(label: string | undefined, error: unknown): unknown {
	if (!(error instanceof Error) || label === undefined) return error;
	// A step within a step is named after it: "step 1 stack, term gravity, step 2 scale: Expected ..."
	const between = /^(term |[^:`]*\bstep \d+ )/.test(error.message) ? ', ' : ': ';
	const message = `${label}${between}${error.message}`;
	if (error instanceof BriefError) return new BriefError(error.brief, message, { cause: error });
	return error instanceof TypeError
		? new TypeError(message, { cause: error })
		: new RangeError(message, { cause: error });
}

/** What a pipeline gave, in the few words of a status: `float32[1, 4]`, `Float64MultiArray`. */
export function describeResult(pipeline: Pipeline, value: unknown): string {
	if (value instanceof Tensor) return describe(value);
	return pipeline.messageType?.split('/').at(-1) ?? 'message';
}
