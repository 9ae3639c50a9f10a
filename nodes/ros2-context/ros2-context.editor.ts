import type { EditorRED } from 'node-red';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';

declare const RED: EditorRED;

fillMissing('ros2-context', properties);
RED.nodes.registerType('ros2-context', {
	category: 'config',
	defaults: editorDefaults(properties) as never,
	label() {
		const { name, namespace, nodeName } = this as unknown as Record<string, string>;
		return name || `${namespace === '/' ? '' : namespace}/${nodeName}`;
	},
});
