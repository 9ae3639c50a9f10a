import { kindOf, type ObservationTerm, type PolicyContract } from './contract';
import {
	type Fields,
	isFields,
	numberOrNumbers,
	optionalNumber,
	optionalNumbers,
	optionalTexts,
	sameCount,
} from './fields';

/** Whether a file has the form of rl_sar's config.yaml or base.yaml: one key, `robot` or `robot/policy`. */
export function isRlSar(file: Fields): boolean {
	const values = Object.values(file);
	return values.length === 1 && isFields(values[0]) && 'num_of_dofs' in values[0];
}

/** Which of the file's scales belongs to a term. */
const scaleOf: Record<string, string> = {
	lin_vel: 'lin_vel_scale',
	ang_vel: 'ang_vel_scale',
	ang_vel_body: 'ang_vel_scale',
	dof_pos: 'dof_pos_scale',
	dof_vel: 'dof_vel_scale',
	commands: 'commands_scale',
};

/**
 * rl_sar's config.yaml; base.yaml of the same robot may be given with it, for the names of the joints and the rate.
 * @param files one or both, in any order
 * @throws TypeError or RangeError that names what is wrong.
 */
export function readRlSar(files: readonly Fields[]): PolicyContract {
	const all: Fields = Object.assign({}, ...[...files].sort(baseFirst).map((file) => Object.values(file)[0]));
	const count = optionalNumber('num_of_dofs', all.num_of_dofs);
	checkPresentForm(all);
	const unknown: string[] = [];
	const mapping = optionalNumbers('joint_mapping', all.joint_mapping);
	sameCount('joint_mapping', mapping, count);
	const named = optionalTexts('joint_names', all.joint_names);
	sameCount('joint_names', named, count);
	// The lists are in the order of the policy; the names, in base.yaml, in that of the robot.
	const joints = named && mapping ? mapping.map((index) => named[index] as string) : named;
	if (joints === undefined)
		unknown.push('The names of the joints: they are in base.yaml of the robot; give it as well.');
	else if (joints.some((name) => name === undefined))
		throw new RangeError('Expected `joint_mapping` to have numbers of joints, got one that there is not');
	const offset = optionalNumbers('default_dof_pos', all.default_dof_pos);
	const wheels = optionalNumbers('wheel_indices', all.wheel_indices) ?? [];
	if (wheels.some((wheel) => !Number.isInteger(wheel) || wheel < 0 || wheel >= (count ?? 0)))
		throw new RangeError(`Expected \`wheel_indices\` to have numbers of joints, got [${wheels.join(', ')}]`);
	const isWheel = Array.from({ length: count ?? 0 }, (_joint, i) => wheels.includes(i));
	const clipObs = optionalNumber('clip_obs', all.clip_obs);
	const observation = (optionalTexts('observations', all.observations) ?? []).map((name): ObservationTerm => {
		const key = scaleOf[name];
		const given = key === undefined ? undefined : numberOrNumbers(key, all[key]);
		// How far a wheel has turned says nothing: the policy gets a zero for it.
		const scale =
			name === 'dof_pos' && wheels.length > 0 ? isWheel.map((is, i) => (is ? 0 : at(given ?? 1, i))) : given;
		return { name, kind: kindOf(name), scale, offset: name === 'dof_pos' ? offset : undefined, historyLength: 1 };
	});
	if (observation.length === 0) unknown.push('The observation: it is in config.yaml of the policy; give it as well.');
	const moments = optionalNumbers('observations_history', all.observations_history) ?? [];
	// 0 is the present observation: the list says which ones, in which order.
	const inOrder =
		moments.every((moment, i) => moment === i) || moments.every((moment, i) => moment === moments.length - 1 - i);
	if (moments.some((moment) => !Number.isInteger(moment) || moment < 0))
		throw new RangeError(`Expected \`observations_history\` to have whole numbers >= 0, got [${moments.join(', ')}]`);
	const low = optionalNumbers('clip_actions_lower', all.clip_actions_lower);
	const high = optionalNumbers('clip_actions_upper', all.clip_actions_upper);
	for (const [name, list] of Object.entries({
		default_dof_pos: offset,
		clip_actions_lower: low,
		clip_actions_upper: high,
	})) {
		sameCount(name, list, count);
	}
	const dt = optionalNumber('dt', all.dt);
	const decimation = optionalNumber('decimation', all.decimation);
	if (dt === undefined || decimation === undefined)
		unknown.push('The rate of the policy: it is in base.yaml of the robot.');
	return {
		source: 'rl_sar configuration',
		rate: dt === undefined || decimation === undefined ? undefined : 1 / (dt * decimation),
		joints,
		jointCount: count,
		defaultPosition: offset,
		observation,
		observationClip: clipObs,
		history: {
			order: moments.length > 1 && moments[0] === moments.length - 1 ? 'oldest-first' : 'newest-first',
			per: all.observations_history_priority === 'term' ? 'term' : 'frame',
			length: Math.max(1, moments.length),
			...(!inOrder && { moments }),
			// Its buffer begins empty.
			fill: 'zeros',
		},
		clipFirst: false,
		action: {
			scale: numberOrNumbers('action_scale', all.action_scale),
			offset: offset?.map((value, i) => (isWheel[i] ? 0 : value)),
			rawClip: low && high ? [low, high] : undefined,
			targets: wheels.length > 0 ? isWheel.map((is) => (is ? 'velocity' : 'position')) : undefined,
		},
		stiffness: optionalNumbers('rl_kp', all.rl_kp),
		damping: optionalNumbers('rl_kd', all.rl_kd),
		torqueLimits: optionalNumbers('torque_limits', all.torque_limits),
		unknown,
	};
}

function at(values: number | readonly number[], index: number): number {
	return typeof values === 'number' ? values : (values[index] as number);
}

/** @throws RangeError for a file of an older version, whose lists mean something else. */
function checkPresentForm(all: Fields): void {
	if (all.framework === 'isaacsim') {
		throw new RangeError(
			'Expected a file of rl_sar as of 2025, got an older one with `framework: isaacsim`: its lists are not in the order of the policy. Put them in its order by `joint_mapping`, and delete `framework`.',
		);
	}
	if (all.hip_scale_reduction !== undefined && all.hip_scale_reduction !== 1) {
		throw new RangeError(
			'Expected a file of rl_sar as of 2025, got an older one with `hip_scale_reduction`: make `action_scale` a list with the scale of each joint, and delete it.',
		);
	}
}

/** What the policy says goes before what the robot says. */
function baseFirst(a: Fields, b: Fields): number {
	const isConfig = (file: Fields) => ('observations' in (Object.values(file)[0] as Fields) ? 1 : 0);
	return isConfig(a) - isConfig(b);
}
