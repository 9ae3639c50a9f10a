import { checkString } from '../check';
import { parseFlow } from './yaml-flow';

/**
 * The part of YAML 1.1 that trainers write: block and flow mappings and sequences, plain and quoted scalars, literal and
 * folded blocks, comments, anchors and aliases. Tags are read over, never acted upon: `!!python/object/apply:...` gives
 * the data below it and nothing is called. https://yaml.org/spec/1.1/
 */
interface Line {
	indent: number;
	text: string;
	readonly number: number;
}

/** Longest text and deepest nesting that is read; real contracts have some 20 kB and 6 levels. */
const longest = 4_000_000;
const deepest = 64;

const keyPattern =
	/^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:[\]{},"'&*!|>%@`-][^#:]*?|-[^\s#:][^#:]*?|[^\s#:[\]{},"'&*!|>%@`-](?:[^:]|:(?=\S))*?):(?:\s+(.*))?$/s;

/**
 * The value of a YAML text.
 * @throws RangeError with the line where it is not YAML, or not of the part that is read.
 */
export function parseYaml(text: string): unknown {
	checkString('text', text);
	if (text.length > longest) throw new RangeError(`Expected at most ${longest} characters of YAML, got ${text.length}`);
	return new Parser(linesOf(text)).document();
}

/** Lines that say something, without comments. */
function linesOf(text: string): Line[] {
	const lines: Line[] = [];
	for (const [index, raw] of text.split(/\r?\n/).entries()) {
		if (/^(---|\.\.\.|%YAML|%TAG)/.test(raw)) continue;
		const content = withoutComment(raw).trimEnd();
		const trimmed = content.trimStart();
		if (trimmed === '') continue;
		if (/^ *\t/.test(raw) && !/^[\s\]},]*$/.test(trimmed[0] as string) && /^\t/.test(raw)) {
			throw new RangeError(`Expected spaces before the text of line ${index + 1} of the YAML, got a tab`);
		}
		lines.push({ indent: content.length - trimmed.length, text: trimmed, number: index + 1 });
	}
	return lines;
}

