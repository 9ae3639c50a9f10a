import type { EditorNodeProperties, EditorRED } from 'node-red';
import { editorDefaults } from '../shared/properties';
import { renderCard, renderProblem } from './card.editor';
import { properties } from './config';
import type { ModelCard } from './model-card';

declare const RED: EditorRED;

interface Saved extends EditorNodeProperties {
	model: string;
}

/** How long after the last key stroke the model is looked at, ms. */
const patience = 300;

RED.nodes.registerType<Saved>('onnx-infer', {
	category: 'ROS 2',
	color: '#C7B8EA',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 1,
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
		const field = $('#node-input-model');
		const card = $('#onnx-infer-card');
		const list = $('#onnx-infer-models').empty();
		$.getJSON('onnx-infer/models', (models: string[]) => {
			for (const model of models) $('<option>').attr('value', model).appendTo(list);
		});
		let asked = '';
		const look = () => {
			const path = String(field.val() ?? '').trim();
			if (path === asked) return;
			asked = path;
			card.empty();
			if (path === '') return;
			$.getJSON('onnx-infer/card', { path })
				.done((model: ModelCard) => {
					// By now another path may have been typed.
					if (path === asked) renderCard(card, model, translate);
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
	},
});
