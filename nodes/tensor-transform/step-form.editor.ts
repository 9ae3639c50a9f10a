import { kindText, prose, rangeText } from '../../lib/transform/reference';
import { applies, type Option, type Schema } from '../../lib/transform/schema';
import { fromText, toText } from './form-values';

/** A translated text of the node's catalogue. */
export type Translate = (key: string, values?: Record<string, unknown>) => string;

/** What a form shares with those inside it. */
export interface FormContext {
	readonly translate: Translate;
	/** Called when anything was changed. */
	changed(): void;
	/** Makes the list of a `steps` option. */
	makeSteps(container: JQuery, steps: readonly unknown[]): StepsField;
}

/** A list of steps within a form. */
export interface StepsField {
	read(): unknown[];
	/** Shows an error, that begins with the step, where it belongs; false when no step is it. Empty: none. */
	showError(message: string): boolean;
}

/** The fields of a schema. */
export interface Form {
	/** The options as they are in the form; those that are empty or at their default are left out. */
	read(): Record<string, unknown>;
	/** Shows an error that belongs to a part of the form; false when it belongs to the whole. */
	showError(message: string): boolean;
}

interface Field {
	readonly name: string;
	readonly option: Option;
	readonly row: JQuery;
	read(): unknown;
	showError?(message: string): boolean;
}

/**
 * Makes the fields of a schema. What is required or set is shown; the rest waits behind "more options".
 * @param given the options as saved
 */
export function makeForm(
	container: JQuery,
	schema: Schema,
	given: Record<string, unknown>,
	context: FormContext,
): Form {
	const fields: Field[] = [];
	const more = $('<div class="tensor-transform-more">').hide();
	const entries = Object.entries(schema);
	for (const [name, option] of entries) {
		const isPlain = option.required || option.prominent === true || given[name] !== undefined;
		fields.push(makeField(isPlain ? container : more, name, option, given[name], form));
	}
	const hidden = more.children().length;
	if (hidden > 0) {
		const link = $('<a href="#" class="tensor-transform-more-link">').text(
			context.translate('tensor-transform.form.more', { count: hidden }),
		);
		link.on('click', (event) => {
			event.preventDefault();
			link.remove();
			more.show();
		});
		container.append(link, more);
	}
	const read = () => {
		const options: Record<string, unknown> = {};
		for (const field of fields) {
			const value = field.read();
			if (value !== undefined) options[field.name] = value;
		}
		return options;
	};
	const showWhatApplies = () => {
		const options = read();
		for (const { option, row } of fields) row.toggle(applies(option, schema, options));
	};
	function form(): FormContext {
		return {
			...context,
			changed() {
				showWhatApplies();
				context.changed();
			},
		};
	}
	showWhatApplies();
	return {
		read,
		showError: (message) => fields.reduce((found, field) => field.showError?.(message) || found, false),
	};
}

function makeField(container: JQuery, name: string, option: Option, value: unknown, form: () => FormContext): Field {
	const row = $('<div class="tensor-transform-option">').appendTo(container);
	const label = $('<label>').text(words(name)).appendTo(row);
	const body = $('<div class="tensor-transform-value">').appendTo(row);
	const hint = $('<div class="tensor-transform-hint">').html(prose(option.description));
	const limits = rangeText(option);
	if (limits !== '') hint.append(' ', $('<span class="tensor-transform-limits">').text(limits));
	const changed = () => form().changed();
	const base = { name, option, row };
	if (option.kind === 'rows') {
		row.addClass('tensor-transform-wide');
		const rows = makeRows(body, option.item ?? {}, Array.isArray(value) ? value : [{}], form);
		body.prepend(hint);
		return { ...base, ...rows };
	}
	if (option.kind === 'steps') {
		row.addClass('tensor-transform-wide');
		body.append(hint);
		const list = form().makeSteps(body, Array.isArray(value) ? value : []);
		return {
			...base,
			read: () => list.read(),
			showError: (message) =>
				list.showError(message.startsWith(`${name}, `) ? message.slice(name.length + 2) : message),
		};
	}
	const input = makeInput(option, value, `${kindText(option)}${option.example ? `: ${option.example}` : ''}`);
	input.element.on('input change', changed).attr('title', name).appendTo(body);
	label.on('click', () => input.element.trigger('focus'));
	body.append(hint);
	return { ...base, read: input.read };
}

interface Input {
	readonly element: JQuery;
	read(): unknown;
}

function makeInput(option: Option, value: unknown, placeholder: string): Input {
	if (option.kind === 'flag') {
		const element = $('<input type="checkbox">').prop('checked', (value ?? option.default) === true);
		return { element, read: () => unlessDefault(option, element.prop('checked')) };
	}
	if (option.kind === 'choice') {
		const element = $('<select>');
		if (!option.required || option.default !== undefined || value === undefined) {
			if (option.default === undefined) $('<option value="">').text('').appendTo(element);
		}
		for (const [word, meaning] of Object.entries(option.choices ?? {})) {
			$('<option>').val(word).text(`${word}: ${meaning}`).appendTo(element);
		}
		element.val(String(value ?? option.default ?? ''));
		return { element, read: () => unlessDefault(option, element.val() || undefined) };
	}
	const isLong = option.kind === 'json';
	const element = isLong ? $('<textarea rows="2" spellcheck="false">') : $('<input type="text" spellcheck="false">');
	const usual = option.default === undefined ? placeholder : toText(option, option.default);
	element.attr('placeholder', usual).val(toText(option, value));
	return { element, read: () => fromText(option, String(element.val() ?? '')) };
}

function unlessDefault(option: Option, value: unknown): unknown {
	return value === option.default ? undefined : value;
}

function makeRows(
	container: JQuery,
	schema: Schema,
	values: readonly unknown[],
	form: () => FormContext,
): Pick<Field, 'read' | 'showError'> {
	const list = $('<ol class="tensor-transform-rows">').appendTo(container);
	const isCompact = Object.values(schema).every(({ kind }) => kind !== 'steps');
	list.editableList({
		addButton: form().translate(isCompact ? 'tensor-transform.form.add-row' : 'tensor-transform.form.add-term'),
		removable: true,
		sortable: true,
		height: 'auto',
		addItem(row: JQuery, _index: number, data: RowData) {
			if (isCompact) row.addClass('tensor-transform-compact');
			data.form = makeForm(row, schema, data.given ?? {}, form());
			if (data.given === undefined) form().changed();
		},
		removeItem: () => form().changed(),
		sortItems: () => form().changed(),
	});
	for (const given of values) list.editableList('addItem', { given: given as Record<string, unknown> });
	const items = () =>
		list
			.editableList('items')
			.toArray()
			.map((element) => $(element).data('data') as RowData);
	return {
		read: () => items().map((data) => data.form?.read() ?? {}),
		showError(message) {
			const all = items();
			for (const data of all) data.form?.showError('');
			const found = /^term (.*?), (step .*)$/s.exec(message);
			if (!found) return false;
			const at = all.findIndex((data, i) => String(data.form?.read().name ?? i + 1) === found[1]);
			return all[at]?.form?.showError(found[2] as string) ?? false;
		},
	};
}

interface RowData {
	given?: Record<string, unknown>;
	form?: Form;
}

/** `namesField` -> `names field` */
export function words(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
