import type { EditorNodeProperties, EditorRED } from 'node-red';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { renderCard, renderProblem } from './card.editor';
import { properties } from './config';
import type { ModelCard } from './model-card';

declare const RED: EditorRED;

interface Saved extends EditorNodeProperties {
	source: string;
	model: string;
}

/** How long after the last key stroke the model is looked at, ms. */
const patience = 300;

const defaults = editorDefaults(properties) as Record<string, { value: unknown; validate?: unknown }>;
defaults.model = {
	value: '',
	validate(this: Saved, value: string) {
		return this.source === 'message' || value.trim() !== '' || RED._('onnx-infer.card.choose');
	},
};

fillMissing('onnx-infer', properties);
RED.nodes.registerType<Saved>('onnx-infer', {
	category: 'ROS 2',
	color: '#C7B8EA',
	defaults: defaults as never,
	inputs: 1,
	outputs: 2,
	outputLabels: ['payload', 'figures'],
	icon: 'onnx-infer.svg',
	paletteLabel: 'onnx-infer',
	label() {
		return this.name || this.model?.split(/[\\/]/).pop() || 'onnx-infer';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		const translate = (key: string, values?: Record<string, string>) => this._(`onnx-infer.${key}`, values);
		const state = $('#node-input-state');
		if (String(state.val() ?? '').trim() === '') state.val('[]');
		prepareRows(state);
		prepareCard(state, translate);
	},
});

/** Shows only the rows that mean something with what is chosen. */
function prepareRows(state: JQuery): void {
	const show = () => {
		$('.onnx-infer-file').toggle($('#node-input-source').val() !== 'message');
		$('#onnx-infer-queue').toggle($('#node-input-waiting').val() === 'queue');
		$('.onnx-infer-recurrent').toggle(String(state.val() ?? '').trim() !== '[]');
	};
	$('#node-input-source, #node-input-waiting').on('change', show);
	state.on('input change', show);
	show();
}

type Translate = (key: string, values?: Record<string, string>) => string;

function prepareCard(state: JQuery, translate: Translate): void {
	const field = $('#node-input-model');
	const card = $('#onnx-infer-card');
	const found = $('#onnx-infer-found');
	const list = $('#onnx-infer-models').empty();
	$.getJSON('onnx-infer/models', (models: string[]) => {
		for (const model of models) $('<option>').attr('value', model).appendTo(list);
	});
	let pairs: ModelCard['statePairs'] = [];
	const showPairs = () => {
		found.empty().toggle(pairs.length > 0 && $('#node-input-source').val() !== 'message');
		if (pairs.length === 0) return;
		const shown = pairs.map(({ output, input }) => `${output} -> ${input}`).join(', ');
		const isFedBack = String(state.val() ?? '').trim() !== '[]';
		$('<span>')
			.text(`${translate(isFedBack ? 'card.stateFedBack' : 'card.stateFound', { pairs: shown })} `)
			.appendTo(found);
		if (isFedBack) return;
		$('<button type="button" class="red-ui-button red-ui-button-small">')
			.text(translate('card.feedBack'))
			.on('click', () => state.val(JSON.stringify(pairs)).trigger('change'))
			.appendTo(found);
	};
	state.on('input change', showPairs);
	$('#node-input-source').on('change', showPairs);
	const showModel = (model: ModelCard) => {
		renderCard(card, model, translate, () => $('#node-input-sha256').val(model.sha256).trigger('change'));
		pairs = model.statePairs;
		showPairs();
	};
	let asked = '';
	const look = () => {
		const path = String(field.val() ?? '').trim();
		if (path === asked) return;
		asked = path;
		card.empty();
		pairs = [];
		showPairs();
		if (path === '') return;
		$.getJSON('onnx-infer/card', { path })
			.done((model: ModelCard) => {
				// By now another path may have been typed.
				if (path === asked) showModel(model);
			})
			.fail((response) => {
				if (path === asked) renderProblem(card, response.responseJSON?.message ?? translate('card.noAnswer'));
			});
	};
	let timer: number | undefined;
	field.on('input change', () => {
		window.clearTimeout(timer);
		timer = window.setTimeout(look, patience);
	});
	look();
}
