import type { NodeMessage } from 'node-red';
import { checkObject, show } from '../../lib/check';
import type { PushOptions, Simulation } from '../../lib/sim/simulation';

/** An object's fields, when there are no others than those known. A misspelled one would be ignored otherwise. */
function fields(name: string, value: unknown, known: readonly string[]): Record<string, unknown> {
	const object = checkObject(name, value);
	for (const field of Object.keys(object)) {
		if (!known.includes(field)) {
			throw new RangeError(`Expected \`${name}\` to have the fields ${known.join(', ')}, got ${show(field)}`);
		}
	}
	return object;
}

/** An inject node sends a timestamp or a text when nothing else is asked of it: that stands for no options. */
const optionsOf = (payload: unknown) => (typeof payload === 'object' && payload !== null ? payload : {});

/**
 * Does what a message says: `topic` reset or push, `payload` the options of it.
 * @throws TypeError, RangeError when it says something else
 */
export function actOn(simulation: Simulation, { topic, payload }: NodeMessage): void {
	if (topic === 'push') {
		simulation.push(fields('payload', optionsOf(payload), ['body', 'force', 'duration']) as PushOptions);
	} else if (topic === 'reset') {
		const { positions } = fields('payload', optionsOf(payload), ['positions']);
		simulation.reset(positions === undefined ? {} : (positions as Record<string, number>));
	} else {
		throw new RangeError(`Expected \`msg.topic\` to be push or reset, got ${show(topic)}`);
	}
}
