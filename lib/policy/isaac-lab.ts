import { checkString } from '../check';
import { kindOf, type ObservationTerm, type PolicyContract } from './contract';
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

/** Whether a file has the form of Isaac Lab's IO descriptors. */
export function isIsaacLab(file: Fields): boolean {
	return Array.isArray(file.actions) && isFields(file.observations) && Array.isArray(file.observations.policy);
}

/**
 * Isaac Lab's IO descriptors.
 * https://isaac-sim.github.io/IsaacLab/main/source/policy_deployment/01_io_descriptors/io_descriptors_101.html
 * @throws TypeError or RangeError that names what is wrong.
 */
export function readIsaacLab(file: Fields): PolicyContract {
	const unknown: string[] = [];
	const actions = (file.actions as unknown[]).map((action, i) => fieldsAt(`actions[${i}]`, action));
	if (actions.length > 1)
		unknown.push(`There are ${actions.length} actions; the steps are for the first, ${actions[0]?.name}.`);
	const action = actions[0] ?? {};
	const joints = optionalTexts('actions[0].joint_names', action.joint_names);
	const robots = Object.values(fieldsAt('articulations', file.articulations));
	const robot = fieldsAt('articulation', robots[0]);
	const robotJoints = optionalTexts('joint_names', robot.joint_names);
	// What the articulation says is in its own order of the joints: that of the action may be another.
	const ofJoints = (name: string): number[] | undefined => {
		const list = optionalNumbers(name, robot[name]);
		if (list === undefined || robotJoints === undefined || joints === undefined) return undefined;
		sameCount(name, list, robotJoints.length);
		const picked = joints.map((joint) => list[robotJoints.indexOf(joint)]);
		return picked.every((value) => value !== undefined) ? (picked as number[]) : undefined;
	};
	const observation = ((file.observations as Fields).policy as unknown[]).map((term, i) =>
		termOf(fieldsAt(`observations.policy[${i}]`, term), `observations.policy[${i}]`, joints, unknown),
	);
	const stiffness = ofJoints('default_joint_stiffness');
	const damping = ofJoints('default_joint_damping');
	const hasGains = stiffness?.some((gain) => gain !== 0) ?? false;
	if (!hasGains)
		unknown.push('The gains of the joints: the file has none, or zeros, as for actuators with a model of their own.');
	const dt = optionalNumber('scene.dt', fieldsAt('scene', file.scene).dt);
	if (dt === undefined) unknown.push('The rate of the policy.');
	return {
		source: 'Isaac Lab IO descriptors',
		rate: dt === undefined ? undefined : 1 / dt,
		joints,
		jointCount: joints?.length,
		defaultPosition: ofJoints('default_joint_pos'),
		observation,
		history: { order: 'oldest-first', per: 'term', length: 1 },
		clipFirst: true,
		action: {
			scale: numberOrNumbers('actions[0].scale', action.scale),
			offset: numberOrNumbers('actions[0].offset', action.offset),
			clip: optionalLimitsEach('actions[0].clip', action.clip),
		},
		stiffness: hasGains ? stiffness : undefined,
		damping: hasGains ? damping : undefined,
		unknown,
	};
}

function termOf(term: Fields, path: string, joints: readonly string[] | undefined, unknown: string[]): ObservationTerm {
	const name = checkString(`${path}.name`, term.name);
	const overloads = fieldsAt(`${path}.overloads`, term.overloads);
	const shape = optionalNumbers(`${path}.shape`, term.shape);
	const own = optionalTexts(`${path}.joint_names`, term.joint_names);
	const isOtherOrder = own !== undefined && joints !== undefined && own.join() !== joints.join();
	if (isOtherOrder) unknown.push(`The term ${name} has joints of its own: ${own.join(', ')}. Set its names.`);
	if (isFields(term.extras) && term.extras.modifiers) unknown.push(`The term ${name} has modifiers that are not read.`);
	return {
		name,
		kind: isOtherOrder ? undefined : kindOf(name),
		size: shape?.reduce((product, dim) => product * dim, 1),
		offset:
			optionalNumbers(`${path}.joint_pos_offsets`, term.joint_pos_offsets) ??
			optionalNumbers(`${path}.joint_vel_offsets`, term.joint_vel_offsets),
		clip: optionalLimits(`${path}.overloads.clip`, overloads.clip),
		scale: numberOrNumbers(`${path}.overloads.scale`, overloads.scale),
		historyLength: Math.max(1, optionalNumber(`${path}.overloads.history_length`, overloads.history_length) ?? 1),
	};
}
