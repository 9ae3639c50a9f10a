import type { EditorRED } from 'node-red';
import { editorDefaults } from '../shared/properties';
import { prepareTopicForm } from '../shared/topic.editor';
import { properties } from './config';

declare const RED: EditorRED;

RED.nodes.registerType('ros2-publish', {
	category: 'ROS 2',
	color: '#7FB3D5',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 0,
	icon: 'ros2-publish.svg',
	align: 'right',
	paletteLabel: 'ros2-publish',
	label() {
		const { name, topic } = this as unknown as Record<string, string>;
		return name || topic || 'ros2-publish';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		prepareTopicForm('ros2-publish', this, (key) => this._(key));
	},
});
