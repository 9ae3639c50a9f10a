import { checkBoolean, checkChoice, checkNumber, checkObject, checkString, show } from '../../check';
import type { Message } from '../types/registry';
import { checkValue, type ParameterType, type ParameterValue, parameterTypeOf, parameterTypes } from './value';

/** What is known of a parameter beside its value. */
export interface ParameterDescription {
	readonly name: string;
	readonly type: ParameterType;
	readonly description: string;
	readonly readOnly: boolean;
	/** Smallest and largest value, of integers and doubles. */
	readonly min?: number | bigint;
	readonly max?: number | bigint;
	/** Values are `min`, `min + step`, ... and `max`. 0 or left out: any. */
	readonly step?: number | bigint;
	/** What else holds, in words. */
	readonly constraints?: string;
}

/** A parameter of one's own: what it is, and its value to begin with. */
export interface ParameterDeclaration extends ParameterDescription {
	readonly value: ParameterValue;
}

const declarable = parameterTypes.filter((type) => type !== 'not_set');

/** The name of a parameter of one's own: words with dots between them. @throws TypeError or RangeError */
export function checkParameterName(option: string, value: unknown): string {
	const name = checkString(option, value).trim();
	if (/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(name)) return name;
	throw new RangeError(
		`Expected \`${option}\` to be the name of a parameter, such as speed or arm.speed, got ${show(value)}`,
	);
}

/**
 * A declaration from outside, such as a row of a form: numbers may be texts, and so may a value, as JSON.
 * @param option what to call it in errors, such as `parameters[2]`
 * @throws TypeError or RangeError that names the field
 */
export function checkDeclaration(option: string, value: unknown): ParameterDeclaration {
	const row = checkObject(option, value);
	const name = checkParameterName(`${option}.name`, row.name);
	const type = checkChoice(`${option}.type`, row.type ?? 'double', declarable);
	const bound = (field: string) => {
		const text = row[field];
		if (text === undefined || text === '') return {};
		const number = typeof text === 'string' ? Number(text) : text;
		return { [field]: checkNumber(`${option}.${field}`, Number.isNaN(number) ? text : number) };
	};
	const hasRange = type === 'integer' || type === 'double';
	const declaration = {
		name,
		type,
		description: checkString(`${option}.description`, row.description ?? '', { allowEmpty: true }),
		readOnly: checkBoolean(`${option}.readOnly`, row.readOnly ?? false),
		...(hasRange ? { ...bound('min'), ...bound('max'), ...bound('step') } : {}),
		value: checkValue(`${option}.value`, type, parseValue(type, row.value)),
	} satisfies ParameterDeclaration;
	const problem = outOfRange(declaration, declaration.value);
	if (problem !== undefined) throw new RangeError(`Expected \`${option}.value\` of ${name} ${problem}`);
	return declaration;
}

/** A text in a form may stand for a number, a boolean or an array. */
function parseValue(type: ParameterType, value: unknown): unknown {
	if (typeof value !== 'string' || type === 'string') return value;
	if (type === 'integer' && /^\s*-?\d+\s*$/.test(value)) return BigInt(value);
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}

/** What is wrong with a value, as `to be ..., got ...`; undefined when it is within the range. */
export function outOfRange({ min, max, step }: ParameterDescription, value: ParameterValue): string | undefined {
	if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
	if (min === undefined && max === undefined) return undefined;
	const range = `to be from ${min ?? '-Infinity'} to ${max ?? 'Infinity'}`;
	if (Number.isNaN(Number(value)) || (min !== undefined && value < min) || (max !== undefined && value > max)) {
		return `${range}, got ${show(value)}`;
	}
	if (!step || min === undefined || value === max) return undefined;
	const steps = (Number(value) - Number(min)) / Number(step);
	if (Math.abs(steps - Math.round(steps)) <= 1e-9 * Math.max(1, Math.abs(steps))) return undefined;
	return `${range} in steps of ${step}, got ${show(value)}`;
}

/** The rcl_interfaces/msg/ParameterDescriptor of a parameter. */
export function toDescriptorMessage(description: ParameterDescription): Message {
	const { name, type, readOnly, min, max, step = 0, constraints = '' } = description;
	const hasRange = min !== undefined || max !== undefined;
	const range = (least: number | bigint, most: number | bigint, big: (value: number | bigint) => unknown) =>
		hasRange ? [{ from_value: big(min ?? least), to_value: big(max ?? most), step: big(step) }] : [];
	return {
		name,
		type: parameterTypes.indexOf(type),
		description: description.description,
		additional_constraints: constraints,
		read_only: readOnly,
		floating_point_range: type === 'double' ? range(-Number.MAX_VALUE, Number.MAX_VALUE, Number) : [],
		integer_range: type === 'integer' ? range(-(2n ** 63n), 2n ** 63n - 1n, BigInt) : [],
	};
}

/** What a descriptor says. */
export function fromDescriptorMessage(message: Message): ParameterDescription {
	const ranges = [...(message.floating_point_range as Message[]), ...(message.integer_range as Message[])];
	const [range] = ranges;
	const bound = (name: string, value: unknown) => ({ [name]: plain(value as number | bigint) });
	return {
		name: message.name as string,
		type: parameterTypeOf(message.type),
		description: message.description as string,
		readOnly: message.read_only as boolean,
		...(range === undefined
			? {}
			: { ...bound('min', range.from_value), ...bound('max', range.to_value), ...bound('step', range.step) }),
		...(message.additional_constraints === '' ? {} : { constraints: message.additional_constraints as string }),
	};
}

function plain(value: number | bigint): number | bigint {
	return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
