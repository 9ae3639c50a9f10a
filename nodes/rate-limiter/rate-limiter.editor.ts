import type { EditorRED } from 'node-red';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';

declare const RED: EditorRED;

fillMissing('rate-limiter', properties);
RED.nodes.registerType('rate-limiter', {
	category: 'ROS 2',
	color: '#E8A87C',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 1,
	icon: 'rate-limiter.svg',
	paletteLabel: 'rate-limiter',
	label() {
		const { name, rate } = this as unknown as Record<string, string>;
		return name || this._('rate-limiter.name', { rate: String(rate) } as never);
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		$('#node-input-safeMessage').typedInput({ types: ['json'], default: 'json' });
	},
});
