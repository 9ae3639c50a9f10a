import type { EditorRED } from 'node-red';
import type { Translate } from '../shared/graph.editor';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { prepareServerForm } from '../shared/server.editor';
import { properties } from './config';

declare const RED: EditorRED;

fillMissing('ros2-action-server', properties);
RED.nodes.registerType('ros2-action-server', {
	category: 'ROS 2',
	color: '#7FB3D5',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 2,
	icon: 'ros2-action-server.svg',
	paletteLabel: 'ros2-action-server',
	inputLabels() {
		return this._('ros2-action-server.port.input');
	},
	outputLabels(index) {
		return this._(index === 0 ? 'ros2-action-server.port.goals' : 'ros2-action-server.port.cancels');
	},
	label() {
		const { name, action } = this as unknown as Record<string, string>;
		return name || action || 'ros2-action-server';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		const translate: Translate = (key, values) => this._(key, values as never);
		prepareServerForm({ type: 'ros2-action-server', kind: 'action', side: 'clients', part: '_Result', translate });
	},
});
