import { show } from '../../check';
import type { Message } from '../types/registry';

/** The kinds of parameters, by the numbers of rcl_interfaces/msg/ParameterType. */
export const parameterTypes = [
	'not_set',
	'bool',
	'integer',
	'double',
	'string',
	'byte_array',
	'bool_array',
	'integer_array',
	'double_array',
	'string_array',
] as const;

export type ParameterType = (typeof parameterTypes)[number];

/**
 * A value in plain JavaScript: an integer is a number where that is exact and a BigInt elsewhere, an array of bytes is a
 * Buffer, any other array a plain one. null is no value.
 */
export type ParameterValue =
	| null
	| boolean
	| number
	| bigint
	| string
	| Buffer
	| (boolean | number | bigint | string)[];

const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The kind of a number; what is no number of a kind is not_set. */
export function parameterTypeOf(number: unknown): ParameterType {
	return parameterTypes[Number(number)] ?? 'not_set';
}

/** The value in an rcl_interfaces/msg/ParameterValue. */
export function fromValueMessage(message: Message): ParameterValue {
	const type = parameterTypeOf(message.type);
	if (type === 'not_set') return null;
	const value = message[`${type}_value`];
	if (typeof value === 'bigint') return plainInteger(value);
	if (type === 'byte_array') return value as Buffer;
	if (!type.endsWith('_array')) return value as ParameterValue;
	return Array.from(value as Iterable<boolean | number | bigint | string>, (item) =>
		typeof item === 'bigint' ? plainInteger(item) : item,
	);
}

/** The rcl_interfaces/msg/ParameterValue of a value. @throws TypeError or RangeError that names the parameter */
export function toValueMessage(name: string, type: ParameterType, value: unknown): Message {
	const number = parameterTypes.indexOf(type);
	return type === 'not_set' ? { type: 0 } : { type: number, [`${type}_value`]: checkValue(name, type, value) };
}

/**
 * A value of a kind, in plain JavaScript. A whole number is a double too.
 * @throws TypeError or RangeError that names the parameter
 */
export function checkValue(name: string, type: ParameterType, value: unknown): ParameterValue {
	if (type === 'not_set') return null;
	if (type === 'byte_array') return checkBytes(name, value);
	if (!type.endsWith('_array')) return checkOne(name, type, value);
	if (!isList(value)) throw new TypeError(expected(name, type, value));
	const item = type.slice(0, -'_array'.length) as ParameterType;
	return Array.from(value as ArrayLike<unknown>, (one, index) => checkOne(`${name}[${index}]`, item, one)) as never;
}

/**
 * The kind that a value has by itself, for parameters whose kind is not known: a whole number is an integer.
 * @throws TypeError that names the parameter when it has none
 */
export function inferType(name: string, value: unknown): ParameterType {
	if (value === null) return 'not_set';
	if (typeof value === 'boolean') return 'bool';
	if (typeof value === 'string') return 'string';
	if (typeof value === 'bigint' || Number.isSafeInteger(value)) return 'integer';
	if (typeof value === 'number') return 'double';
	if (tagOf(value) === 'Uint8Array') return 'byte_array';
	if (isList(value) && (value as ArrayLike<unknown>).length > 0) {
		if (/^Float/.test(tagOf(value))) return 'double_array';
		const kinds = new Set(
			Array.from(value as ArrayLike<unknown>, (item, index) => inferType(`${name}[${index}]`, item)),
		);
		if (kinds.size === 2 && kinds.has('integer') && kinds.has('double')) return 'double_array';
		const [only] = kinds;
		if (kinds.size === 1 && /^(bool|integer|double|string)$/.test(only as string))
			return `${only}_array` as ParameterType;
	}
	throw new TypeError(
		`Expected \`${name}\` to be a boolean, number, text or an array of one of these that is not empty, got ${show(value)}`,
	);
}

function checkOne(name: string, type: ParameterType, value: unknown): boolean | number | bigint | string {
	switch (type) {
		case 'bool':
			if (typeof value === 'boolean') return value;
			break;
		case 'string':
			if (typeof value === 'string') return value;
			break;
		case 'double':
			if (typeof value === 'number') return value;
			break;
		case 'integer':
			if (typeof value === 'bigint' && value >= least && value <= most) return plainInteger(value);
			if (Number.isSafeInteger(value)) return value as number;
			// JSON has no larger integers than those of a number.
			if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return checkOne(name, type, BigInt(value));
			if (typeof value === 'number' || typeof value === 'bigint') throw new RangeError(expected(name, type, value));
			break;
		default:
	}
	throw new TypeError(expected(name, type, value));
}

function checkBytes(name: string, value: unknown): Buffer {
	if (tagOf(value) === 'Uint8Array') {
		const { buffer, byteOffset, byteLength } = value as Uint8Array;
		return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
	}
	if (!isList(value)) throw new TypeError(expected(name, 'byte_array', value));
	const items = Array.from(value as ArrayLike<unknown>);
	const wrong = items.find((item) => !Number.isInteger(item) || (item as number) < 0 || (item as number) > 255);
	if (wrong !== undefined)
		throw new RangeError(`Expected the bytes of \`${name}\` to be from 0 to 255, got ${show(wrong)}`);
	return Buffer.from(items as number[]);
}

const descriptions: Readonly<Record<ParameterType, string>> = {
	not_set: 'nothing',
	bool: 'true or false',
	integer: 'a whole number from -2^63 to 2^63 - 1',
	double: 'a number',
	string: 'a text',
	byte_array: 'a Buffer or an array of bytes',
	bool_array: 'an array of true and false',
	integer_array: 'an array of whole numbers',
	double_array: 'an array of numbers',
	string_array: 'an array of texts',
};

function expected(name: string, type: ParameterType, value: unknown): string {
	return `Expected \`${name}\` to be ${descriptions[type]}, since it is of type ${type}, got ${show(value)}`;
}

/** Arrays and typed arrays, those of function nodes too, which come from another realm. */
function isList(value: unknown): boolean {
	return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

function tagOf(value: unknown): string {
	return Object.prototype.toString.call(value).slice(8, -1);
}

function plainInteger(value: bigint): number | bigint {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : value;
}
