import { show } from '../check';
import { isBigType, Tensor, type TensorData } from '../tensor/tensor';
import { parseFieldPath, type Segment } from './field-path';
import { checkLimits, type Limits } from './value-limits';

/** The limits of some values of a command. */
export interface FieldLimits extends Limits {
	/** Where the values are, as {@link parseFieldPath} takes it; a list means all its elements. Empty: the payload. */
	readonly path: string;
}

type Container = Record<string | number, unknown>;

/** Handles the value `container[key]`. */
type Visit = (container: Container, key: string | number, limits: Limits) => void;

/**
 * Finds the limited values in commands: numbers, arrays, Tensors, ROS messages, and objects of them. A command is
 * never written: what is changed is copied, down to the lists that hold the values.
 */
export class CommandValues {
	readonly #fields: { path: string; segments: Segment[]; limits: Limits }[];
	/** The limits of each value that was read last. */
	readonly limits: Limits[] = [];
	/** The joints of the command that was read last, whose values are in their order. */
	#joints: readonly unknown[] | undefined;

	/** @throws TypeError or RangeError when a path or a limit is wrong. */
	constructor(fields: readonly FieldLimits[]) {
		this.#fields = fields.map((field, index) => ({
			path: field.path,
			segments: parseFieldPath(`fields[${index}].path`, field.path),
			limits: checkLimits(`fields[${index}]`, field),
		}));
	}

	/**
	 * The values of a command, in the order of the fields.
	 * @param into is filled with them
	 * @throws TypeError or RangeError when a field is missing, no number, or not finite; or when the joints are others
	 * than in the command before.
	 */
	read(payload: unknown, into: number[]): number[] {
		into.length = 0;
		this.limits.length = 0;
		this.#visit({ payload }, undefined, (container, key, limits) => {
			into.push(container[key] as number);
			this.limits.push(limits);
		});
		return into;
	}

	/**
	 * Whether the values are those of the same joints in the same order as at the last call of this.
	 * @throws RangeError when they are not.
	 */
	checkJoints(payload: unknown): void {
		const joints = jointsOf(payload);
		const last = this.#joints;
		if (last && joints && (last.length !== joints.length || joints.some((joint, i) => joint !== last[i]))) {
			throw new RangeError(
				`Expected the joints ${last.join(', ')} as in the command before, got ${joints.join(', ')}: ` +
					'one joint would be limited from where another stands',
			);
		}
		this.#joints = joints && [...joints];
	}

	/** Takes any joints from now on. */
	reset(): void {
		this.#joints = undefined;
	}

	/** The command with other values, in the order of {@link read}. */
	write(payload: unknown, values: readonly number[]): unknown {
		const root: Container = { payload };
		let next = 0;
		this.#visit(root, new Set([root]), (container, key) => {
			container[key] = values[next++];
		});
		return root.payload;
	}

	/** @param own when values are written: what has been copied already */
	#visit(root: Container, own: Set<unknown> | undefined, visit: Visit): void {
		for (const { path, segments, limits } of this.#fields) {
			walk({ root, path, segments, limits, own, visit }, root, 'payload', 0, undefined);
		}
	}
}

interface Walk {
	readonly root: Container;
	readonly path: string;
	readonly segments: readonly Segment[];
	readonly limits: Limits;
	readonly own: Set<unknown> | undefined;
	readonly visit: Visit;
}

