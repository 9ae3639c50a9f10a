import type { EditorRED } from 'node-red';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';

declare const RED: EditorRED;

fillMissing('message-sync', properties);

RED.nodes.registerType('message-sync', {
	category: 'ROS 2',
	color: '#D8BFD8',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 1,
	icon: 'message-sync.svg',
	paletteLabel: 'message-sync',
	label() {
		const { name, policy } = this as unknown as Record<string, string>;
		return name || this._(`message-sync.name.${policy}`);
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		const policy = $('#node-input-policy');
		const show = () => {
			const chosen = String(policy.val());
			$('.message-sync-slop').toggle(chosen === 'approximate');
			$('.message-sync-adaptive').toggle(chosen === 'adaptive');
			$('.message-sync-queue').toggle(chosen !== 'latest');
			$('.message-sync-latest').toggle(chosen === 'latest');
		};
		policy.on('change', show);
		show();
	},
});
