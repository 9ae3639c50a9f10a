import { checkArray } from '../../lib/check';
import { createPipeline } from '../../lib/transform/pipeline';
import { json, text } from '../shared/properties';

/** The steps of a saved node, as they are; what is wrong with them is thrown with the step's number and name. */
function checkSteps(name: string, value: unknown): readonly unknown[] {
	const steps = checkArray(name, value, (_itemName, step) => step, { minLength: 1 });
	createPipeline(steps);
	return steps;
}

export const properties = {
	name: text(''),
	/** The list of steps; each `{ "type": "scale", "factor": 2 }`, see the schema in lib/transform/steps. */
	steps: json([], checkSteps),
};
