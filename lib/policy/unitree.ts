import { kindOf, type PolicyContract } from './contract';
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

/**
 * Unitree's deploy.yaml of unitree_rl_lab and unitree_rl_mjlab. Its lists are in the order of the policy;
 * `joint_ids_map` says which motor of the robot each is.
 * @throws TypeError or RangeError that names what is wrong.
 */
export function readUnitree(file: Fields): PolicyContract {
	const motors = optionalNumbers('joint_ids_map', file.joint_ids_map) as number[];
	const count = motors.length;
	const unknown: string[] = [];
	const actions = Object.entries(fieldsAt('actions', file.actions));
	if (actions.length > 1)
		unknown.push(`There are ${actions.length} actions; the steps are for the first, ${actions[0]?.[0]}.`);
	const action = fieldsAt(`actions.${actions[0]?.[0]}`, actions[0]?.[1]);
	const names = optionalTexts('actions.joint_names', action.joint_names);
	// A pattern, mostly ".*", stands for joints whose names the file does not have.
	const joints = names?.length === count && names.every((name) => /^[\w-]+$/.test(name)) ? names : undefined;
	if (joints === undefined) {
		unknown.push(`The names of the ${count} joints: the file has the numbers of the motors, ${motors.join(', ')}.`);
	}
	const observation = Object.entries(fieldsAt('observations', file.observations)).map(([name, value]) => {
		const term = fieldsAt(`observations.${name}`, value);
		const scale = numberOrNumbers(`observations.${name}.scale`, term.scale);
		return {
			name,
			kind: kindOf(name),
			size: Array.isArray(scale) ? scale.length : undefined,
			offset: name === 'joint_pos_rel' ? optionalNumbers('default_joint_pos', file.default_joint_pos) : undefined,
			clip: optionalLimits(`observations.${name}.clip`, term.clip),
			scale,
			historyLength: Math.max(1, optionalNumber(`observations.${name}.history_length`, term.history_length) ?? 1),
		};
	});
	const lists = {
		defaultPosition: optionalNumbers('default_joint_pos', file.default_joint_pos),
		stiffness: optionalNumbers('stiffness', file.stiffness),
		damping: optionalNumbers('damping', file.damping),
	};
	for (const [name, list] of Object.entries(lists)) sameCount(name, list, count);
	const step = optionalNumber('step_dt', file.step_dt);
	if (step === undefined) unknown.push('The rate of the policy.');
	const ranges = fieldsAt(
		'ranges',
		fieldsAt('base_velocity', fieldsAt('commands', file.commands).base_velocity).ranges,
	);
	const commandRanges = ['lin_vel_x', 'lin_vel_y', 'ang_vel_z'].map((name) =>
		optionalLimits(`ranges.${name}`, ranges[name]),
	);
	return {
		source: 'Unitree deploy.yaml',
		rate: step === undefined ? undefined : 1 / step,
		joints,
		jointCount: count,
		...lists,
		observation,
		history: { order: 'oldest-first', per: 'term', length: 1 },
		clipFirst: true,
		action: {
			scale: numberOrNumbers('actions.scale', action.scale),
			offset: numberOrNumbers('actions.offset', action.offset),
			clip: optionalLimitsEach('actions.clip', action.clip),
		},
		commandRanges: commandRanges.every((range) => range !== undefined)
			? (commandRanges as [number, number][])
			: undefined,
		unknown,
	};
}
