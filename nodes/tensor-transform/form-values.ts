import type { Option } from '../../lib/transform/schema';

/**
 * The text that a form shows for an option, and back. What a text cannot be read as is kept as that text, so that the
 * check of the steps refuses it with the name of the option, and nothing that was typed is lost.
 */
export function toText(option: Option, value: unknown): string {
	if (value === undefined) return '';
	if (typeof value === 'string') return value;
	// A list of one is not a number for all: it keeps its brackets.
	if (option.kind === 'numbers' && Array.isArray(value) && value.length < 2) return JSON.stringify(value);
	if (option.kind !== 'json' && Array.isArray(value))
		return value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(', ');
	return JSON.stringify(value);
}

/** The value of an option from the text of its field; undefined when it is empty: then the option is left out. */
export function fromText(option: Option, text: string): unknown {
	const trimmed = text.trim();
	if (trimmed === '') return undefined;
	switch (option.kind) {
		case 'number':
			return readNumber(trimmed);
		case 'numbers':
			return readNumbers(trimmed, false);
		case 'number-list':
			return readNumbers(trimmed, true);
		case 'texts':
			// `position[0]` ends with a bracket too: only a pair around all of it is a list's.
			return (/^\[.*\]$/s.test(trimmed) ? trimmed.slice(1, -1) : trimmed)
				.split(/[,\n]/)
				.map((item) => item.trim().replace(/^(['"])(.*)\1$/, '$2'))
				.filter((item) => item !== '');
		case 'json':
			return readJson(trimmed);
		default:
			return trimmed;
	}
}

function readNumber(text: string): number | string {
	const value = Number(text);
	return Number.isNaN(value) ? text : value;
}

/** `0.25`, or `0.25, 0.25, 1`, with or without the brackets that Python and YAML write. */
function readNumbers(text: string, isAlwaysList: boolean): unknown {
	const isBracketed = /^\[.*\]$/s.test(text);
	if (!isAlwaysList && !isBracketed && !/[,\s]/.test(text)) return readNumber(text);
	const items = (isBracketed ? text.slice(1, -1) : text).split(/[,\s]+/).filter((item) => item !== '');
	return items.map(readNumber);
}

function readJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
