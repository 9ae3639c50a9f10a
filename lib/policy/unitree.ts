import { checkNumber } from '../check';
import { kindOf, type ObservationTerm, type PolicyContract, type Target } from './contract';
import {
	type Fields,
	fieldsAt,
	isFields,
	numberOrNumbers,
	optionalLimits,
	optionalLimitsEach,
	optionalNumber,
	optionalNumbers,
	optionalTexts,
	sameCount,
} from './fields';

/** Whether a file has the form of Unitree's deploy.yaml. */
export function isUnitree(file: Fields): boolean {
	return Array.isArray(file.joint_ids_map) && isFields(file.observations) && isFields(file.actions);
}

/** What is the same for all terms of the observation. */
interface Robot {
	/** In the order of the policy; placeholders `?0`, `?1` ... where they are not known. */
	readonly joints: readonly string[];
	readonly defaultPosition: readonly number[] | undefined;
	readonly step: number | undefined;
}

/**
 * deploy.yaml of unitree_rl_lab and unitree_rl_mjlab.
 * https://github.com/unitreerobotics/unitree_rl_lab
 * @param names of the joints in the order of the policy, when another file says them, such as the model
 * @throws TypeError or RangeError that names what is wrong.
 */
export function readUnitree(file: Fields, names?: readonly string[]): PolicyContract {
	const motors = optionalNumbers('joint_ids_map', file.joint_ids_map) as number[];
	const count = motors.length;
	const unknown: string[] = [];
	const lists = {
		defaultPosition: optionalNumbers('default_joint_pos', file.default_joint_pos),
		stiffness: optionalNumbers('stiffness', file.stiffness),
		damping: optionalNumbers('damping', file.damping),
	};
	for (const [name, list] of Object.entries(lists)) sameCount(name, list, count);
	const joints = jointsOf(file, names, count);
	if (joints === undefined) {
		unknown.push(
			`The names of the ${count} joints: the file has the numbers of the motors, ${motors.join(', ')}. Write them in the order of the policy, or choose a model whose metadata names them, and fill in again.`,
		);
	}
	const step = optionalNumber('step_dt', file.step_dt);
	if (step === undefined) unknown.push('The rate of the policy.');
	const placed = joints ?? Array.from({ length: count }, (_joint, i) => `?${i}`);
	const robot: Robot = { joints: placed, defaultPosition: lists.defaultPosition, step };
	const group = groupOf(fieldsAt('observations', file.observations), unknown);
	const observation = Object.entries(group)
		.filter(([name]) => !groupOptions.includes(name))
		.map(([name, value]) => termOf(name, fieldsAt(`observations.${name}`, value), robot, unknown));
	return {
		source: 'Unitree deploy.yaml',
		rate: step === undefined ? undefined : 1 / step,
		joints,
		jointCount: count,
		...lists,
		observation,
		history: historyOf(group, observation),
		clipFirst: group.scale_first !== true,
		action: actionOf(fieldsAt('actions', file.actions), placed),
		commandRanges: commandRanges(file),
		unknown,
	};
}

/** What a group of terms has besides them. */
const groupOptions = ['scale_first', 'use_gym_history', 'history_init'];

/** The names, where the file or another one has them: a pattern, mostly ".*", stands for joints that it does not name. */
function jointsOf(file: Fields, others: readonly string[] | undefined, count: number): readonly string[] | undefined {
	const [action] = Object.values(fieldsAt('actions', file.actions));
	const names = optionalTexts('actions.joint_names', isFields(action) ? action.joint_names : undefined);
	if (names?.length === count && names.every((name) => /^[\w-]+$/.test(name))) return names;
	return others?.length === count ? others : undefined;
}

/** The terms: of the one group, or of the first where each input of the model has one. */
function groupOf(observations: Fields, unknown: string[]): Fields {
	const groups = Object.entries(observations).filter(([name]) => !groupOptions.includes(name));
	const isGroup = (value: unknown) => isFields(value) && !('params' in value) && Object.values(value).some(isFields);
	if (groups.length === 0 || !groups.every(([, value]) => isGroup(value))) return observations;
	const [first] = groups as [[string, Fields]];
	if (groups.length > 1) {
		const others = groups.slice(1).map(([name]) => name);
		unknown.push(`The steps are for the group ${first[0]}: the model has inputs ${others.join(', ')} besides.`);
	}
	return first[1];
}

