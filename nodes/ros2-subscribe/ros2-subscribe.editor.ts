import type { EditorRED } from 'node-red';
import type { QosProfile } from '../../lib/ros/qos';
import type { Translate } from '../shared/graph.editor';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { prepareTopicForm } from '../shared/topic.editor';
import { properties } from './config';

declare const RED: EditorRED;

fillMissing('ros2-subscribe', properties);
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
		const translate: Translate = (key, values) => this._(key, values as never);
		// Of publishers that keep messages for late joiners each sends its own at once, and each is wanted.
		const chosen = ({ durability }: QosProfile) => {
			if (durability === 'transient_local') $('#node-input-newestOnly').prop('checked', false);
		};
		prepareTopicForm({
			type: 'ros2-subscribe',
			side: 'publishers',
			times: ['deadline'],
			node: this,
			translate,
			chosen,
		});
	},
});
