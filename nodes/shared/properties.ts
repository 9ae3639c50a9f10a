import { checkBoolean, checkChoice, checkNumber, checkString, type NumberRange, show } from '../../lib/check';

/**
 * One property of a node: what the editor saves by default, and how the runtime reads it. The editor validates with
 * the same `parse`, so a form cannot accept what the runtime refuses.
 */
export interface Property<T> {
	/** What a new node has. */
	readonly value: unknown;
	/** The type of the configuration node that the property refers to. */
	readonly type?: string;
	/** From the saved value; throws TypeError or RangeError that names the property. */
	parse(name: string, value: unknown): T;
}

type Properties = Record<string, Property<unknown>>;
/** The options that a set of properties parses to. */
export type OptionsOf<P extends Properties> = { [K in keyof P]: P[K] extends Property<infer T> ? T : never };

/**
 * The options from a node's saved configuration. A property that is not there (a flow saved by an older version)
 * takes its default.
 */
export function parseProperties<P extends Properties>(properties: P, saved: object): OptionsOf<P> {
	const options: Record<string, unknown> = {};
	for (const [name, property] of Object.entries(properties)) {
		options[name] = property.parse(name, (saved as Record<string, unknown>)[name] ?? property.value);
	}
	return options as OptionsOf<P>;
}

/** Node-RED's `defaults` of the editor, from the same properties. */
export function editorDefaults(properties: Properties): Record<string, object> {
	const defaults: Record<string, object> = {};
	for (const [name, property] of Object.entries(properties)) {
		// The editor takes a text as a fault only from a validator of two parameters; one of a single parameter is of the
		// old kind, where any text counts as true.
		const validate = (value: unknown, _options?: unknown): true | string => {
			try {
				property.parse(name, value ?? property.value);
				return true;
			} catch (error) {
				return (error as Error).message;
			}
		};
		// A reference to a configuration node is validated by the editor itself: it knows whether that node exists.
		defaults[name] =
			property.type === undefined
				? { value: property.value, validate }
				: { value: property.value, type: property.type, required: true };
	}
	return defaults;
}

/** A text; `check` may narrow or refuse it. Without `check` it may be empty. */
export function text<T = string>(value: string, check?: (name: string, value: string) => T): Property<T> {
	return {
		value,
		parse: (name, saved) => {
			const string = checkString(name, saved, { allowEmpty: true }).trim();
			return check ? check(name, string) : (string as T);
		},
	};
}

/** A number. The editor saves text fields as strings, so those of digits are taken too. */
export function number(value: number, range: NumberRange = {}): Property<number> {
	return {
		value,
		parse: (name, saved) => {
			const isNumeric = typeof saved === 'string' && saved.trim() !== '';
			return checkNumber(name, isNumeric && !Number.isNaN(Number(saved)) ? Number(saved) : saved, range);
		},
	};
}

/** A number, or nothing: an empty field parses to undefined. */
export function optionalNumber(range: NumberRange = {}): Property<number | undefined> {
	const required = number(0, range);
	return {
		value: '',
		parse: (name, saved) => (saved === '' ? undefined : required.parse(name, saved)),
	};
}

/** A checkbox. */
export function boolean(value: boolean): Property<boolean> {
	return { value, parse: (name, saved) => checkBoolean(name, saved) };
}

/** One of a list of words. */
export function choice<const T extends string>(value: NoInfer<T>, choices: readonly T[]): Property<T> {
	return { value, parse: (name, saved) => checkChoice(name, saved, choices) };
}

/** The id of a configuration node of `type`. */
export function configNode(type: string): Property<string> {
	return {
		value: '',
		type,
		parse: (name, saved) => {
			if (typeof saved !== 'string' || saved === '') {
				throw new TypeError(`Expected \`${name}\` to be a ${type} node; open the node and choose one`);
			}
			return saved;
		},
	};
}

/** JSON: an array or object, saved as it is or as its text. */
export function json<T>(value: unknown, check: (name: string, value: unknown) => T): Property<T> {
	return {
		value,
		parse: (name, saved) => {
			if (typeof saved !== 'string') return check(name, saved);
			let parsed: unknown;
			try {
				parsed = JSON.parse(saved);
			} catch (error) {
				throw new RangeError(`Expected \`${name}\` to be JSON, got ${show(saved)}: ${(error as Error).message}`);
			}
			return check(name, parsed);
		},
	};
}
