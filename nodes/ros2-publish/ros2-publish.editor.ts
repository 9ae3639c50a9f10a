import type { EditorRED } from 'node-red';
import type { Translate } from '../shared/graph.editor';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { prepareSkeleton } from '../shared/skeleton.editor';
import { prepareTopicForm } from '../shared/topic.editor';
import { properties } from './config';

declare const RED: EditorRED;

fillMissing('ros2-publish', properties);
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
		const translate: Translate = (key, values) => this._(key, values as never);
		prepareTopicForm({
			type: 'ros2-publish',
			side: 'subscriptions',
			times: ['deadline', 'lifespan'],
			node: this,
			translate,
		});
		prepareSkeleton({ type: $('#node-input-messageType'), text: (key) => this._(`ros2-publish.skeleton.${key}`) });
	},
});
