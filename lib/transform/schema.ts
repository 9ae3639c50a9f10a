import {
	checkArray,
	checkBoolean,
	checkChoice,
	checkNumber,
	checkObject,
	checkString,
	type NumberRange,
	show,
} from '../check';

/** What an option holds; the form of the editor has one kind of field for each. */
export type OptionKind =
	| 'number'
	/** One for all elements, or a list. */
	| 'numbers'
	| 'number-list'
	| 'text'
	| 'texts'
	| 'flag'
	| 'choice'
	/** Rows of options: `item` says which. */
	| 'rows'
	/** A list of steps of its own. */
	| 'steps'
	/** Any JSON value. */
	| 'json';

/**
 * One option of a step. The form in the editor, the check when the flow starts and the reference in the help are all
 * made from this.
 */
export interface Option<T = unknown> {
	readonly kind: OptionKind;
	/** What it does, in a sentence or two; `code` in backquotes. */
	readonly description: string;
	/** Whether a step without it is refused. */
	readonly required: boolean;
	/** What a step without it takes; undefined when it then does nothing, or is required. */
	readonly default?: unknown;
	readonly unit?: string | undefined;
	/** For numbers: each of them. */
	readonly range?: NumberRange;
	/** For a choice: each word and what it means. */
	readonly choices?: Readonly<Record<string, string>>;
	/** For rows: the options of a row. */
	readonly item?: Schema;
	/** The option counts only when another one has one of these values. */
	readonly when?: Readonly<Record<string, readonly string[]>> | undefined;
	/** What an example looks like, shown in the empty field. */
	readonly example?: string | undefined;
	/** Whether the form shows it at once though it may be left out. */
	readonly prominent?: boolean | undefined;
	/** The value, checked. @throws TypeError or RangeError that names the option. */
	parse(name: string, value: unknown): T;
}

export type Schema = Readonly<Record<string, Option>>;
/** The options that a schema parses to. */
export type OptionsOf<S extends Schema> = { readonly [K in keyof S]: S[K] extends Option<infer T> ? T : never };

interface Common {
	description: string;
	unit?: string;
	example?: string;
	prominent?: boolean;
	when?: Readonly<Record<string, readonly string[]>>;
}

interface WithDefault<T> extends Common {
	/** Without one the option is required. */
	default?: T;
}

function option<T>(
	kind: OptionKind,
	spec: WithDefault<unknown>,
	parse: (name: string, value: unknown) => T,
	more: Partial<Option> = {},
): Option<T> {
	return {
		kind,
		description: spec.description,
		required: spec.default === undefined,
		default: spec.default,
		unit: spec.unit,
		example: spec.example,
		prominent: spec.prominent,
		when: spec.when,
		...more,
		parse,
	};
}

/** An option that may be left out, without a default: it parses to undefined. */
export function optional<T>(inner: Option<T>): Option<T | undefined> {
	const parse = (name: string, value: unknown) => (value === undefined ? undefined : inner.parse(name, value));
	return { ...inner, required: false, parse };
}

/** A number. */
export function number(spec: WithDefault<number> & NumberRange): Option<number> {
	const range = rangeOf(spec);
	return option('number', spec, (name, value) => checkNumber(name, value, range), { range });
}

/** One number for all elements, or a list with one for each. */
export function numbers(
	spec: WithDefault<number | readonly number[]> & NumberRange,
): Option<number | readonly number[]> {
	const range = rangeOf(spec);
	const list = numberList(range);
	const parse = (name: string, value: unknown) =>
		Array.isArray(value) ? list(name, value) : checkNumber(name, value, range);
	return option('numbers', spec, parse, { range });
}

/** A list of numbers. */
export function numbersOnly(spec: WithDefault<readonly number[]> & NumberRange): Option<readonly number[]> {
	const range = rangeOf(spec);
	return option('number-list', spec, numberList(range), { range });
}

function numberList(range: NumberRange): (name: string, value: unknown) => number[] {
	return (name, value) =>
		checkArray(name, value, (itemName, item) => checkNumber(itemName, item, range), { minLength: 1 });
}

