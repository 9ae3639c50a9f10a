import type { EditorRED } from 'node-red';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';

declare const RED: EditorRED;

RED.nodes.registerType('ros2-context', {
	category: 'config',
	defaults: editorDefaults(properties) as never,
	label() {
		const { name, namespace, nodeName } = this as unknown as Record<string, string>;
		return name || `${namespace === '/' ? '' : namespace}/${nodeName}`;
	},
});
