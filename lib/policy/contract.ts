/** What a term of an observation measures, by one name for all trainers. */
export const termKinds = [
	'base-linear-velocity',
	'base-angular-velocity',
	'projected-gravity',
	'velocity-command',
	'joint-position',
	'joint-velocity',
	'last-action',
	'phase',
] as const;

export type TermKind = (typeof termKinds)[number];

/** A term of the observation, in the order in which the policy gets them. */
export interface ObservationTerm {
	/** As the trainer calls it. */
	readonly name: string;
	/** What it measures; undefined when the name is not known here. */
	readonly kind: TermKind | undefined;
	/** How many elements it has, of one moment. */
	readonly size?: number | undefined;
	/** Subtracted first: the default positions of the joints. */
	readonly offset?: readonly number[] | undefined;
	/** Limits. */
	readonly clip?: readonly [low: number, high: number] | undefined;
	readonly scale?: number | readonly number[] | undefined;
	/** How many moments, with the present one. */
	readonly historyLength: number;
	/** The joints of its elements, where they are not those of the policy in their order. */
	readonly joints?: readonly string[] | undefined;
	/** For a phase: how long a cycle takes, and how much time each run of the policy stands for, s. */
	readonly cycle?: { readonly period: number; readonly step: number | undefined } | undefined;
}

/** What the target of a joint is. */
export type Target = 'position' | 'velocity' | 'effort';

/** What a trained policy expects and gives, from what its trainer wrote. */
export interface PolicyContract {
	/** What wrote it, such as `Isaac Lab IO descriptors`. */
	readonly source: string;
	/** How often the policy runs, Hz. */
	readonly rate?: number | undefined;
	/** The names of the joints in the order of the policy. */
	readonly joints?: readonly string[] | undefined;
	/** How many joints; known even where their names are not. */
	readonly jointCount?: number | undefined;
	/** Positions of the joints when the action is zero, rad. */
	readonly defaultPosition?: readonly number[] | undefined;
	readonly observation: readonly ObservationTerm[];
	/** Limits of the whole observation, after scale. */
	readonly observationClip?: number | undefined;
	/** How moments of a history are put together. */
	readonly history: {
		readonly order: 'oldest-first' | 'newest-first';
		/** Per term, or whole observations one after the other. */
		readonly per: 'term' | 'frame';
		/** For `frame`: how many. */
		readonly length: number;
		/** Which moments, by how long ago, where they are not just the last ones: 0 is the present one. */
		readonly moments?: readonly number[] | undefined;
		/** What there is before the first: that one again, or zeros. Default: `first`. */
		readonly fill?: 'first' | 'zeros';
	};
	/** Clip before scale, or scale before clip, within a term. */
	readonly clipFirst: boolean;
	readonly action: {
		readonly scale?: number | readonly number[] | undefined;
		readonly offset?: number | readonly number[] | undefined;
		/** Limits of the raw action, before scale. */
		readonly rawClip?: readonly [low: readonly number[], high: readonly number[]] | undefined;
		/** Limits of the target, after scale and offset: for each joint low and high. */
		readonly clip?: readonly [low: readonly number[], high: readonly number[]] | undefined;
		/** The joints of its elements, where they are not those of the policy in their order. */
		readonly joints?: readonly string[] | undefined;
		/** What the target of each joint is. Default: the position of each. */
		readonly targets?: readonly Target[] | undefined;
		/** Whether what becomes of the action is something that is not read. */
		readonly isUnread?: boolean;
	};
	/** Gains of the position controller of each joint. */
	readonly stiffness?: readonly number[] | undefined;
	readonly damping?: readonly number[] | undefined;
	readonly torqueLimits?: readonly number[] | undefined;
	/** Least and most of each part of the velocity command: forward, left, turn. */
	readonly commandRanges?: readonly (readonly [low: number, high: number])[] | undefined;
	/** What the files do not say and a person has to fill in, a sentence each. */
	readonly unknown: readonly string[];
}

/** Names that trainers use for terms. */
const kindByName: Record<string, TermKind> = {
	base_lin_vel: 'base-linear-velocity',
	lin_vel: 'base-linear-velocity',
	base_linear_velocity: 'base-linear-velocity',
	base_ang_vel: 'base-angular-velocity',
	ang_vel: 'base-angular-velocity',
	ang_vel_body: 'base-angular-velocity',
	base_angular_velocity: 'base-angular-velocity',
	imu_ang_vel: 'base-angular-velocity',
	projected_gravity: 'projected-gravity',
	gravity_vec: 'projected-gravity',
	gravity: 'projected-gravity',
	velocity_commands: 'velocity-command',
	generated_commands: 'velocity-command',
	velocity_command: 'velocity-command',
	command: 'velocity-command',
	commands: 'velocity-command',
	joint_pos: 'joint-position',
	joint_pos_rel: 'joint-position',
	dof_pos: 'joint-position',
	joint_vel: 'joint-velocity',
	joint_vel_rel: 'joint-velocity',
	keyboard_velocity_commands: 'velocity-command',
	dof_vel: 'joint-velocity',
	last_action: 'last-action',
	actions: 'last-action',
	gait_phase: 'phase',
	phase: 'phase',
};

/** What a term of this name measures. */
export function kindOf(name: string): TermKind | undefined {
	return Object.hasOwn(kindByName, name) ? kindByName[name] : undefined;
}

/** How many elements a term of this kind has; undefined when that is not known. */
export function sizeOf(kind: TermKind | undefined, joints: number | undefined): number | undefined {
	switch (kind) {
		case 'base-linear-velocity':
		case 'base-angular-velocity':
		case 'projected-gravity':
		case 'velocity-command':
			return 3;
		case 'joint-position':
		case 'joint-velocity':
		case 'last-action':
			return joints;
		default:
			return undefined;
	}
}

/** How many elements the whole observation has; undefined when a term's are not known. */
export function observationSize({ observation, history, jointCount }: PolicyContract): number | undefined {
	if (observation.length === 0) return undefined;
	let total = 0;
	for (const term of observation) {
		const size = termSize(term, { history, jointCount });
		if (size === undefined) return undefined;
		total += size;
	}
	return history.per === 'frame' ? total * history.length : total;
}

/** How many moments a term has by itself; those of a history of whole observations are put together later. */
export function termMoments({ historyLength }: ObservationTerm, { history }: Pick<PolicyContract, 'history'>): number {
	return history.per === 'term' ? Math.max(historyLength, history.length) : 1;
}

/** How many elements a term has, with its own history; undefined when that is not known. */
export function termSize(
	term: ObservationTerm,
	contract: Pick<PolicyContract, 'history' | 'jointCount'>,
): number | undefined {
	const one = term.size ?? sizeOf(term.kind, contract.jointCount);
	return one === undefined ? undefined : one * termMoments(term, contract);
}
