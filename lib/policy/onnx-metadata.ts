import { show } from '../check';
import { kindOf, type PolicyContract } from './contract';
import { optionalLimits, optionalNumbers, optionalTexts, sameCount } from './fields';

/** The `metadata_props` of a model. */
export type Metadata = Readonly<Record<string, string>>;

/** Whether the metadata of a model says something of joints: the dialect of mjlab or that of holosoma. */
export function hasContract(metadata: Metadata): boolean {
	return 'joint_names' in metadata || 'dof_names' in metadata;
}

/** The names of the joints, in the order of the policy; undefined when the metadata does not say them. */
export function jointNames(metadata: Metadata): string[] | undefined {
	const name = 'dof_names' in metadata ? 'dof_names' : 'joint_names';
	return optionalTexts(name, listOf(name, metadata[name]));
}

/**
 * What exporters note in an ONNX model: comma-separated lists, three decimals, by mjlab and whole_body_tracking; JSON by
 * holosoma.
 * @throws TypeError or RangeError that names what is wrong.
 */
export function readOnnxMetadata(metadata: Metadata): PolicyContract {
	const isJson = 'dof_names' in metadata;
	const read = (name: string): unknown => listOf(name, metadata[name]);
	const joints = jointNames(metadata);
	const count = joints?.length;
	const unknown: string[] = [];
	const lists = {
		defaultPosition: optionalNumbers('default_joint_pos', read('default_joint_pos')),
		stiffness: optionalNumbers('stiffness', read(isJson ? 'kp' : 'joint_stiffness')),
		damping: optionalNumbers('damping', read(isJson ? 'kd' : 'joint_damping')),
	};
	for (const [name, list] of Object.entries(lists)) sameCount(name, list, count);
	const names = optionalTexts('observation_names', read('observation_names')) ?? [];
	const commands = optionalTexts('command_names', read('command_names'));
	const observation = names.map((name) => {
		// Which command a term "command" is, another entry says: of a motion to follow it is the whole of it.
		const isOther =
			kindOf(name) === 'velocity-command' && commands?.some((command) => /motion|pose|goal/i.test(command));
		const kind = isOther ? undefined : kindOf(name);
		return {
			name,
			kind,
			offset: kind === 'joint-position' ? lists.defaultPosition : undefined,
			historyLength: 1,
		};
	});
	const scale = optionalNumbers('action_scale', read('action_scale'));
	if (scale !== undefined && scale.length > 1) sameCount('action_scale', scale, count);
	if (!isJson) unknown.push('Numbers in the model are rounded to 3 decimals.');
	if (names.length === 0) unknown.push('The terms of the observation: the model does not name them.');
	else unknown.push('Scales, clips and history of the observation: the model does not say them.');
	if (lists.defaultPosition === undefined) unknown.push('The default positions of the joints.');
	if (scale === undefined) unknown.push('The scale of the action.');
	unknown.push('The rate of the policy.');
	return {
		source: isJson ? 'ONNX metadata (JSON)' : 'ONNX metadata (comma-separated)',
		joints,
		jointCount: count,
		...lists,
		observation,
		history: { order: 'oldest-first', per: 'term', length: 1 },
		clipFirst: true,
		action: { scale: scale?.length === 1 ? scale[0] : scale, offset: lists.defaultPosition },
		commandRanges: rangesOf(metadata.command_ranges),
		unknown,
	};
}

function listOf(name: string, text: string | undefined): unknown {
	if (text === undefined || text.trim() === '') return undefined;
	if (!/^\s*\[/.test(text)) {
		const items = text.split(',').map((item) => item.trim());
		return items.every((item) => item !== '' && Number.isFinite(Number(item))) ? items.map(Number) : items;
	}
	return jsonOf(name, text);
}

function rangesOf(text: string | undefined): [number, number][] | undefined {
	if (text === undefined) return undefined;
	const ranges = jsonOf('command_ranges', text) as Record<string, unknown> | null;
	if (typeof ranges !== 'object' || ranges === null) return undefined;
	const found = [ranges.lin_vel_x, ranges.lin_vel_y, ranges.ang_vel_yaw ?? ranges.ang_vel_z].map((range, i) =>
		optionalLimits(`command_ranges[${i}]`, range),
	);
	return found.every((range) => range !== undefined) ? (found as [number, number][]) : undefined;
}

function jsonOf(name: string, text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new RangeError(`Expected the metadata \`${name}\` to be JSON, got ${show(text)}`, { cause: error });
	}
}
