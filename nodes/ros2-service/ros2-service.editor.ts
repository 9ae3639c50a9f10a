import type { EditorRED } from 'node-red';
import type { Translate } from '../shared/graph.editor';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { prepareServerForm } from '../shared/server.editor';
import { properties } from './config';

declare const RED: EditorRED;

fillMissing('ros2-service', properties);
RED.nodes.registerType('ros2-service', {
	category: 'ROS 2',
	color: '#7FB3D5',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 1,
	icon: 'ros2-service.svg',
	paletteLabel: 'ros2-service',
	inputLabels() {
		return this._('ros2-service.port.input');
	},
	outputLabels() {
		return this._('ros2-service.port.output');
	},
	label() {
		const { name, service } = this as unknown as Record<string, string>;
		return name || service || 'ros2-service';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		const translate: Translate = (key, values) => this._(key, values as never);
		prepareServerForm({ type: 'ros2-service', kind: 'srv', side: 'clients', part: '_Response', translate });
	},
});
