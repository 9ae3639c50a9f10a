import { Tensor } from '../../lib/tensor/tensor';
import { createPipeline } from '../../lib/transform/pipeline';
import type { Environment } from '../../lib/transform/step';
import { firstDifference } from './difference';
import { labelsOf, nameOf, type TermRow, termRows } from './labels';
import { carrierOf, type RecordedSample } from './recording';
import { fromSampleJson } from './sample-json';

/** What one step gave for a sample, or why it failed. */
export interface StepResult {
	readonly text: string;
	readonly isError: boolean;
	/** For a step of terms: each element of each of them. */
	readonly elements?: readonly ElementResult[];
}

/** One element of a term. */
export interface ElementResult {
	readonly term: string;
	/** What it is, such as `position of hinge`, or its place in the term. */
	readonly label: string;
	readonly value: string;
	readonly isError: boolean;
}

/** What decodes images and reads files, where there is such. */
export type RunEnvironment = Partial<Pick<Environment, 'decodeImage' | 'readArrays'>>;

interface Sample extends RecordedSample {
	/** Whether a step wants it as the latest of its topic, so that it runs nothing. */
	isKept?: boolean;
	readonly ros?: unknown;
}

/** How much an element may differ from the recorded one: float32 calculations in another order. */
const tolerance = 1e-5;

/**
 * Runs a list of steps on a sample, for the edit dialog.
 * @param json the sample as JSON: a ROS message, a tensor or named tensors; a whole msg with a payload; or a list of
 * such, of which the last is shown and those before are what came earlier, such as on other topics; where one has
 * `expected`, as recorded in training, the first element that differs is named
 * @param environment what there is of the world outside; in the browser nothing
 * @returns the result after each step, up to the first that fails; for a sample that is no JSON one result
 */
export function dryRun(steps: readonly unknown[], json: string, environment: RunEnvironment = {}): StepResult[] {
	const results: StepResult[] = [];
	const trial = new Trial(environment);
	try {
		trial.take(fromSampleJson(json), steps);
		for (let count = 1; count <= steps.length; count++) {
			const value = trial.run(steps.slice(0, count));
			results.push({ text: textOf(value), isError: false, ...elementsOf(steps[count - 1], count === 1, trial) });
		}
		const difference = trial.compare(steps, results[0]?.elements);
		if (difference !== undefined) {
			const last = results.pop() as StepResult;
			results.push({ ...last, text: `${last.text} ${difference.text}`, isError: difference.isError });
		}
	} catch (error) {
		const failed = steps[results.length];
		results.push({
			text: (error as Error).message,
			isError: true,
			...elementsOf(failed, results.length === 0, trial),
		});
	}
	return results;
}

/** The samples, and what runs steps on them. */
class Trial {
	samples: readonly Sample[] = [];
	readonly #environment: RunEnvironment;

	constructor(environment: RunEnvironment) {
		this.#environment = environment;
	}

	/** Takes the samples, once it is known which of them the steps keep. */
	take(value: unknown, steps: readonly unknown[]): void {
		const samples = messagesIn(value);
		const { keep } = this.#pipeline(steps);
		for (const sample of samples.slice(0, -1)) sample.isKept = keep(sample);
		this.samples = samples;
	}

	/** What comes out for the last sample. */
	run(steps: readonly unknown[]): unknown {
		const { run, keep } = this.#pipeline(steps);
		let value: unknown;
		for (const sample of this.samples) {
			if (sample.isKept) keep(sample);
			else value = run(sample);
		}
		return value;
	}

	/** Compares what comes out for each sample with what was recorded for it; undefined when nothing was. */
	compare(
		steps: readonly unknown[],
		labels: readonly ElementResult[] | undefined,
	): { text: string; isError: boolean } | undefined {
		if (this.samples.every(({ expected }) => expected === undefined)) return undefined;
		const { run, keep } = this.#pipeline(steps);
		const places = (count: number) => (labels?.length === count ? labels : undefined);
		let compared = 0;
		for (const [i, sample] of this.samples.entries()) {
			if (sample.isKept) {
				keep(sample);
				continue;
			}
			const value = run(sample);
			if (sample.expected === undefined) continue;
			const wrong = firstDifference(value, sample.expected, places, tolerance);
			if (wrong !== undefined) return { text: `- sample ${i + 1}: ${wrong}`, isError: true };
			compared++;
		}
		return { text: `- as recorded, ${compared} of ${compared}`, isError: false };
	}

	/** Anew each time: a step may remember what it saw. */
	#pipeline(steps: readonly unknown[]) {
		// A recording has a time of its own.
		let now: number | undefined;
		const pipeline = createPipeline(steps, { ...this.#environment, now: () => now ?? Date.now() });
		const begin = (sample: Sample) => {
			if (sample.time !== undefined) now = sample.time * 1000;
			if (sample.reset === true) pipeline.reset();
			return sample.ros === undefined ? carrierOf(sample) : sample;
		};
		return {
			keep: (sample: Sample): boolean => pipeline.keep(sample.payload, begin(sample)),
			run: (sample: Sample): unknown => pipeline.run(sample.payload, begin(sample)),
		};
	}
}

function messagesIn(value: unknown): Sample[] {
	const isWhole = (item: unknown) => typeof item === 'object' && item !== null && 'payload' in item;
	if (Array.isArray(value) && value.length > 0 && value.every(isWhole)) return value as Sample[];
	return [isWhole(value) ? (value as Sample) : { payload: value }];
}

function textOf(value: unknown): string {
	return value instanceof Tensor ? String(value) : JSON.stringify(value, withArrays);
}

function withArrays(_key: string, value: unknown): unknown {
	if (typeof value === 'bigint') return value.toString();
	return ArrayBuffer.isView(value) && 'length' in value ? Array.from(value as Float64Array) : value;
}

/** The elements of a first step of terms, each term by itself, so that one that fails does not hide the others. */
function elementsOf(step: unknown, isFirst: boolean, trial: Trial): { elements?: ElementResult[] } {
	const rows = isFirst ? termRows([step]) : undefined;
	if (rows === undefined || trial.samples.length === 0) return {};
	return { elements: rows.flatMap((row, index) => termElements(row, index, trial)) };
}

function termElements(row: TermRow, index: number, trial: Trial): ElementResult[] {
	const term = nameOf(row, index);
	const list = Array.isArray(row.steps) ? row.steps : [];
	try {
		// A list without a step has nothing to say what it takes; a scale by 1 changes nothing.
		const value = trial.run(list.length > 0 ? list : [{ type: 'scale', factor: 1 }]);
		if (!(value instanceof Tensor)) return [];
		const labels = labelsOf(list, value.data.length);
		return Array.from(value.data as Float64Array, (item, i) => ({
			term,
			label: labels[i] ?? String(i),
			value: typeof item === 'number' ? String(Number(item.toPrecision(6))) : String(item),
			isError: typeof item === 'number' && !Number.isFinite(item),
		}));
	} catch (error) {
		return [{ term, label: '', value: (error as Error).message, isError: true }];
	}
}
