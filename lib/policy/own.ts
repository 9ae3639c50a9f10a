import { checkArray, checkChoice, checkNumber, checkString } from '../check';
import { kindOf, type ObservationTerm, type PolicyContract, type TermKind, termKinds } from './contract';
import {
	type Fields,
	fieldsAt,
	numberOrNumbers,
	optionalLimits,
	optionalLimitsEach,
	optionalNumber,
	optionalNumbers,
	optionalTexts,
	sameCount,
} from './fields';

/** What tells this project's own form of a contract. */
export const ownFormat = 'ros2-inference-policy/1';

/** Whether a file is of this project's own form: `{"format": "ros2-inference-policy/1", ...}`. */
export function isOwn(file: Fields): boolean {
	return file.format === ownFormat;
}

/**
 * This project's own form, for policies whose trainer writes none of the others:
 *
 *     { "format": "ros2-inference-policy/1", "rate": 50, "joints": ["slider", "hinge"],
 *       "observation": [ { "name": "positions", "kind": "joint-position", "scale": 0.5, "clip": [-5, 5],
 *                          "offset": [0, 0], "size": 2, "history": 1 } ],
 *       "history": { "order": "oldest-first", "per": "term", "length": 1, "fill": "first" },
 *       "action": { "scale": 0.25, "offset": [0, 0], "clip": [[-1, 1], [-2, 2]] },
 *       "defaultPosition": [0, 0], "stiffness": [20, 20], "damping": [0.5, 0.5], "torqueLimits": [10, 10] }
 *
 * Only `format` and `observation` have to be there; rate in Hz, positions in rad. A term clips, then scales.
 * @throws TypeError or RangeError that names what is wrong.
 */
export function readOwn(file: Fields): PolicyContract {
	const joints = optionalTexts('joints', file.joints);
	const count = joints?.length;
	const unknown: string[] = [];
	if (joints === undefined) unknown.push('The names of the joints.');
	const rate = file.rate === undefined ? undefined : checkNumber('rate', file.rate, { above: 0, unit: 'Hz' });
	if (rate === undefined) unknown.push('The rate of the policy.');
	const lists = {
		defaultPosition: optionalNumbers('defaultPosition', file.defaultPosition),
		stiffness: optionalNumbers('stiffness', file.stiffness),
		damping: optionalNumbers('damping', file.damping),
		torqueLimits: optionalNumbers('torqueLimits', file.torqueLimits),
	};
	for (const [name, list] of Object.entries(lists)) sameCount(name, list, count);
	const history = fieldsAt('history', file.history);
	const action = fieldsAt('action', file.action);
	return {
		source: 'JSON contract',
		rate,
		joints,
		jointCount: count,
		...lists,
		observation: checkArray('observation', file.observation, termOf, { minLength: 1 }),
		observationClip: optionalNumber('observationClip', file.observationClip),
		history: {
			order: checkChoice('history.order', history.order ?? 'oldest-first', ['oldest-first', 'newest-first']),
			per: checkChoice('history.per', history.per ?? 'term', ['term', 'frame']),
			length: checkNumber('history.length', history.length ?? 1, { integer: true, min: 1 }),
			fill: checkChoice('history.fill', history.fill ?? 'first', ['first', 'zeros']),
		},
		clipFirst: true,
		action: {
			scale: numberOrNumbers('action.scale', action.scale),
			offset: numberOrNumbers('action.offset', action.offset),
			clip: optionalLimitsEach('action.clip', action.clip),
		},
		unknown,
	};
}

function termOf(path: string, value: unknown): ObservationTerm {
	const term = fieldsAt(path, value);
	const name = checkString(`${path}.name`, term.name);
	const kind: TermKind | undefined =
		term.kind === undefined ? kindOf(name) : checkChoice(`${path}.kind`, term.kind, termKinds);
	return {
		name,
		kind,
		size: optionalNumber(`${path}.size`, term.size),
		offset: optionalNumbers(`${path}.offset`, term.offset),
		clip: optionalLimits(`${path}.clip`, term.clip),
		scale: numberOrNumbers(`${path}.scale`, term.scale),
		historyLength: checkNumber(`${path}.history`, term.history ?? 1, { integer: true, min: 1 }),
	};
}
