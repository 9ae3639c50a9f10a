import {
	type Constant,
	type Definition,
	type Field,
	type FieldType,
	isPrimitive,
	type PrimitiveName,
	primitiveNames,
} from './definition';
import { parseDefault, parsePrimitive } from './parse-value';

/** A name that interface files allow for a package and for a field. */
const lowerName = /^(?!.*__)(?!.*_$)[a-z][a-z0-9_]*$/;
const messageName = /^[A-Z][A-Za-z0-9]*$/;
const constantName = /^[A-Z]([A-Z0-9_]?[A-Z0-9]+)*$/;
/** Tools that record messages put the definitions of nested types below such a line. */
const appendixLine = /^={20,}$/;

/** An interface file that cannot be read; the message names file and line. */
export class DefinitionError extends Error {
	override readonly name = 'DefinitionError';
}

/**
 * The structures in the text of an interface file: one for a .msg, two for a .srv (request, response), three for an
 * .action (goal, result, feedback).
 * @param packageName the package that unqualified types belong to
 * @param file what to call the text in an error
 * @see https://docs.ros.org/en/jazzy/Concepts/Basic/About-Interfaces.html
 * @throws DefinitionError that names file and line, what was expected and what came.
 */
export function parseDefinitions(
	text: string,
	packageName: string,
	names: readonly string[],
	file: string,
): Definition[] {
	const parts: { fields: Field[]; constants: Constant[]; used: Set<string> }[] = [];
	const begin = () => parts.push({ fields: [], constants: [], used: new Set() });
	begin();
	const lines = text.split(/\r?\n/);
	for (const [index, raw] of lines.entries()) {
		const line = raw.replaceAll('\t', ' ').split('#', 1)[0]!.trim();
		if (line === '') continue;
		if (appendixLine.test(line)) break;
		try {
			if (line === '---') {
				begin();
				if (parts.length > names.length) {
					throw new RangeError(`Expected ${names.length - 1} lines of --- in the file, got one more`);
				}
				continue;
			}
			const part = parts.at(-1)!;
			const item = parseLine(line, packageName);
			if (part.used.has(item.name)) {
				throw new RangeError(`Expected each name once, got ${item.name} a second time; rename one`);
			}
			part.used.add(item.name);
			if ('value' in item) part.constants.push(item);
			else part.fields.push(item);
		} catch (error) {
			throw new DefinitionError(`${file}:${index + 1}: ${(error as Error).message}`, { cause: error });
		}
	}
	if (parts.length !== names.length) {
		throw new DefinitionError(
			`${file}:${lines.length}: Expected ${names.length} parts with a line of --- between them, got ${parts.length}`,
		);
	}
	return parts.map(({ fields, constants }, index) => ({ name: names[index]!, fields, constants }));
}

function parseLine(line: string, packageName: string): Field | Constant {
	const space = line.indexOf(' ');
	if (space < 0) throw new RangeError(`Expected a type and a name, got ${line}`);
	const typeText = line.slice(0, space);
	const rest = line.slice(space + 1).trim();
	const type = parseType(typeText, packageName);
	// A default may hold a `=` inside of a string; a constant has its `=` right after the name.
	const constant = /^([^\s=]+)\s*=(.*)$/s.exec(rest);
	if (constant) return parseConstant(type, typeText, constant[1]!, constant[2]!.trim());
	const [, name, text] = /^(\S+)\s*(.*)$/s.exec(rest)!;
	if (!lowerName.test(name!)) {
		throw new RangeError(
			`Expected a field name of lower case letters, digits and single underscores that starts with a letter, got ${name}`,
		);
	}
	if (text === '') return { name: name!, type };
	if (!isPrimitive(type.base)) {
		throw new RangeError(`Expected no default after ${name}, since ${type.base} is no primitive type, got ${text}`);
	}
	return { name: name!, type, default: parseDefault(type, text!) };
}

function parseConstant(type: FieldType, typeText: string, name: string, text: string): Constant {
	if (!isPrimitive(type.base) || type.array) {
		throw new RangeError(`Expected a primitive type for the constant ${name}, got ${typeText}`);
	}
	if (!constantName.test(name)) {
		throw new RangeError(
			`Expected a constant name of upper case letters, digits and single underscores, got ${name}; a default is written without =`,
		);
	}
	return { name, type: type.base, value: parsePrimitive(type.base, text, type.stringBound) };
}

function parseType(text: string, packageName: string): FieldType {
	const [, element, brackets] = /^([^[\]]+)(?:\[([^[\]]*)\])?$/.exec(text) ?? [];
	if (element === undefined)
		throw new RangeError(`Expected a type such as float64, string<=10 or Point[4], got ${text}`);
	const array = brackets === undefined ? undefined : parseBrackets(brackets, text);
	const [, base, bound] = /^(w?string)<=(.*)$/.exec(element) ?? [];
	if (base !== undefined) {
		const stringBound = wholeNumber(bound!, `the largest length of the string type ${text}`);
		return array ? { base, stringBound, array } : { base, stringBound };
	}
	const full = primitiveNames.has(element) ? element : fullTypeName(element, packageName);
	return array ? { base: full, array } : { base: full };
}

function parseBrackets(text: string, whole: string): NonNullable<FieldType['array']> {
	if (text === '') return { kind: 'unbounded' };
	const bounded = text.startsWith('<=');
	const size = wholeNumber(bounded ? text.slice(2) : text, `the size of the array type ${whole}`);
	return bounded ? { kind: 'bounded', size } : { kind: 'fixed', size };
}

function wholeNumber(text: string, what: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < 1 || value > 0xffffffff) {
		throw new RangeError(`Expected ${what} to be a whole number from 1 to 4294967295, got ${text || 'nothing'}`);
	}
	return value;
}

function fullTypeName(text: string, packageName: string): PrimitiveName | string {
	const parts = text.split('/');
	const name = parts.at(-1)!;
	const owner = parts.length === 1 ? packageName : parts[0]!;
	const fits =
		(parts.length < 3 || (parts.length === 3 && parts[1] === 'msg')) && lowerName.test(owner) && messageName.test(name);
	if (!fits) {
		throw new RangeError(
			`Expected one of ${[...primitiveNames].join(', ')} or a message type such as geometry_msgs/Point, got ${text}`,
		);
	}
	return `${owner}/msg/${name}`;
}