function termOf(name: string, term: Fields, robot: Robot, unknown: string[]): ObservationTerm {
	const scale = numberOrNumbers(`observations.${name}.scale`, term.scale);
	const params = fieldsAt(`observations.${name}.params`, term.params);
	const ids = optionalNumbers(
		`observations.${name}.params.asset_cfg.joint_ids`,
		fieldsAt('asset_cfg', params.asset_cfg).joint_ids,
	);
	const pick = <T>(list: readonly T[]): T[] => (ids ?? []).map((id) => picked(name, list, id));
	const offset = name === 'joint_pos_rel' ? robot.defaultPosition : undefined;
	const kind = kindOf(name);
	const period = optionalNumber(`observations.${name}.params.period`, params.period);
	const cycle = kind === 'phase' && period !== undefined ? { period, step: robot.step } : undefined;
	const history = optionalNumber(`observations.${name}.history_length`, term.history_length) ?? 1;
	if (kind === 'phase' && cycle)
		unknown.push(`The term ${name} begins at 0 with a reset: send one when the policy starts.`);
	const size = cycle ? 2 : Array.isArray(scale) ? scale.length : ids?.length;
	return {
		name,
		kind,
		size,
		offset: ids && offset ? pick(offset) : offset,
		clip: optionalLimits(`observations.${name}.clip`, term.clip),
		scale,
		historyLength: Math.max(1, checkNumber(`observations.${name}.history_length`, history, { integer: true, min: 0 })),
		...(ids && { joints: pick(robot.joints) }),
		...(cycle && { cycle }),
	};
}

function picked<T>(name: string, list: readonly T[], id: number): T {
	const found = list[id];
	if (found !== undefined) return found;
	throw new RangeError(`Expected the joint_ids of ${name} to be from 0 to ${list.length - 1}, got ${id}`);
}

function historyOf(group: Fields, observation: readonly ObservationTerm[]): PolicyContract['history'] {
	const fill = group.history_init === 'zero' ? ({ fill: 'zeros' } as const) : {};
	if (group.use_gym_history !== true) return { order: 'oldest-first', per: 'term', length: 1, ...fill };
	const lengths = new Set(observation.map(({ historyLength }) => historyLength));
	if (lengths.size > 1) {
		throw new RangeError(
			`Expected all terms to have the same history_length with use_gym_history, got ${[...lengths].join(', ')}`,
		);
	}
	return { order: 'oldest-first', per: 'frame', length: observation[0]?.historyLength ?? 1, ...fill };
}

/** Actions one after the other, each of joints of its own. */
function actionOf(actions: Fields, joints: readonly string[]): PolicyContract['action'] {
	const all = Object.entries(actions).map(([name, value]) => partOf(name, fieldsAt(`actions.${name}`, value), joints));
	const [only] = all;
	if (all.length === 1 && only) {
		const { isAll, joints: own, target, ...rest } = only;
		const isPosition = target === 'position';
		return { ...rest, ...(!isAll && { joints: own }), ...(!isPosition && { targets: own.map(() => target) }) };
	}
	return {
		joints: all.flatMap(({ joints: own }) => own),
		targets: all.flatMap(({ joints: own, target }) => own.map(() => target)),
		scale: all.flatMap(({ scale, joints: own }) => listOf(scale ?? 1, own.length)),
		offset: all.flatMap(({ offset, joints: own }) => listOf(offset ?? 0, own.length)),
		...(all.every(({ clip }) => clip) && {
			clip: [all.flatMap(({ clip }) => clip?.[0] ?? []), all.flatMap(({ clip }) => clip?.[1] ?? [])],
		}),
	};
}

function partOf(name: string, action: Fields, joints: readonly string[]) {
	const ids = optionalNumbers(`actions.${name}.joint_ids`, idsOf(action.joint_ids));
	const own = ids ? ids.map((id) => picked(`actions.${name}`, joints, id)) : [...joints];
	const target: Target = /velocity/i.test(name) ? 'velocity' : /effort|torque/i.test(name) ? 'effort' : 'position';
	const scale = numberOrNumbers(`actions.${name}.scale`, action.scale);
	const offset = numberOrNumbers(`actions.${name}.offset`, action.offset);
	const clip = optionalLimitsEach(`actions.${name}.clip`, action.clip);
	for (const [list, what] of [
		[scale, 'scale'],
		[offset, 'offset'],
		[clip?.[0], 'clip'],
	] as const) {
		if (Array.isArray(list)) sameCount(`actions.${name}.${what}`, list, own.length);
	}
	return { joints: own, isAll: ids === undefined, target, scale, offset, clip };
}

/** A slice of all, which Python writes with a tag, is no list of numbers. */
function idsOf(value: unknown): unknown {
	return Array.isArray(value) && value.every((item) => item === null) ? undefined : value;
}

function listOf(values: number | readonly number[], count: number): number[] {
	return typeof values === 'number' ? Array.from({ length: count }, () => values) : [...values];
}

function commandRanges(file: Fields): PolicyContract['commandRanges'] {
	const ranges = fieldsAt(
		'ranges',
		fieldsAt('base_velocity', fieldsAt('commands', file.commands).base_velocity).ranges,
	);
	const limits = ['lin_vel_x', 'lin_vel_y', 'ang_vel_z'].map((name) => optionalLimits(`ranges.${name}`, ranges[name]));
	return limits.every((range) => range !== undefined) ? limits : undefined;
}
