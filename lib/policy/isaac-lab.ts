import { checkString } from '../check';
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
	const actions = (file.actions as unknown[]).map((action, i) => actionAt(i, fieldsAt(`actions[${i}]`, action)));
	const joints = actions.every((action) => action.joints)
		? actions.flatMap((action) => action.joints as string[])
		: undefined;
	const isUnread = actions.some(({ target }) => target === undefined);
	for (const { name, target, type } of actions) {
		if (target === undefined)
			unknown.push(`The steps of the action ${name}: it is a ${type}, which is not read; the others with it.`);
	}
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
		action: isUnread ? { isUnread } : together(actions),
		stiffness: hasGains ? stiffness : undefined,
		damping: hasGains ? damping : undefined,
		unknown,
	};
}

interface Action {
	readonly name: string;
	readonly type: string;
	readonly joints: string[] | undefined;
	/** Undefined where what becomes of the action is not read. */
	readonly target: Target | undefined;
	readonly scale: number | number[] | undefined;
	readonly offset: number | number[] | undefined;
	readonly clip: [low: number[], high: number[]] | undefined;
}

/** What becomes of an action, by the class that applies it; without one it is a position. */
const targets: Record<string, Target> = {
	'': 'position',
	JointPositionAction: 'position',
	JointVelocityAction: 'velocity',
	JointEffortAction: 'effort',
};

function actionAt(i: number, action: Fields): Action {
	const path = `actions[${i}]`;
	const type = typeof action.full_path === 'string' ? (action.full_path.split('.').at(-1) as string) : '';
	const joints = optionalTexts(`${path}.joint_names`, action.joint_names);
	const scale = numberOrNumbers(`${path}.scale`, action.scale);
	const offset = numberOrNumbers(`${path}.offset`, action.offset);
	const clip = optionalLimitsEach(`${path}.clip`, action.clip);
	for (const [list, what] of [
		[scale, 'scale'],
		[offset, 'offset'],
		[clip?.[0], 'clip'],
	] as const) {
		if (Array.isArray(list)) sameCount(`${path}.${what}`, list, joints?.length);
	}
	const target = Object.hasOwn(targets, type) ? targets[type] : undefined;
	return { name: String(action.name ?? i), type, joints, target, scale, offset, clip };
}

/** Actions one after the other, each of joints of its own. */
function together(actions: readonly Action[]): PolicyContract['action'] {
	const [only] = actions;
	if (actions.length === 1 && only) {
		const { scale, offset, clip, target, joints = [] } = only;
		const isPosition = target === 'position';
		return { scale, offset, clip, ...(!isPosition && { targets: joints.map(() => target as Target) }) };
	}
	const each = (values: number | readonly number[], { joints = [] }: Action) =>
		typeof values === 'number' ? joints.map(() => values) : values;
	return {
		targets: actions.flatMap(({ joints = [], target }) => joints.map(() => target as Target)),
		scale: actions.flatMap((action) => each(action.scale ?? 1, action)),
		offset: actions.flatMap((action) => each(action.offset ?? 0, action)),
		...(actions.every(({ clip }) => clip) && {
			clip: [actions.flatMap(({ clip }) => clip?.[0] ?? []), actions.flatMap(({ clip }) => clip?.[1] ?? [])],
		}),
	};
}

function termOf(term: Fields, path: string, joints: readonly string[] | undefined, unknown: string[]): ObservationTerm {
	const name = checkString(`${path}.name`, term.name);
	const overloads = fieldsAt(`${path}.overloads`, term.overloads);
	const shape = optionalNumbers(`${path}.shape`, term.shape);
	const own = optionalTexts(`${path}.joint_names`, term.joint_names);
	const isOtherOrder = own !== undefined && joints !== undefined && own.join() !== joints.join();
	if (isFields(term.extras) && term.extras.modifiers) unknown.push(`The term ${name} has modifiers that are not read.`);
	return {
		name,
		kind: kindOf(name),
		size: shape?.reduce((product, dim) => product * dim, 1),
		offset:
			optionalNumbers(`${path}.joint_pos_offsets`, term.joint_pos_offsets) ??
			optionalNumbers(`${path}.joint_vel_offsets`, term.joint_vel_offsets),
		clip: optionalLimits(`${path}.overloads.clip`, overloads.clip),
		scale: numberOrNumbers(`${path}.overloads.scale`, overloads.scale),
		historyLength: Math.max(1, optionalNumber(`${path}.overloads.history_length`, overloads.history_length) ?? 1),
		...(isOtherOrder && { joints: own }),
	};
}
