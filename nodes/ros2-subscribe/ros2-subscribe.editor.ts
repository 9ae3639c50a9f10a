import type { EditorRED } from 'node-red';
import { editorDefaults } from '../shared/properties';
import { prepareTopicForm } from '../shared/topic.editor';
import { properties } from './config';

declare const RED: EditorRED;

RED.nodes.registerType('ros2-subscribe', {
	category: 'ROS 2',
	color: '#7FB3D5',
	defaults: editorDefaults(properties) as never,
	inputs: 0,
	outputs: 1,
	icon: 'ros2-subscribe.svg',
	paletteLabel: 'ros2-subscribe',
	label() {
		const { name, topic } = this as unknown as Record<string, string>;
		return name || topic || 'ros2-subscribe';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		prepareTopicForm('ros2-subscribe', this, (key) => this._(key));
	},
});