function rangeOf(spec: NumberRange & Common): NumberRange {
	const range: NumberRange = {};
	if (spec.min !== undefined) range.min = spec.min;
	if (spec.max !== undefined) range.max = spec.max;
	if (spec.above !== undefined) range.above = spec.above;
	if (spec.integer !== undefined) range.integer = spec.integer;
	if (spec.unit !== undefined) range.unit = spec.unit;
	return range;
}

/** A text; not empty. `check` may refuse it. */
export function text(spec: WithDefault<string> & { check?: (name: string, value: string) => void }): Option<string> {
	return option('text', spec, (name, value) => {
		const checked = checkString(name, value).trim();
		spec.check?.(name, checked);
		return checked;
	});
}

/** A list of texts, none of them empty; at least one. */
export function texts(
	spec: WithDefault<readonly string[]> & { check?: (name: string, value: string) => void },
): Option<readonly string[]> {
	return option('texts', spec, (name, value) =>
		checkArray(
			name,
			value,
			(itemName, item) => {
				const checked = checkString(itemName, item).trim();
				spec.check?.(itemName, checked);
				return checked;
			},
			{ minLength: 1 },
		),
	);
}

/** Yes or no. Default: no. */
export function flag(spec: Common & { default?: boolean }): Option<boolean> {
	return option('flag', { ...spec, default: spec.default ?? false }, checkBoolean);
}

/** One of some words, given with what each means. */
export function choice<const C extends Readonly<Record<string, string>>>(
	spec: WithDefault<keyof C & string> & { choices: C },
): Option<keyof C & string> {
	const words = Object.keys(spec.choices) as (keyof C & string)[];
	return option('choice', spec, (name, value) => checkChoice(name, value, words), { choices: spec.choices });
}

/** Rows, each an object of the same options; at least one. */
export function rows<S extends Schema>(
	spec: WithDefault<readonly object[]> & { item: S },
): Option<readonly OptionsOf<S>[]> {
	const parse = (name: string, value: unknown) =>
		checkArray(name, value, (itemName, item) => parseOptions(spec.item, item, `${itemName}.`, itemName), {
			minLength: 1,
		});
	return option('rows', spec, parse, { item: spec.item });
}

/** A list of steps of its own, which the step that has it compiles; may be empty. */
export function steps(spec: WithDefault<readonly object[]>): Option<readonly unknown[]> {
	return option('steps', spec, (name, value) => checkArray(name, value, (_itemName, item) => item));
}

/** Any JSON value that `check` takes. */
export function json<T>(spec: WithDefault<unknown> & { check: (name: string, value: unknown) => T }): Option<T> {
	return option('json', spec, spec.check);
}

/**
 * The options of an object by its schema. An option the schema does not have is refused: most are misspelt.
 * @param prefix what goes before an option's name in an error, such as `fields[2].`
 * @param name what to call the object in an error
 * @param known names the object may have besides those of the schema
 */
export function parseOptions<S extends Schema>(
	schema: S,
	value: unknown,
	prefix = '',
	name = 'step',
	known: readonly string[] = [],
): OptionsOf<S> {
	const given = checkObject(name, value);
	for (const key of Object.keys(given)) {
		if (Object.hasOwn(schema, key) || known.includes(key)) continue;
		const names = Object.keys(schema);
		const there = names.length > 0 ? `Its options are ${names.join(', ')}` : 'It has no options';
		throw new RangeError(`There is no option ${show(key)}${prefix ? ` in ${name}` : ''}. ${there}`);
	}
	const options: Record<string, unknown> = {};
	for (const [key, entry] of Object.entries(schema)) {
		const own = Object.hasOwn(given, key) ? given[key] : undefined;
		if (entry.required && own === undefined && applies(entry, schema, given)) {
			throw new TypeError(`\`${prefix}${key}\` is missing. ${firstSentence(entry.description)}`);
		}
		options[key] =
			own === undefined && entry.required ? undefined : entry.parse(`${prefix}${key}`, own ?? entry.default);
	}
	return options as OptionsOf<S>;
}

/** Whether an option counts, given the values of the others. */
export function applies(entry: Option, schema: Schema, given: Readonly<Record<string, unknown>>): boolean {
	return Object.entries(entry.when ?? {}).every(([other, values]) =>
		values.includes(String(given[other] ?? schema[other]?.default)),
	);
}

function firstSentence(description: string): string {
	const end = description.indexOf('. ');
	return end < 0 ? description : description.slice(0, end + 1);
}
