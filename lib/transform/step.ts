import type { Arrays } from '../tensor/arrays';
import { createData, elementCount, type TensorData, type TensorType } from '../tensor/tensor';
import type { DecodeImage } from './image/compressed';
import type { OptionsOf, Schema } from './schema';
import type { Watch } from './watch';

/** What a step takes or gives. */
export type Kind = 'message' | 'tensor';

/**
 * A tensor between two steps. Unlike a Tensor its data may be memory that the step which gave it writes anew at the
 * next run; a Tensor is one too.
 */
export interface Block {
	readonly type: TensorType;
	readonly dims: readonly number[];
	readonly data: TensorData;
}

/** A Block whose step fills it. */
export interface MutableBlock {
	type: TensorType;
	dims: readonly number[];
	data: TensorData;
}

/** A ROS message: an object of fields. */
export type Message = Record<string, unknown>;
export type Value = Block | Message;

/** What comes along with a value: the properties of a Node-RED message that the steps look at. */
export interface Carrier {
	readonly topic?: unknown;
	readonly ros?: unknown;
}

/** A step made for one place in one list. */
export interface Stage<In = Value, Out = Value> {
	/** @throws TypeError or RangeError that says what was expected and what came. */
	run(input: In, carrier: Carrier): Out;
	/** Forgets what it knows of earlier values, as at the start of an episode. */
	reset?(): void;
	/** The full name of the ROS type, for a step that builds messages. */
	readonly messageType?: string;
}

/** What a list of steps may use of the world outside; injected, so that tests hold it still. */
export interface Environment {
	/** The time now, ms since the epoch. */
	now(): number;
	/** A number in [0, 1). */
	random(): number;
	/** Values that lists of steps leave for one another by name, such as the last action. */
	readonly memory: Map<string, unknown>;
	/**
	 * The arrays of a file, .npz or .json; undefined where there are no files, as in the browser.
	 * @throws Error when it cannot be read, or may not be.
	 */
	readonly readArrays: ((path: string) => Arrays) | undefined;
	/** Decodes JPEG and PNG images; undefined where nothing does, as in the browser. */
	readonly decodeImage: DecodeImage | undefined;
	/** What was already made of an image elsewhere, as in a thread; undefined for an image that is still to be read. */
	readonly readyImage: ((message: Message) => Block | undefined) | undefined;
	/** Lets others see what the steps do. */
	readonly watch: Watch;
	/** The topics besides the main one whose latest message a step wants, each with that message. */
	readonly sources: Map<string, Latest>;
}

/** The latest value of a topic. */
export interface Latest<T = unknown> {
	value: T | undefined;
	/** When it came, ms since the epoch. */
	at: number;
	/** Takes what a step may use of what comes in. @throws TypeError for anything else. */
	check(input: unknown): T;
}

/** Where a step stands. */
export interface Place {
	/** What comes in; undefined when only a run will tell. */
	readonly input: Kind | undefined;
	/** Where to take memory for what the step gives. */
	readonly output: Output;
	readonly environment: Environment;
	/** Whether it is a step of the list itself, not of one inside a step. */
	readonly isOuter: boolean;
	/** Makes a list of steps inside this step. What it gives is the step's to read until the next run. */
	compile(steps: readonly unknown[], where: string): Stage & { readonly gives: Kind };
}

/** What a step is: its schema and how to make it. One file in steps/ each. */
export interface Step<S extends Schema = Schema> {
	/** As in a list of steps: kebab-case, also the name of the file. */
	readonly name: string;
	/** The chapter of the reference. */
	readonly group: 'From a message' | 'Numbers' | 'Shape' | 'Time' | 'Geometry' | 'Sensors' | 'Action' | 'To a message';
	/** A few words for the list in the editor. */
	readonly title: string;
	/** What it does, for someone who meets it for the first time; `code` in backquotes. */
	readonly help: string;
	/** The formula or the shapes, such as `y = x · factor`. */
	readonly formula?: string;
	/** `any`: either; see `Place.input`. */
	readonly takes: Kind | 'any';
	readonly gives: Kind;
	readonly options: S;
	/** Whether what it gives shares the memory of what it takes. */
	readonly sharesInput?: boolean;
	/** @throws TypeError or RangeError for options that each pass but do not go together. */
	create(options: OptionsOf<S>, place: Place): Stage<never, Value>;
}

/** A step as the lists hold it, of whatever schema. */
export type AnyStep = Omit<Step, 'create'> & {
	create(options: Readonly<Record<string, unknown>>, place: Place): Stage;
};

/** Declares a step; ties the type of `create`'s options to the schema. */
export function defineStep<const S extends Schema>(step: Step<S>): AnyStep {
	return step as unknown as AnyStep;
}

/**
 * Memory for what a step gives. Between steps it is used again at every run; what leaves the list is new each time,
 * because other branches of the flow keep it.
 */
export class Output {
	readonly #fresh: boolean;
	#block: MutableBlock = { type: 'float32', dims: [0], data: new Float32Array(0) };

	constructor(fresh: boolean) {
		this.#fresh = fresh;
	}

	/** Whether what it gives leaves the list, so that it is new each time. */
	get isFresh(): boolean {
		return this.#fresh;
	}

	/** A block to be filled entirely: old values may still be in it. */
	block(type: TensorType, dims: readonly number[]): MutableBlock {
		const length = elementCount(dims);
		if (this.#fresh) return { type, dims, data: createData(type, length) };
		const block = this.#block;
		if (block.type !== type || block.data.length !== length) block.data = createData(type, length);
		block.type = type;
		block.dims = dims;
		return block;
	}
}
