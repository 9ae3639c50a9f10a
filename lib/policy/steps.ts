import { type ObservationTerm, type PolicyContract, sizeOf, type Target, termMoments } from './contract';

/** A step as the tensor-transform node saves it. */
export type StepJson = { type: string } & Record<string, unknown>;

/** The topics that the steps listen to besides the joint states, which drive them. */
export interface Topics {
	readonly imu: string;
	readonly odometry: string;
	readonly command: string;
}

export const usualTopics: Topics = { imu: '/imu/data', odometry: '/odom', command: '/cmd_vel' };

/** What the steps of a policy are, and what is left to a person. */
export interface PolicySteps {
	readonly observation: readonly StepJson[];
	readonly action: readonly StepJson[];
	/** What could not be known, a sentence each. */
	readonly unknown: readonly string[];
}

/** What the terms are calculated in. */
const double = 'float64';

/** How old a message of another topic may be, s. */
const maxAge = { sensor: 0.1, command: 0.5 };

/**
 * The steps that make the observation of joint states, and the command of the action. What is not known is left so that
 * it fails by name instead of doing something: a term without steps, joints named `?0`, `?1` ...
 */
export function stepsOf(contract: PolicyContract, topics: Topics = usualTopics): PolicySteps {
	const unknown = [...contract.unknown];
	const joints = contract.joints ?? placeholders(contract.jointCount ?? 0);
	const { history } = contract;
	const isFramed = history.per === 'frame' && (history.length > 1 || history.moments !== undefined);
	const terms = contract.observation.map((term) => ({
		name: term.name,
		steps: termSteps(term, contract, joints, topics, unknown),
	}));
	const observation: StepJson[] = [{ type: 'stack', terms, batch: true }];
	if (contract.observationClip !== undefined) {
		observation.push({ type: 'clip', min: -contract.observationClip, max: contract.observationClip });
	}
	if (isFramed) observation.push(...historySteps(history.length, contract, [1, -1]));
	// Calculated in double precision and rounded once, at the end.
	observation.push({ type: 'cast', to: 'float32' });
	if (terms.length === 0) observation.length = 0;
	return { observation, action: actionSteps(contract, joints), unknown };
}

function placeholders(count: number): string[] {
	return Array.from({ length: count }, (_joint, i) => `?${i}`);
}

/** @param shape of the whole, for moments that are not just the last ones */
function historySteps(length: number, { history }: PolicyContract, shape: number[]): StepJson[] {
	const { order, moments, fill } = history;
	const zeros = fill === 'zeros' ? { fill } : {};
	if (moments === undefined) return [{ type: 'history', length, order, ...zeros }];
	const longest = Math.max(...moments) + 1;
	return [
		{ type: 'history', length: longest, order: 'newest-first', layout: 'axis', ...zeros },
		{ type: 'take', indexes: [...moments], axis: 0 },
		{ type: 'reshape', shape },
	];
}

function termSteps(
	term: ObservationTerm,
	contract: PolicyContract,
	joints: readonly string[],
	topics: Topics,
	unknown: string[],
): StepJson[] {
	const source = sourceSteps(term, contract, joints, topics, unknown);
	if (source.length === 0) return [];
	const steps = [...source];
	if (term.offset?.some((value) => value !== 0))
		steps.push({ type: 'offset', offset: term.offset.map((value) => -value) });
	const clip: StepJson[] = term.clip ? [{ type: 'clip', min: term.clip[0], max: term.clip[1] }] : [];
	const isOne = term.scale === undefined || [term.scale].flat().every((factor) => factor === 1);
	const scale: StepJson[] = isOne ? [] : [{ type: 'scale', factor: term.scale }];
	steps.push(...(contract.clipFirst ? [...clip, ...scale] : [...scale, ...clip]));
	const length = termMoments(term, contract);
	const isChosen = contract.history.per === 'term' && contract.history.moments !== undefined;
	if (length > 1 || isChosen) steps.push(...historySteps(length, contract, [-1]));
	return steps;
}

