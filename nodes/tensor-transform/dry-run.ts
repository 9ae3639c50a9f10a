import { Tensor } from '../../lib/tensor/tensor';
import { createPipeline } from '../../lib/transform/pipeline';

/** What one step gave for a sample, or why it failed. */
export interface StepResult {
	readonly text: string;
	readonly isError: boolean;
}

/**
 * Runs a list of steps on a sample, for the edit dialog.
 * @param json the sample as JSON: a ROS message, a tensor or named tensors, or a whole msg with a payload
 * @returns the result after each step, up to the first that fails; for a sample that is no JSON one result
 */
export function dryRun(steps: readonly unknown[], json: string): StepResult[] {
	const results: StepResult[] = [];
	try {
		const sample = JSON.parse(json);
		const isMessage = typeof sample === 'object' && sample !== null && 'payload' in sample;
		for (let count = 1; count <= steps.length; count++) {
			// Anew each time: a step may remember what it saw.
			const pipeline = createPipeline(steps.slice(0, count));
			const value = isMessage ? pipeline.run(sample.payload, sample) : pipeline.run(sample);
			results.push({
				text: value instanceof Tensor ? String(value) : JSON.stringify(value, typedArrays),
				isError: false,
			});
		}
	} catch (error) {
		results.push({ text: (error as Error).message, isError: true });
	}
	return results;
}

function typedArrays(_key: string, value: unknown): unknown {
	if (typeof value === 'bigint') return value.toString();
	return ArrayBuffer.isView(value) && 'length' in value ? Array.from(value as Float64Array) : value;
}
