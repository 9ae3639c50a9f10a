import type { EditorNodeProperties, EditorRED } from 'node-red';
import type { ExpectedObservation } from '../../lib/policy/expected';
import { createPipeline } from '../../lib/transform/pipeline';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { beginsWithImage, checkAgainst, properties } from './config';
import { type LivePanel, prepareLivePanel } from './live-panel.editor';
import { preparePolicyPanel } from './policy-panel.editor';
import type { Translate } from './step-form.editor';
import { StepsList } from './steps-list.editor';
import { prepareTryPanel, type TryPanel } from './try-panel.editor';

declare const RED: EditorRED;

interface TransformProperties extends EditorNodeProperties {
	steps: unknown[] | string;
	contract: ExpectedObservation | null;
}

let list: StepsList | undefined;
/** The steps as the form read them when it opened: it leaves out options at their default, which is no change. */
let opened = '';
let live: LivePanel | undefined;
let contract: ExpectedObservation | null = null;
let trial: TryPanel | undefined;

/** Ends what a dialog began. */
function close(): void {
	live?.close();
	live = undefined;
	trial?.close();
	trial = undefined;
	list = undefined;
}

fillMissing('tensor-transform', properties);
RED.nodes.registerType<TransformProperties>('tensor-transform', {
	category: 'ROS 2',
	color: '#A9CDA4',
	defaults: editorDefaults(properties) as never,
	icon: 'tensor-transform.svg',
	inputs: 1,
	outputs: 1,
	paletteLabel: 'tensor-transform',
	label() {
		return this.name || 'tensor-transform';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		const translate = (key: string, values?: Record<string, unknown>) => this._(key, values as never);
		const container = $('#tensor-transform-list');
		const gives = $('#tensor-transform-gives');
		const update = () => {
			if (list === undefined) return;
			const steps = list.read();
			const error = check(steps, contract);
			const isShown = list.showError(error);
			gives.toggleClass('tensor-transform-failed', error !== '');
			const isEmpty = steps.length === 0;
			const problem = isEmpty ? translate('tensor-transform.form.empty') : error;
			gives.text(error === '' ? givesText(steps) : isShown ? '' : problem);
			trial?.update();
			// Only a first step Camera image can be elsewhere; a choice that was made stays in sight.
			const isElsewhere = $('#node-input-placement').val() === 'worker';
			$('#tensor-transform-placement-row').toggle(isElsewhere || beginsWithImage(steps));
			showContract(contract, translate);
		};
		contract = this.contract ?? null;
		list = undefined;
		list = new StepsList(container, savedSteps(this.steps), { translate, changed: update, isInner: false });
		opened = sorted(list.read());
		trial = prepareTryPanel({
			id: this.id,
			translate,
			steps: () => list?.read() ?? [],
			show: (results) => list?.showResults(results),
		});
		preparePolicyPanel(translate, (steps, expected) => {
			contract = expected ?? null;
			list?.write(steps);
			update();
		});
		$('#tensor-transform-contract-remove').on('click', (event) => {
			event.preventDefault();
			contract = null;
			update();
		});
		live = prepareLivePanel(this.id, translate, (text) => trial?.take(text));
		const json = $('#tensor-transform-json');
		const area = $('#tensor-transform-json-text');
		$('#tensor-transform-json-link').on('click', (event) => {
			event.preventDefault();
			area.val(JSON.stringify(list?.read(), null, 2));
			$('#tensor-transform-json-error').text('');
			json.toggle();
		});
		$('#tensor-transform-json-apply').on('click', (event) => {
			event.preventDefault();
			try {
				list?.write(properties.steps.parse('steps', String(area.val())) as unknown[]);
				json.hide();
				update();
			} catch (error) {
				$('#tensor-transform-json-error').text((error as Error).message);
			}
		});
		update();
	},
	oneditsave() {
		const steps = list?.read() ?? [];
		if (sorted(steps) !== opened) this.steps = steps;
		if (sorted(contract) !== sorted(this.contract ?? null)) this.contract = contract;
		close();
	},
	oneditcancel: close,
	oneditdelete: close,
});

function savedSteps(saved: unknown): readonly unknown[] {
	if (Array.isArray(saved)) return saved;
	try {
		const parsed = JSON.parse(String(saved));
		return Array.isArray(parsed) ? parsed : [];
	} catch {
		return [];
	}
}

/** As JSON whose properties are in alphabetical order, to compare. */
function sorted(value: unknown): string {
	return JSON.stringify(value, (_key, item) =>
		typeof item === 'object' && item !== null && !Array.isArray(item)
			? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
			: item,
	);
}

/** What is wrong with the steps; empty when nothing. */
function check(steps: readonly unknown[], expected: ExpectedObservation | null): string {
	try {
		properties.steps.parse('steps', steps);
		checkAgainst(expected ?? undefined, steps);
		return '';
	} catch (error) {
		return (error as Error).message;
	}
}

function givesText(steps: readonly unknown[]): string {
	const { gives, messageType } = createPipeline(steps);
	return `→ ${messageType ?? gives}`;
}

/** What the steps are held against, and the way out of it. */
function showContract(expected: ExpectedObservation | null, translate: Translate): void {
	$('#tensor-transform-contract').toggle(expected !== null);
	if (expected === null) return;
	const size = expected.size ?? '?';
	const terms = expected.terms.map((term) => `${term.name} ${term.size ?? '?'}`).join(', ');
	const model =
		expected.model === undefined ? '' : ` ${translate('tensor-transform.policy.model', { model: expected.model })}`;
	const text = translate('tensor-transform.policy.contract', { source: expected.source, size, terms });
	$('#tensor-transform-contract-text').text(`${text}${model}`);
}
