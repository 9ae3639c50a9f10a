import { prose } from '../../lib/transform/reference';
import type { AnyStep } from '../../lib/transform/step';
import { allSteps } from '../../lib/transform/steps';
import { tensorOption } from '../../lib/transform/take';
import type { ElementResult, StepResult } from './dry-run';
import { toText } from './form-values';
import { type Form, makeForm, type StepsField, type Translate } from './step-form.editor';

interface StepData {
	/** As saved; undefined for one that the button just added. */
	given?: Record<string, unknown>;
	/** The step as the form has it now. */
	read?(): Record<string, unknown>;
	form?: Form | undefined;
	showError?(message: string): void;
	showResult?(result: StepResult | undefined): void;
	renumber?(index: number): void;
}

export interface StepsListOptions {
	readonly translate: Translate;
	/** Called when anything was changed. */
	changed(): void;
	/** Whether this list is inside a step of another one. */
	readonly isInner: boolean;
}

/** The list of steps of a form: sortable, each step with the fields of its schema. */
export class StepsList implements StepsField {
	readonly #list: JQuery;
	readonly #options: StepsListOptions;

	constructor(container: JQuery, steps: readonly unknown[], options: StepsListOptions) {
		this.#options = options;
		this.#list = $('<ol class="tensor-transform-steps">').appendTo(container);
		this.#list.editableList({
			addButton: options.translate('tensor-transform.form.add-step'),
			removable: true,
			sortable: '.tensor-transform-handle',
			height: 'auto',
			addItem: (row: JQuery, _index: number, data: StepData) => this.#addStep(row, data),
			removeItem: () => this.#changed(),
			sortItems: () => this.#changed(),
		});
		this.write(steps);
	}

	read(): unknown[] {
		return this.#items().map((data) => data.read?.() ?? {});
	}

	write(steps: readonly unknown[]): void {
		this.#list.editableList('empty');
		for (const given of steps) this.#list.editableList('addItem', { given: given as Record<string, unknown> });
		this.#renumber();
	}

	showError(message: string): boolean {
		const found = /^step (\d+)(?: [^:,]*)?[:,] (.*)$/s.exec(message);
		const items = this.#items();
		for (const [index, data] of items.entries()) {
			data.showError?.(found && Number(found[1]) === index + 1 ? (found[2] as string) : '');
		}
		return found !== null && Number(found[1]) <= items.length;
	}

	/** Shows what each step gives for a sample; fewer texts than steps leave the rest empty. */
	showResults(results: readonly StepResult[]): void {
		for (const [index, data] of this.#items().entries()) {
			data.showResult?.(results[index]);
		}
	}

	#items(): StepData[] {
		return this.#list
			.editableList('items')
			.toArray()
			.map((element) => $(element).data('data') as StepData);
	}

	#changed(): void {
		this.#renumber();
		this.#options.changed();
	}

	#renumber(): void {
		for (const [index, data] of this.#items().entries()) data.renumber?.(index);
	}

	#addStep(row: JQuery, data: StepData): void {
		const isNew = data.given?.type === undefined;
		const head = $('<div class="tensor-transform-head">').appendTo(row);
		const number = $('<span class="tensor-transform-number tensor-transform-handle">').appendTo(head);
		const select = makeTypeSelect(String(data.given?.type ?? this.#usualType())).appendTo(head);
		const summary = $('<span class="tensor-transform-summary">').appendTo(head);
		const toggle = $('<a href="#" class="tensor-transform-toggle"><i class="fa fa-angle-down"></i></a>').appendTo(head);
		const error = $('<div class="tensor-transform-error">').hide().appendTo(row);
		const result = $('<div class="tensor-transform-result">').hide().appendTo(row);
		const body = $('<div class="tensor-transform-body">').appendTo(row);
		const note = data.given?.note;
		const fill = (given: Record<string, unknown>) => {
			body.empty();
			const step = allSteps.find(({ name }) => name === select.val());
			data.form = step && makeStepBody(body, step, given, this.#formContext());
		};
		let shown = '';
		let isOpened = false;
		/** Beside the field that is wrong; here, where that is hidden, and where it is the step as a whole. */
		const showError = () => {
			const isInside = data.form?.showError(shown) === true && isOpened;
			error.html(prose(shown)).toggle(shown !== '' && !isInside);
		};
		const open = (isOpen: boolean) => {
			isOpened = isOpen;
			showError();
			body.toggle(isOpen);
			summary.toggle(!isOpen);
			summary.text(isOpen ? '' : summaryOf(data.read?.() ?? {}));
			toggle.find('i').toggleClass('fa-angle-down', isOpen).toggleClass('fa-angle-right', !isOpen);
		};
		data.read = () => {
			const step: Record<string, unknown> = { type: select.val(), ...data.form?.read() };
			if (note !== undefined) step.note = note;
			return step;
		};
		data.renumber = (index) => {
			number.text(index + 1);
		};
		data.showError = (message) => {
			row.closest('li').toggleClass('tensor-transform-wrong', message !== '');
			shown = message;
			showError();
		};
		data.showResult = (given) => {
			result.text(given?.text ?? '').toggle(given !== undefined);
			result.toggleClass('tensor-transform-failed', given?.isError ?? false);
			if (given?.elements) result.append(elementsTable(given.elements));
		};
		select.on('change', () => {
			fill({});
			open(true);
			this.#changed();
		});
		toggle.add(summary).on('click', (event) => {
			event.preventDefault();
			open(body.css('display') === 'none');
		});
		fill(data.given ?? {});
		open(isNew);
		if (isNew) this.#changed();
	}

	/** A list mostly begins with fields of a message; what follows has numbers. */
	#usualType(): string {
		return this.#items().length > 1 ? 'scale' : 'select';
	}

	#formContext() {
		const { translate, changed } = this.#options;
		return {
			translate,
			changed,
			makeSteps: (container: JQuery, steps: readonly unknown[]) =>
				new StepsList(container, steps, { translate, changed, isInner: true }),
		};
	}
}

