import type { Option, Schema } from './schema';
import type { AnyStep } from './step';

/** The reference of steps as HTML, made from their schemas: a heading for each group, a list of options per step. */
export function referenceHtml(steps: readonly AnyStep[]): string {
	const groups = [...new Set(steps.map(({ group }) => group))];
	return groups
		.map((group) => {
			const members = steps.filter((step) => step.group === group).map(stepHtml);
			return `<h4>${escapeHtml(group)}</h4>\n${members.join('\n')}`;
		})
		.join('\n');
}

function stepHtml(step: AnyStep): string {
	const formula = step.formula === undefined ? '' : ` <code>${escapeHtml(step.formula)}</code>`;
	const kinds = step.takes === 'any' ? `message or tensor → ${step.gives}` : `${step.takes} → ${step.gives}`;
	return `<p><b>${escapeHtml(step.title)}</b> (<code>${step.name}</code>, ${kinds}). ${prose(step.help)}${formula}</p>\n${optionsHtml(step.options)}`;
}

function optionsHtml(options: Schema): string {
	const entries = Object.entries(options);
	if (entries.length === 0) return '';
	const list = entries.map(
		([name, option]) =>
			`<dt>${name} <span class="property-type">${escapeHtml(kindText(option))}</span></dt>\n<dd>${optionHtml(option)}</dd>`,
	);
	return `<dl class="message-properties">\n${list.join('\n')}\n</dl>`;
}

function optionHtml(option: Option): string {
	const parts = [prose(option.description)];
	if (option.choices !== undefined) {
		const words = Object.entries(option.choices).map(([word, meaning]) => `<code>${word}</code>: ${prose(meaning)}`);
		parts.push(`${words.join('; ')}.`);
	}
	const limits = rangeText(option);
	if (limits !== '') parts.push(`${escapeHtml(limits)}.`);
	const conditions = Object.entries(option.when ?? {}).map(
		([other, values]) => `<code>${other}</code> ${values.map((value) => `<code>${value}</code>`).join(' or ')}`,
	);
	if (conditions.length > 0) parts.push(`With ${conditions.join(' and ')}.`);
	parts.push(option.required ? 'Required.' : defaultText(option));
	const inner = option.item === undefined ? '' : `\n${optionsHtml(option.item)}`;
	return `${parts.filter((part) => part !== '').join(' ')}${inner}`;
}

function defaultText(option: Option): string {
	if (option.default === undefined) return '';
	return `Default: <code>${escapeHtml(typeof option.default === 'string' ? option.default : JSON.stringify(option.default))}</code>.`;
}

/** `>= 0 s`, `whole number from 0 to 10`; empty when any number will do. */
export function rangeText({ range, unit }: Option): string {
	if (range === undefined) return unit ?? '';
	const parts: string[] = [];
	if (range.integer) parts.push('whole number');
	if (range.above !== undefined) parts.push(`> ${range.above}`);
	if (range.min !== undefined && range.max !== undefined) parts.push(`from ${range.min} to ${range.max}`);
	else if (range.min !== undefined) parts.push(`>= ${range.min}`);
	else if (range.max !== undefined) parts.push(`<= ${range.max}`);
	if (unit !== undefined) parts.push(unit);
	return parts.join(' ');
}

/** What kind of value an option takes, in words. */
export function kindText({ kind, range }: Option): string {
	const whole = range?.integer ? 'whole ' : '';
	switch (kind) {
		case 'number':
			return `${whole}number`;
		case 'numbers':
			return `${whole}number or list`;
		case 'number-list':
			return `list of ${whole}numbers`;
		case 'texts':
			return 'list of texts';
		case 'flag':
			return 'yes or no';
		case 'choice':
			return 'choice';
		case 'rows':
			return 'rows';
		case 'steps':
			return 'steps';
		case 'json':
			return 'JSON';
		default:
			return 'text';
	}
}

/** Text with `code` in backquotes, as HTML. */
export function prose(text: string): string {
	return escapeHtml(text).replace(/`([^`]*)`/g, '<code>$1</code>');
}

/** Text without meaning to HTML. */
export function escapeHtml(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
