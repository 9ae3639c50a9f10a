import { show } from '../../check';
import type { AnyStep } from '../step';
import { argmax } from './argmax';
import { cast } from './cast';
import { clip } from './clip';
import { lookUp } from './look-up';
import { message } from './message';
import { normalize } from './normalize';
import { offset } from './offset';
import { reshape } from './reshape';
import { scale } from './scale';
import { select } from './select';
import { sinCos } from './sin-cos';
import { stack } from './stack';

/** All steps, in the order in which the editor and the reference list them. */
export const allSteps: readonly AnyStep[] = [
	select,
	stack,
	scale,
	offset,
	clip,
	normalize,
	sinCos,
	cast,
	reshape,
	argmax,
	lookUp,
	message,
];

const byName = new Map(allSteps.map((step) => [step.name, step]));

/**
 * The step with this name.
 * @throws TypeError when `name` is no text, RangeError when there is none.
 */
export function stepNamed(name: unknown): AnyStep {
	const expected = () => `Expected \`type\` to be one of ${[...byName.keys()].join(', ')}, got ${show(name)}`;
	if (typeof name !== 'string') throw new TypeError(expected());
	const step = byName.get(name);
	if (step === undefined) throw new RangeError(expected());
	return step;
}