/** @param message the innermost message around, which lists the joints */
function walk(way: Walk, container: Container, key: string | number, at: number, message: unknown): void {
	const { own, segments, path } = way;
	let value = container[key];
	const segment = segments[at];
	if (typeof value !== 'object' || value === null) {
		if (segment === undefined) {
			if (typeof value !== 'number' || !Number.isFinite(value)) throw notFinite(way, value, key);
			way.visit(container, key, way.limits);
			return;
		}
		throw new TypeError(`Expected the command to have the field ${shown(path)}, got ${show(value)} on the way to it`);
	}
	if (own && !own.has(value)) {
		value = copyOf(value);
		own.add(value);
		if (value instanceof Tensor) own.add(value.data);
		container[key] = value;
	}
	const isTensor = isTensorLike(value);
	if (isTensor && !(segment?.kind === 'field' && segment.name === 'data')) {
		if (value instanceof Tensor && (isBigType(value.type) || value.type === 'float16' || value.type === 'string')) {
			throw new TypeError(`Expected a tensor of numbers as command, got ${value.type}: cast it to float32 before`);
		}
		walk(way, value as Container, 'data', at, message);
		return;
	}
	if (isList(value)) {
		walkList(way, value as Container & ArrayLike<unknown>, at, message);
		return;
	}
	if (segment?.kind !== 'field') {
		throw new TypeError(`Expected ${shown(path)} to be a number or a list of numbers, got ${show(value)}`);
	}
	if (!Object.hasOwn(value as object, segment.name)) {
		throw new RangeError(
			`There is no field \`${segment.name}\` for ${shown(path)} in the command: it has ${Object.keys(value as object)
				.slice(0, 12)
				.join(', ')}`,
		);
	}
	walk(way, value as Container, segment.name, at + 1, value);
}

function walkList(way: Walk, list: Container & ArrayLike<unknown>, at: number, message: unknown): void {
	const segment = way.segments[at];
	const { length } = list;
	switch (segment?.kind) {
		case undefined:
			for (let i = 0; i < length; i++) walk(way, list, i, at, message);
			return;
		case 'index':
			if (segment.index >= length) throw missing(way, `element ${segment.index}`, length);
			walk(way, list, segment.index, at + 1, message);
			return;
		case 'range': {
			const to = segment.to ?? length;
			if (to > length) throw missing(way, `the elements to ${to}`, length);
			for (let i = segment.from; i < to; i++) walk(way, list, i, at + 1, message);
			return;
		}
		case 'joint': {
			const joints = jointsOf(message) ?? jointsOf(way.root.payload);
			const index = joints?.indexOf(segment.joint) ?? -1;
			if (index < 0 || index >= length) throw missing(way, `the joint ${segment.joint}`, length);
			walk(way, list, index, at + 1, message);
			return;
		}
		case 'field':
			throw new TypeError(`Expected ${shown(way.path)} to name elements, such as [0] or [:], before .${segment.name}`);
	}
}

const shown = (path: string) => (path === '' ? 'the payload' : `\`${path}\``);

function missing(way: Walk, what: string, length: number): RangeError {
	return new RangeError(`Expected ${shown(way.path)} of the command to have ${what}, got ${length} elements`);
}

/** Says it by the joint's name where it has one: `position[2] (elbow)`. */
function notFinite(way: Walk, value: unknown, key: string | number): TypeError | RangeError {
	const joint = typeof key === 'number' ? jointsOf(way.root.payload)?.[key] : undefined;
	const element = typeof key === 'number' ? `, element ${key}${joint === undefined ? '' : ` (${joint})`},` : '';
	const message = `Expected ${shown(way.path)}${element} of the command to be a finite number, got ${show(value)}`;
	return typeof value === 'number' ? new RangeError(message) : new TypeError(message);
}

/** The joints that a JointState, JointTrajectory or trajectory goal lists. */
function jointsOf(message: unknown): readonly unknown[] | undefined {
	if (typeof message !== 'object' || message === null) return undefined;
	const { name, joint_names } = message as { name?: unknown; joint_names?: unknown };
	const joints = Array.isArray(joint_names) ? joint_names : name;
	return Array.isArray(joints) ? joints : undefined;
}

function isList(value: unknown): boolean {
	return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

/** `data` of a multi-array has a `layout` beside it, that of a tensor its `dims`. */
function isTensorLike(value: unknown): boolean {
	return typeof value === 'object' && value !== null && 'dims' in value && 'data' in value;
}

/** A copy of one level; of a Tensor with its elements, since it is made whole. */
function copyOf(value: object): object {
	if (value instanceof Tensor) return new Tensor(value.type, value.dims, value.data.slice() as TensorData);
	if (Array.isArray(value)) return value.slice();
	// The slice of a Buffer would be a view.
	if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value);
	if (ArrayBuffer.isView(value)) return (value as Float64Array).slice();
	return { ...value };
}
