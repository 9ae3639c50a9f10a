import { type FieldType, integerRanges, type PrimitiveName, type PrimitiveValue, showType } from './definition';

/** Characters that a default or constant may span with escapes: `'it\'s'`. */
const quoted = /^(["'])((?:\\.|(?!\1)[^\\])*)\1$/s;

/**
 * The value of a constant or of a default as interface files write it.
 * @throws RangeError that says what the type takes.
 */
export function parsePrimitive(type: PrimitiveName, text: string, stringBound?: number): PrimitiveValue {
	const wrong = (expected: string) => new RangeError(`Expected ${expected} as a value of ${type}, got ${text}`);
	if (type === 'bool') {
		if (/^(true|1)$/i.test(text)) return true;
		if (/^(false|0)$/i.test(text)) return false;
		throw wrong('true or false');
	}
	if (type === 'string' || type === 'wstring') {
		const match = quoted.exec(text);
		const value = match ? match[2]!.replaceAll(`\\${match[1]}`, match[1]!) : text;
		if (stringBound !== undefined && value.length > stringBound) {
			throw wrong(`at most ${stringBound} characters`);
		}
		return value;
	}
	if (type === 'float32' || type === 'float64') {
		const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(text);
		if (special) {
			const value = /^n/i.test(special[2]!) ? Number.NaN : Number.POSITIVE_INFINITY;
			return special[1] === '-' ? -value : value;
		}
		if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw wrong('a number');
		return Number(text);
	}
	const [min, max] = integerRanges[type]!;
	const match = /^([+-]?)(\d+|0x[\da-f]+|0b[01]+|0o[0-7]+)$/i.exec(text);
	if (!match) throw wrong('a whole number');
	const magnitude = BigInt(match[2]!);
	const value = match[1] === '-' ? -magnitude : magnitude;
	if (value < min || value > max) throw wrong(`a whole number from ${min} to ${max}`);
	return type === 'int64' || type === 'uint64' ? value : Number(value);
}

/**
 * A field's default: one value, or `[a, b, c]` for an array.
 * @throws RangeError
 */
export function parseDefault(type: FieldType, text: string): PrimitiveValue | PrimitiveValue[] {
	const base = type.base as PrimitiveName;
	if (!type.array) return parsePrimitive(base, text, type.stringBound);
	if (!text.startsWith('[') || !text.endsWith(']')) {
		throw new RangeError(`Expected the default of ${showType(type)} as [value, value, ...], got ${text}`);
	}
	const values = splitElements(text.slice(1, -1)).map((item) => parsePrimitive(base, item, type.stringBound));
	if (type.array.kind === 'fixed' && values.length !== type.array.size) {
		throw new RangeError(
			`Expected ${type.array.size} values as the default of ${showType(type)}, got ${values.length}`,
		);
	}
	if (type.array.kind === 'bounded' && values.length > type.array.size) {
		throw new RangeError(
			`Expected at most ${type.array.size} values as the default of ${showType(type)}, got ${values.length}`,
		);
	}
	return values;
}

/** Splits at the commas that stand outside of quotes. */
function splitElements(text: string): string[] {
	if (text.trim() === '') return [];
	const elements = text.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^,"'])+/g) ?? [];
	return elements.map((element) => element.trim());
}
