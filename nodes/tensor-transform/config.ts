import { checkArray } from '../../lib/check';
import { type ExpectedObservation, ObservationCheck, parseExpected } from '../../lib/policy/expected';
import { createPipeline } from '../../lib/transform/pipeline';
import { json, text } from '../shared/properties';

/** The steps of a saved node, as they are; what is wrong with them is thrown with the step's number and name. */
function checkSteps(name: string, value: unknown): readonly unknown[] {
	const steps = checkArray(name, value, (_itemName, step) => step, { minLength: 1 });
	createPipeline(steps);
	return steps;
}

/** What a policy expects; undefined when no contract was chosen. */
function checkContract(name: string, value: unknown): ExpectedObservation | undefined {
	return value === null ? undefined : parseExpected(name, value);
}

export const properties = {
	name: text(''),
	/** The list of steps; each `{ "type": "scale", "factor": 2 }`, see the schema in lib/transform/steps. */
	steps: json([], checkSteps),
	/** What "Set up from a policy" read of the observation: size and order are held against it. */
	contract: json(null, checkContract),
};

/**
 * Whether the steps are those of the contract, as far as can be told before a message comes.
 * @throws BriefError that names the first term or joint that is not.
 */
export function checkAgainst(contract: ExpectedObservation | undefined, steps: readonly unknown[]): void {
	if (contract !== undefined) new ObservationCheck(contract).checkSteps(steps);
}
