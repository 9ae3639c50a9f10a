import { Tensor } from '../../lib/tensor/tensor';
import { createPipeline, type Pipeline } from '../../lib/transform/pipeline';
import { labelsOf, nameOf, type TermRow, termRows } from './labels';
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

interface Sample {
	/** Whether a step wants it as the latest of its topic, so that it runs nothing. */
	isKept?: boolean;
	readonly payload: unknown;
	readonly topic?: unknown;
	readonly ros?: unknown;
	/** What was recorded in training: the elements that have to come out. */
	readonly expected?: unknown;
}

/** How much an element may differ from the recorded one: float32 calculations in another order. */
const tolerance = 1e-5;

/**
 * Runs a list of steps on a sample, for the edit dialog.
 * @param json the sample as JSON: a ROS message, a tensor or named tensors; a whole msg with a payload; or a list of
 * such, of which the last is shown and those before are what came earlier, such as on other topics; where one has
 * `expected`, as recorded in training, the first element that differs is named
 * @returns the result after each step, up to the first that fails; for a sample that is no JSON one result
 */
export function dryRun(steps: readonly unknown[], json: string): StepResult[] {
	const results: StepResult[] = [];
	try {
		const samples = samplesOf(fromSampleJson(json), steps);
		for (let count = 1; count <= steps.length; count++) {
			const value = runAll(steps.slice(0, count), samples);
			results.push({ text: textOf(value), isError: false, ...elementsOf(steps[count - 1], count === 1, samples) });
		}
		const difference = firstDifference(steps, samples, results[0]?.elements);
		if (difference !== undefined) {
			const last = results.pop() as StepResult;
			results.push({ ...last, text: `${last.text} ${difference.text}`, isError: difference.isError });
		}
	} catch (error) {
		const failed = steps[results.length];
		results.push({
			text: (error as Error).message,
			isError: true,
			...elementsOf(failed, results.length === 0, samplesOrNone(json, steps)),
		});
	}
	return results;
}

function samplesOf(value: unknown, steps: readonly unknown[]): Sample[] {
	const samples = messagesIn(value);
	const pipeline = createPipeline(steps);
	for (const sample of samples.slice(0, -1)) sample.isKept = pipeline.keep(sample.payload, sample);
	return samples;
}

function messagesIn(value: unknown): Sample[] {
	const isWhole = (item: unknown) => typeof item === 'object' && item !== null && 'payload' in item;
	if (Array.isArray(value) && value.length > 0 && value.every(isWhole)) return value as Sample[];
	return [isWhole(value) ? (value as Sample) : { payload: value }];
}

function samplesOrNone(json: string, steps: readonly unknown[]): Sample[] {
	try {
		return samplesOf(fromSampleJson(json), steps);
	} catch {
		return [];
	}
}

/** Compares what comes out for each sample with what was recorded for it; undefined when nothing was. */
function firstDifference(
	steps: readonly unknown[],
	samples: readonly Sample[],
	labels: readonly ElementResult[] | undefined,
): { text: string; isError: boolean } | undefined {
	if (samples.every(({ expected }) => expected === undefined)) return undefined;
	const pipeline = createPipeline(steps);
	let compared = 0;
	for (const [i, sample] of samples.entries()) {
		if (sample.isKept) {
			pipeline.keep(sample.payload, sample);
			continue;
		}
		const value = pipeline.run(sample.payload, sample);
		if (sample.expected === undefined) continue;
		const wrong = differs(value, sample.expected, labels);
		if (wrong !== undefined) return { text: `- sample ${i + 1}: ${wrong}`, isError: true };
		compared++;
	}
	return { text: `- as recorded, ${compared} of ${compared}`, isError: false };
}

function differs(value: unknown, expected: unknown, labels: readonly ElementResult[] | undefined): string | undefined {
	if (!(value instanceof Tensor)) return 'a recorded vector is compared with a tensor, got a message';
	const recorded = Tensor.from(expected, 'expected').data;
	if (recorded.length !== value.data.length)
		return `${recorded.length} elements are recorded, got ${value.data.length}`;
	for (let i = 0; i < recorded.length; i++) {
		const difference = Math.abs(Number(value.data[i]) - Number(recorded[i]));
		if (difference <= tolerance * Math.max(1, Math.abs(Number(recorded[i])))) continue;
		const label = labels?.length === recorded.length ? labels[i] : undefined;
		const name = label === undefined ? '' : ` (${label.term}, ${label.label})`;
		return `element ${i}${name} was recorded as ${recorded[i]}, got ${value.data[i]}`;
	}
	return undefined;
}

/** Anew each time: a step may remember what it saw. */
function runAll(steps: readonly unknown[], samples: readonly Sample[]): unknown {
	const pipeline: Pipeline = createPipeline(steps);
	let value: unknown;
	for (const sample of samples) {
		if (sample.isKept) pipeline.keep(sample.payload, sample);
		else value = pipeline.run(sample.payload, sample);
	}
	return value;
}

function textOf(value: unknown): string {
	return value instanceof Tensor ? String(value) : JSON.stringify(value, withArrays);
}

function withArrays(_key: string, value: unknown): unknown {
	if (typeof value === 'bigint') return value.toString();
	return ArrayBuffer.isView(value) && 'length' in value ? Array.from(value as Float64Array) : value;
}

/** The elements of a first step of terms, each term by itself, so that one that fails does not hide the others. */
function elementsOf(step: unknown, isFirst: boolean, samples: readonly Sample[]): { elements?: ElementResult[] } {
	const rows = isFirst ? termRows([step]) : undefined;
	if (rows === undefined || samples.length === 0) return {};
	return { elements: rows.flatMap((row, index) => termElements(row, index, samples)) };
}

function termElements(row: TermRow, index: number, samples: readonly Sample[]): ElementResult[] {
	const term = nameOf(row, index);
	const list = Array.isArray(row.steps) ? row.steps : [];
	try {
		// A list without a step has nothing to say what it takes; a scale by 1 changes nothing.
		const value = runAll(list.length > 0 ? list : [{ type: 'scale', factor: 1 }], samples);
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
