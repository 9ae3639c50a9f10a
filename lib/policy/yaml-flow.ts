/** Scalars and flow collections of YAML: what stands on one line, or in brackets. */

/**
 * The value of a text such as `0.5`, `[1, 2]`, `{a: b}`, `'text'`, `*alias`.
 * @param line for errors
 * @throws RangeError when it is none.
 */
export function parseFlow(text: string, line: number, anchors: ReadonlyMap<string, unknown>): unknown {
	const flow = new Flow(text, line, anchors);
	const value = flow.value('');
	flow.end();
	return value;
}

const deepest = 64;

class Flow {
	#at = 0;
	#depth = 0;

	constructor(
		private readonly text: string,
		private readonly line: number,
		private readonly anchors: ReadonlyMap<string, unknown>,
	) {}

	/** @param stop letters that end a plain scalar */
	value(stop: string): unknown {
		this.#tags();
		const letter = this.text[this.#at];
		if (letter === '[' || letter === '{') {
			if (++this.#depth > deepest) throw this.#wrong();
			const collection = letter === '[' ? this.#list() : this.#mapping();
			this.#depth--;
			return collection;
		}
		if (letter === '"' || letter === "'") return this.#quoted(letter);
		return this.#plain(stop);
	}

	end(): void {
		this.#space();
		if (this.#at < this.text.length) throw this.#wrong();
	}

	#list(): unknown[] {
		const items: unknown[] = [];
		this.#at++;
		for (this.#space(); this.text[this.#at] !== ']'; this.#space()) {
			items.push(this.value(',]'));
			this.#comma(']');
		}
		this.#at++;
		return items;
	}

	#mapping(): Record<string, unknown> {
		const mapping: Record<string, unknown> = {};
		this.#at++;
		for (this.#space(); this.text[this.#at] !== '}'; this.#space()) {
			const key = this.#key();
			if (key === '__proto__') throw this.#wrong();
			this.#space();
			if (this.text[this.#at] === ':') {
				this.#at++;
				mapping[key] = this.value(',}');
			} else {
				mapping[key] = null;
			}
			this.#comma('}');
		}
		this.#at++;
		return mapping;
	}

	#key(): string {
		const letter = this.text[this.#at];
		if (letter === '"' || letter === "'") return this.#quoted(letter);
		const start = this.#at;
		while (this.#at < this.text.length && !':,}'.includes(this.text[this.#at] as string)) this.#at++;
		return this.text.slice(start, this.#at).trim();
	}

	#comma(close: string): void {
		this.#space();
		if (this.text[this.#at] === ',') this.#at++;
		else if (this.text[this.#at] !== close) throw this.#wrong();
	}

	#quoted(quote: string): string {
		let text = '';
		for (this.#at++; this.#at < this.text.length; this.#at++) {
			const letter = this.text[this.#at] as string;
			if (letter === '\\' && quote === '"') {
				text += escapes[this.text[++this.#at] as string] ?? this.text[this.#at] ?? '';
			} else if (letter !== quote) {
				text += letter;
			} else if (quote === "'" && this.text[this.#at + 1] === "'") {
				text += letter;
				this.#at++;
			} else {
				this.#at++;
				return text;
			}
		}
		throw this.#wrong();
	}

	#plain(stop: string): unknown {
		const start = this.#at;
		while (this.#at < this.text.length && !stop.includes(this.text[this.#at] as string)) this.#at++;
		if (stop !== '' && this.#at >= this.text.length) throw this.#wrong();
		const text = this.text.slice(start, this.#at).trim();
		if (text.startsWith('*')) {
			if (!this.anchors.has(text.slice(1))) throw this.#wrong();
			return this.anchors.get(text.slice(1));
		}
		return scalar(text);
	}

	/** Tags and anchors before a value; they change nothing here. */
	#tags(): void {
		this.#space();
		const tags = /(?:[!&][^\s,[\]{}]*\s*)*/y;
		tags.lastIndex = this.#at;
		this.#at += tags.exec(this.text)?.[0].length ?? 0;
	}

	#space(): void {
		while (this.#at < this.text.length && /\s/.test(this.text[this.#at] as string)) this.#at++;
		if (this.#depth > 0 && this.#at >= this.text.length) throw this.#wrong();
	}

	#wrong(): RangeError {
		return new RangeError(`Expected a YAML value in line ${this.line}, got ${JSON.stringify(this.text.slice(0, 60))}`);
	}
}

const escapes: Record<string, string> = {
	n: '\n',
	t: '\t',
	r: '\r',
	'0': '\0',
	'"': '"',
	'\\': '\\',
	'/': '/',
	' ': ' ',
};

function scalar(text: string): unknown {
	if (/^(|~|null|Null|NULL)$/.test(text)) return null;
	if (/^(true|True|TRUE|yes|Yes|on|On)$/.test(text)) return true;
	if (/^(false|False|FALSE|no|No|off|Off)$/.test(text)) return false;
	if (/^[+-]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text.replaceAll('_', ''));
	const special = /^([+-]?)\.(inf|Inf|INF|nan|NaN|NAN)$/.exec(text);
	if (special) return /nan/i.test(special[2] as string) ? Number.NaN : Number(`${special[1]}Infinity`);
	return text;
}
