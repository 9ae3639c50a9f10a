/**
 * Checks of options at the edge. Each returns the value it was given, narrowed, or throws: TypeError for a wrong kind,
 * RangeError for a wrong value. The message names the option, what was expected with its unit, and what came.
 * Nothing here needs Node.js, so that the editor uses the same checks in the browser.
 */

/** A value as it is shown in an error: short, on one line, and told apart from a string of the same text. */
export function show(value: unknown): string {
	if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
	if (typeof value === 'bigint') return `${value}n`;
	if (typeof value === 'function') return 'a function';
	if (value === null || typeof value !== 'object') return String(value);
	if (Array.isArray(value)) return `an array of ${value.length}`;
	const tag = Object.prototype.toString.call(value).slice(8, -1);
	if (ArrayBuffer.isView(value) && 'length' in value) return `${tag} of ${value.length}`;
	return tag === 'Object' ? 'an object' : tag;
}

export interface NumberRange {
	/** Smallest allowed value. */
	min?: number;
	/** Largest allowed value. */
	max?: number;
	/** The value has to be larger than this. */
	above?: number;
	/** Whole numbers only. Default: false. */
	integer?: boolean;
	/** The unit, for the message: `Hz`, `s`, `ms`, `N m`. */
	unit?: string;
}

function describeRange(range: NumberRange): string {
	const parts: string[] = [];
	if (range.above !== undefined) parts.push(`> ${range.above}`);
	if (range.min !== undefined && range.max !== undefined) parts.push(`from ${range.min} to ${range.max}`);
	else if (range.min !== undefined) parts.push(`>= ${range.min}`);
	else if (range.max !== undefined) parts.push(`<= ${range.max}`);
	const unit = range.unit ? ` (${range.unit})` : '';
	return `${range.integer ? 'a whole number' : 'a number'}${parts.length > 0 ? ` ${parts.join(' and ')}` : ''}${unit}`;
}

/** A finite number within `range`. */
export function checkNumber(name: string, value: unknown, range: NumberRange = {}): number {
	const expected = () => `Expected \`${name}\` to be ${describeRange(range)}, got ${show(value)}`;
	if (typeof value !== 'number') throw new TypeError(expected());
	const outside =
		!Number.isFinite(value) ||
		(range.integer === true && !Number.isSafeInteger(value)) ||
		(range.above !== undefined && !(value > range.above)) ||
		(range.min !== undefined && value < range.min) ||
		(range.max !== undefined && value > range.max);
	if (outside) throw new RangeError(expected());
	return value;
}

/** A string; not empty unless `allowEmpty`. */
export function checkString(name: string, value: unknown, { allowEmpty = false } = {}): string {
	if (typeof value !== 'string') throw new TypeError(`Expected \`${name}\` to be a text, got ${show(value)}`);
	if (!allowEmpty && value.trim() === '') throw new RangeError(`Expected \`${name}\` to be a text, got an empty one`);
	return value;
}

/** true or false. */
export function checkBoolean(name: string, value: unknown): boolean {
	if (typeof value !== 'boolean') throw new TypeError(`Expected \`${name}\` to be true or false, got ${show(value)}`);
	return value;
}

/** One of a fixed list of words. */
export function checkChoice<const T extends string>(name: string, value: unknown, choices: readonly T[]): T {
	const expected = `Expected \`${name}\` to be one of ${choices.join(', ')}, got ${show(value)}`;
	if (typeof value !== 'string') throw new TypeError(expected);
	if (!(choices as readonly string[]).includes(value)) throw new RangeError(expected);
	return value as T;
}

/** An array, each item checked by `checkItem`, which is given the item's own name, such as `names[2]`. */
export function checkArray<T>(
	name: string,
	value: unknown,
	checkItem: (name: string, item: unknown) => T,
	{ minLength = 0 } = {},
): T[] {
	if (!Array.isArray(value)) throw new TypeError(`Expected \`${name}\` to be an array, got ${show(value)}`);
	if (value.length < minLength) {
		throw new RangeError(`Expected \`${name}\` to have at least ${minLength} items, got ${value.length}`);
	}
	return value.map((item, index) => checkItem(`${name}[${index}]`, item));
}

/** An object that is neither null nor an array nor a typed array. */
export function checkObject(name: string, value: unknown): Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
		throw new TypeError(`Expected \`${name}\` to be an object, got ${show(value)}`);
	}
	return value as Record<string, unknown>;
}

/** An error with a text of a few words (under 20 characters) for the status of a node. */
export class BriefError extends Error {
	override readonly name = 'BriefError';

	/**
	 * @param brief a few words, such as `model not found`
	 * @param message the whole: what was wrong, what was expected, what to do
	 */
	constructor(
		readonly brief: string,
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}
