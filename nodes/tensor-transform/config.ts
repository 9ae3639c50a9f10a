import { checkArray } from '../../lib/check';
import { type ExpectedObservation, ObservationCheck, parseExpected } from '../../lib/policy/expected';
import { createPipeline } from '../../lib/transform/pipeline';
import { choice, json, text } from '../shared/properties';

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

/** In Node-RED's own thread, or an image step in another one. */
export const placementChoices = ['inline', 'worker'] as const;

export const properties = {
	name: text(''),
	/** The list of steps; each `{ "type": "scale", "factor": 2 }`, see the schema in lib/transform/steps. */
	steps: json([], checkSteps),
	/** What "Set up from a policy" read of the observation: size and order are held against it. */
	contract: json(null, checkContract),
	/** Where a first step Camera image runs. */
	placement: choice('inline', placementChoices),
};

/**
 * Whether the steps are those of the contract, as far as can be told before a message comes.
 * @throws BriefError that names the first term or joint that is not.
 */
export function checkAgainst(contract: ExpectedObservation | undefined, steps: readonly unknown[]): void {
	if (contract !== undefined) new ObservationCheck(contract).checkSteps(steps);
}

/** Whether the list begins with the step that can have a thread of its own. */
export function beginsWithImage(steps: readonly unknown[]): boolean {
	return (steps[0] as { type?: unknown } | undefined)?.type === 'image';
}
