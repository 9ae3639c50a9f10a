import type { EditorRED } from 'node-red';
import type { Translate } from '../shared/graph.editor';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { prepareServerForm } from '../shared/server.editor';
import { properties } from './config';

declare const RED: EditorRED;

fillMissing('ros2-service-call', properties);
RED.nodes.registerType('ros2-service-call', {
	category: 'ROS 2',
	color: '#7FB3D5',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 1,
	icon: 'ros2-service-call.svg',
	paletteLabel: 'ros2-service-call',
	label() {
		const { name, service } = this as unknown as Record<string, string>;
		return name || service || 'ros2-service-call';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		const translate: Translate = (key, values) => this._(key, values as never);
		prepareServerForm({ type: 'ros2-service-call', kind: 'srv', side: 'servers', part: '_Request', translate });
	},
});