function sourceSteps(
	{ name, kind, size, cycle, joints: own }: ObservationTerm,
	contract: PolicyContract,
	policyJoints: readonly string[],
	{ imu, odometry, command }: Topics,
	unknown: string[],
): StepJson[] {
	const latest = (topic: string): StepJson => ({ type: 'latest', topic, maxAge: maxAge.sensor });
	const count = size ?? sizeOf(kind, contract.jointCount);
	const joints = own ?? policyJoints;
	switch (kind) {
		case 'joint-position':
		case 'joint-velocity': {
			const field = kind === 'joint-position' ? 'position' : 'velocity';
			return joints.length === 0 ? [] : [{ type: 'select', fields: [field], names: [...joints], as: double }];
		}
		case 'base-angular-velocity':
			return [latest(imu), { type: 'imu', parts: [{ part: 'angular-velocity' }], as: double }];
		case 'projected-gravity':
			return [
				latest(imu),
				{ type: 'imu', parts: [{ part: 'orientation' }], as: double },
				{ type: 'projected-gravity' },
			];
		case 'base-linear-velocity':
			unknown.push(`The term ${name} takes the velocity of ${odometry}: a robot has to estimate it.`);
			return [latest(odometry), { type: 'odometry', parts: [{ part: 'linear-velocity' }], as: double }];
		case 'velocity-command':
			return commandSteps(command, contract);
		case 'last-action':
			return count === undefined ? [] : [{ type: 'recall', size: count, as: double }];
		case 'phase':
			if (cycle) return [{ type: 'phase', period: cycle.period, ...(cycle.step && { step: cycle.step }), as: double }];
			unknown.push(`The period of the term ${name}.`);
			return [];
		default:
			unknown.push(`The steps of the term ${name}: what it measures is not known.`);
			return [];
	}
}

function commandSteps(topic: string, { commandRanges }: PolicyContract): StepJson[] {
	const replacement = { linear: { x: 0, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } };
	const steps: StepJson[] = [
		{ type: 'latest', topic, maxAge: maxAge.command, whenStale: 'replace', replacement },
		{ type: 'select', fields: ['linear.x', 'linear.y', 'angular.z'], as: double },
	];
	if (commandRanges) {
		steps.push({ type: 'clip', min: commandRanges.map(([low]) => low), max: commandRanges.map(([, high]) => high) });
	}
	return steps;
}

/** Raw action to a command: limits, memory, then for each joint scale, offset and limits of its target. */
function actionSteps({ action }: PolicyContract, policyJoints: readonly string[]): StepJson[] {
	if (action.isUnread) return [];
	const joints = action.joints ?? policyJoints;
	const targets = action.targets ?? [];
	const kinds = allTargets.filter((kind) => targets.includes(kind));
	const steps: StepJson[] = [];
	if (action.rawClip) steps.push({ type: 'clip', min: action.rawClip[0], max: action.rawClip[1] });
	// Calculated in double precision, which is what messages have.
	steps.push({ type: 'remember' }, { type: 'cast', to: double });
	if (kinds.length < 2) {
		steps.push(...targetSteps(action, () => true, joints.length));
		const content = kinds[0] === undefined || kinds[0] === 'position' ? {} : { content: kinds[0] };
		if (joints.length > 0) steps.push({ type: 'joint-state', names: [...joints], ...content });
		return steps;
	}
	// All positions, then all velocities: zero for the joints whose target is the other.
	const parts = kinds.includes('effort') ? allTargets : allTargets.slice(0, 2);
	const terms = parts.map((kind) => ({
		name: kind,
		steps: targetSteps(action, (joint) => targets[joint] === kind, joints.length),
	}));
	steps.push({ type: 'concat', axis: -1, terms });
	steps.push({ type: 'joint-state', names: [...joints], content: parts.join('-') });
	return steps;
}

const allTargets: readonly Target[] = ['position', 'velocity', 'effort'];

/** Scale, offset and limits; a joint that the target is not of gets zero. */
function targetSteps(
	{ scale, offset, clip }: PolicyContract['action'],
	isOf: (joint: number) => boolean,
	count: number,
): StepJson[] {
	const isAll = Array.from({ length: count }, (_joint, i) => isOf(i)).every(Boolean);
	const each = (values: number | readonly number[], none: number): number | number[] =>
		isAll && typeof values === 'number'
			? values
			: Array.from({ length: count }, (_joint, i) =>
					!isOf(i) ? none : typeof values === 'number' ? values : (values[i] as number),
				);
	const steps: StepJson[] = [];
	if (scale !== undefined || !isAll) steps.push({ type: 'scale', factor: each(scale ?? 1, 0) });
	if (offset !== undefined) steps.push({ type: 'offset', offset: each(offset, 0) });
	if (clip?.flat().every(Number.isFinite)) steps.push({ type: 'clip', min: each(clip[0], 0), max: each(clip[1], 0) });
	return steps;
}
