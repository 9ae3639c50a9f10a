import { checkArray, checkBoolean, checkChoice, checkNumber, checkString, show } from '../check';
import { kindOf, type ObservationTerm, type PolicyContract, type Target, type TermKind, termKinds } from './contract';
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
 * This project's own form, for policies whose trainer writes none of the others; the help of the node documents it:
 *
 *     { "format": "ros2-inference-policy/1", "rate": 50, "joints": ["slider", "hinge"],
 *       "observation": [ { "name": "positions", "kind": "joint-position", "scale": 0.5, "clip": [-5, 5],
 *                          "offset": [0, 0], "joints": ["slider", "hinge"], "history": 1 },
 *                        { "name": "gait", "kind": "phase", "period": 0.8 } ],
 *       "scaleFirst": false, "observationClip": 100,
 *       "history": { "order": "oldest-first", "per": "term", "length": 1, "fill": "first" },
 *       "action": { "rawClip": [[-1, 1], [-1, 1]], "scale": 0.25, "offset": [0, 0], "clip": [[-1, 1], [-2, 2]],
 *                   "targets": ["position", "velocity"] },
 *       "commandRanges": [[-1, 1], [-0.5, 0.5], [-1, 1]],
 *       "defaultPosition": [0, 0], "stiffness": [20, 20], "damping": [0.5, 0.5], "torqueLimits": [10, 10] }
 *
 * Only `format` and `observation` have to be there; rate in Hz, positions in rad. A term subtracts the offset, clips,
 * then scales, or with `scaleFirst` scales, then clips.
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
	const targets = action.targets === undefined ? undefined : checkArray('action.targets', action.targets, target);
	sameCount('action.targets', targets, count);
	const ranges = file.commandRanges;
	const step = rate === undefined ? undefined : 1 / rate;
	return {
		source: 'JSON contract',
		rate,
		joints,
		jointCount: count,
		...lists,
		observation: checkArray('observation', file.observation, (path, term) => termOf(path, term, step), {
			minLength: 1,
		}),
		observationClip: optionalNumber('observationClip', file.observationClip),
		history: {
			order: checkChoice('history.order', history.order ?? 'oldest-first', ['oldest-first', 'newest-first']),
			per: checkChoice('history.per', history.per ?? 'term', ['term', 'frame']),
			length: checkNumber('history.length', history.length ?? 1, { integer: true, min: 1 }),
			fill: checkChoice('history.fill', history.fill ?? 'first', ['first', 'zeros']),
		},
		clipFirst: file.scaleFirst === undefined || !checkBoolean('scaleFirst', file.scaleFirst),
		action: {
			rawClip: optionalLimitsEach('action.rawClip', action.rawClip),
			scale: numberOrNumbers('action.scale', action.scale),
			offset: numberOrNumbers('action.offset', action.offset),
			clip: optionalLimitsEach('action.clip', action.clip),
			targets,
		},
		commandRanges:
			ranges === undefined ? undefined : threeOf('commandRanges', checkArray('commandRanges', ranges, range)),
		unknown,
	};
}

function target(path: string, value: unknown): Target {
	return checkChoice(path, value, ['position', 'velocity', 'effort']);
}

/** Forward, left, turn. */
function threeOf<T>(name: string, list: T[]): T[] {
	if (list.length === 3) return list;
	throw new RangeError(`Expected \`${name}\` to have 3 ranges: forward, left, turn, got ${list.length}`);
}

function range(path: string, value: unknown): [number, number] {
	const limits = optionalLimits(path, value);
	if (limits) return limits;
	throw new TypeError(`Expected \`${path}\` to be the least and the most, got ${show(value)}`);
}

function termOf(path: string, value: unknown, step: number | undefined): ObservationTerm {
	const term = fieldsAt(path, value);
	const name = checkString(`${path}.name`, term.name);
	const kind: TermKind | undefined =
		term.kind === undefined ? kindOf(name) : checkChoice(`${path}.kind`, term.kind, termKinds);
	const period =
		term.period === undefined ? undefined : checkNumber(`${path}.period`, term.period, { above: 0, unit: 's' });
	const joints = optionalTexts(`${path}.joints`, term.joints);
	const size = optionalNumber(`${path}.size`, term.size) ?? joints?.length;
	return {
		name,
		kind,
		size: period !== undefined && kind === 'phase' ? 2 : size,
		offset: optionalNumbers(`${path}.offset`, term.offset),
		clip: optionalLimits(`${path}.clip`, term.clip),
		scale: numberOrNumbers(`${path}.scale`, term.scale),
		historyLength: checkNumber(`${path}.history`, term.history ?? 1, { integer: true, min: 1 }),
		...(joints && { joints }),
		...(period !== undefined && { cycle: { period, step } }),
	};
}