/** A row for each element: the term where it begins, what it is, its value. */
function elementsTable(elements: readonly ElementResult[]): JQuery {
	const table = $('<table class="tensor-transform-elements">');
	for (const [i, { term, label, value, isError }] of elements.entries()) {
		const row = $('<tr>').toggleClass('tensor-transform-failed', isError).appendTo(table);
		row.append(
			$('<td>').text(elements[i - 1]?.term === term ? '' : term),
			$('<td>').text(label),
			$('<td>').text(value),
		);
	}
	return $('<div class="tensor-transform-elements-box">').append(table);
}

function makeTypeSelect(type: string): JQuery {
	const select = $('<select class="tensor-transform-type">');
	for (const group of new Set(allSteps.map((step) => step.group))) {
		const members = $('<optgroup>').attr('label', group).appendTo(select);
		for (const step of allSteps.filter((other) => other.group === group)) {
			$('<option>').val(step.name).text(step.title).appendTo(members);
		}
	}
	// A step of another version stays as it is, and is refused by its name.
	if (!allSteps.some(({ name }) => name === type)) $('<option>').val(type).text(type).appendTo(select);
	return select.val(type);
}

function makeStepBody(
	body: JQuery,
	step: AnyStep,
	given: Record<string, unknown>,
	context: Parameters<typeof makeForm>[3],
): Form {
	const help = $('<div class="tensor-transform-help">').html(prose(step.help)).appendTo(body);
	if (step.formula !== undefined) help.append(' ', $('<code>').text(step.formula));
	const options = step.takes === 'tensor' ? { ...step.options, tensor: tensorOption } : step.options;
	return makeForm(body, options, given, context);
}

/** What a step does in one line, for when its fields are hidden. */
function summaryOf(step: Record<string, unknown>): string {
	const schema = allSteps.find(({ name }) => name === step.type)?.options ?? {};
	const parts: string[] = [];
	for (const [name, option] of Object.entries(schema)) {
		const value = step[name];
		if (value === undefined) continue;
		if (option.kind === 'rows' && Array.isArray(value)) {
			parts.push(value.map((row) => row.name ?? row.field ?? '…').join(', '));
		} else if (option.kind === 'steps') {
			parts.push('…');
		} else {
			const text = option.kind === 'flag' ? '' : ` ${toText(option, value)}`;
			parts.push(`${name}${text.length > 40 ? `${text.slice(0, 38)}…` : text}`);
		}
	}
	return parts.join(' · ');
}
