import type { EditorNodeProperties, EditorRED } from 'node-red';
import { createPipeline } from '../../lib/transform/pipeline';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';
import { dryRun } from './dry-run';
import { preparePolicyPanel } from './policy-panel.editor';
import { StepsList } from './steps-list.editor';

declare const RED: EditorRED;

interface TransformProperties extends EditorNodeProperties {
	steps: unknown[] | string;
}

let list: StepsList | undefined;
/** The steps as the form read them when it opened: it leaves out options at their default, which is no change. */
let opened = '';

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
		const sample = $('#tensor-transform-sample');
		const update = () => {
			if (list === undefined) return;
			const steps = list.read();
			const error = check(steps);
			const isShown = list.showError(error);
			gives.toggleClass('tensor-transform-failed', error !== '');
			gives.text(error === '' ? givesText(steps) : isShown ? '' : translate('tensor-transform.form.empty'));
			const text = String(sample.val() ?? '').trim();
			list.showResults(text === '' ? [] : dryRun(steps, text));
		};
		list = undefined;
		list = new StepsList(container, savedSteps(this.steps), { translate, changed: update, isInner: false });
		opened = sorted(list.read());
		sample.on('input', update);
		preparePolicyPanel(translate, (steps) => {
			list?.write(steps);
			update();
		});
		$('#tensor-transform-try').on('click', (event) => {
			event.preventDefault();
			$('#tensor-transform-try-row').toggle();
		});
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
		list = undefined;
	},
	oneditcancel() {
		list = undefined;
	},
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
function check(steps: readonly unknown[]): string {
	try {
		properties.steps.parse('steps', steps);
		return '';
	} catch (error) {
		return (error as Error).message;
	}
}

function givesText(steps: readonly unknown[]): string {
	const { gives, messageType } = createPipeline(steps);
	return `→ ${messageType ?? gives}`;
}