/** Calls `visit` for each letter outside of quotes, until it gives true; gives whether a quote is left open. */
function outsideQuotes(text: string, visit: (letter: string, index: number) => boolean | undefined): boolean {
	let quote = '';
	for (let i = 0; i < text.length; i++) {
		const letter = text[i] as string;
		if (quote === '"' && letter === '\\') i++;
		else if (quote === "'" && letter === "'" && text[i + 1] === "'") i++;
		else if (quote !== '') quote = letter === quote ? '' : quote;
		// A quote within a plain text is but a letter.
		else if ((letter === '"' || letter === "'") && /(^|[[{,]|(^|\s)-\s|:\s|["']:|[!&]\S*\s)\s*$/.test(text.slice(0, i)))
			quote = letter;
		else if (visit(letter, i)) return false;
	}
	return quote !== '';
}

function withoutComment(line: string): string {
	let end = line.length;
	outsideQuotes(line, (letter, i) => {
		if (letter !== '#' || (i > 0 && !/\s/.test(line[i - 1] as string))) return undefined;
		end = i;
		return true;
	});
	return line.slice(0, end);
}

class Parser {
	readonly #lines: Line[];
	readonly #anchors = new Map<string, unknown>();
	#at = 0;
	#depth = 0;

	constructor(lines: Line[]) {
		this.#lines = lines;
	}

	document(): unknown {
		const first = this.#lines[0];
		if (first === undefined) return null;
		const value = this.#block(first.indent);
		const rest = this.#lines[this.#at];
		if (rest) throw this.#wrong(rest);
		return value;
	}

	#block(indent: number): unknown {
		if (++this.#depth > deepest) throw new RangeError(`Expected YAML nested at most ${deepest} deep`);
		const line = this.#lines[this.#at] as Line;
		let value: unknown;
		if (isItem(line)) value = this.#sequence(indent);
		else if (keyPattern.test(line.text)) value = this.#mapping(indent);
		else {
			this.#at++;
			value = this.#value(line.text, indent - 1, line);
		}
		this.#depth--;
		return value;
	}

	#sequence(indent: number): unknown[] {
		const items: unknown[] = [];
		for (
			let line = this.#lines[this.#at];
			line && line.indent === indent && isItem(line);
			line = this.#lines[this.#at]
		) {
			const rest = line.text.slice(1).trimStart();
			if (rest !== '' && (isItem({ ...line, text: rest }) || keyPattern.test(rest))) {
				// What stands behind the dash is a block of its own, as if it stood on a line of its own.
				line.indent += line.text.length - rest.length;
				line.text = rest;
				items.push(this.#block(line.indent));
			} else {
				this.#at++;
				items.push(this.#value(rest, indent, line));
			}
		}
		return items;
	}

	#mapping(indent: number): Record<string, unknown> {
		const mapping: Record<string, unknown> = {};
		for (
			let line = this.#lines[this.#at];
			line && line.indent === indent && !isItem(line);
			line = this.#lines[this.#at]
		) {
			const found = keyPattern.exec(line.text);
			if (!found) throw this.#wrong(line);
			const key = keyOf(found[1] as string, line.number);
			if (key === '__proto__' || Object.hasOwn(mapping, key)) {
				throw new RangeError(`Expected each key once, got ${JSON.stringify(key)} in line ${line.number} of the YAML`);
			}
			this.#at++;
			mapping[key] = this.#value(found[2] ?? '', indent, line, true);
		}
		const next = this.#lines[this.#at];
		if (next && next.indent > indent) throw this.#wrong(next);
		return mapping;
	}

	/** A value that begins with `text` behind a key or a dash; lines that are further in may belong to it. */
	#value(text: string, indent: number, line: Line, isOfKey = false): unknown {
		const tagged = /^((?:[!&][^\s,\]}]*\s*)+)(.*)$/s.exec(text);
		const anchor = /&(\S+)/.exec(tagged?.[1] ?? '')?.[1];
		const value = this.#untagged(tagged ? (tagged[2] as string) : text, indent, line, isOfKey);
		if (anchor !== undefined) this.#anchors.set(anchor, value);
		return value;
	}

	#untagged(text: string, indent: number, line: Line, isOfKey: boolean): unknown {
		const next = this.#lines[this.#at];
		if (text === '') {
			if (next && (next.indent > indent || (isOfKey && next.indent === indent && isItem(next))))
				return this.#block(next.indent);
			return null;
		}
		if (/^[|>][+-]?\d?$/.test(text)) return this.#rest(indent).join(text.startsWith('|') ? '\n' : ' ');
		let whole = text;
		while (!isComplete(whole)) {
			const more = this.#lines[this.#at++];
			if (more === undefined) throw new RangeError(`Expected the value of line ${line.number} of the YAML to end`);
			whole += ` ${more.text}`;
		}
		if (/^[[{"']/.test(whole)) return parseFlow(whole, line.number, this.#anchors);
		// A plain text may go on further in; a key there is one that is indented wrongly.
		const more = this.#lines[this.#at];
		if (more && more.indent > indent && keyPattern.test(more.text)) throw this.#wrong(more);
		whole = [whole, ...this.#rest(indent)].join(' ');
		return parseFlow(whole, line.number, this.#anchors);
	}

	#rest(indent: number): string[] {
		const texts: string[] = [];
		for (let line = this.#lines[this.#at]; line && line.indent > indent; line = this.#lines[this.#at]) {
			texts.push(line.text);
			this.#at++;
		}
		return texts;
	}

	#wrong(line: Line): RangeError {
		return new RangeError(`Expected YAML, got line ${line.number}: ${JSON.stringify(line.text.slice(0, 60))}`);
	}
}

/** A key as it is written, or what is in its quotes. */
function keyOf(text: string, line: number): string {
	return /^["']/.test(text) ? String(parseFlow(text, line, new Map())) : text.trim();
}

function isItem({ text }: { readonly text: string }): boolean {
	return text === '-' || text.startsWith('- ');
}

/** Whether all brackets and quotes are closed. */
function isComplete(text: string): boolean {
	const isQuoted = text.startsWith('"') || text.startsWith("'");
	if (!isQuoted && !/^[[{]/.test(text)) return true;
	let open = 0;
	const isQuoteOpen = outsideQuotes(text, (letter) => {
		if (letter === '[' || letter === '{') open++;
		else if (letter === ']' || letter === '}') open--;
		return undefined;
	});
	return open <= 0 && !isQuoteOpen;
}
