import type { EditorRED } from 'node-red';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';

declare const RED: EditorRED;

/** The chart of a node; the window keeps its name, so that a second click finds it again. */
function watch(id: string): void {
	window.open(`latency-probe/view?id=${encodeURIComponent(id)}`, `latency-probe-${id}`);
}

fillMissing('latency-probe', properties);
RED.nodes.registerType('latency-probe', {
	category: 'ROS 2',
	color: '#C7B8E0',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 3,
	icon: 'latency-probe.svg',
	paletteLabel: 'latency-probe',
	label() {
		return this.name || 'latency-probe';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	outputLabels(index) {
		return this._(`latency-probe.output.${['message', 'figures', 'diagnostics'][index]}`);
	},
	button: {
		onclick() {
			watch((this as unknown as { id: string }).id);
		},
	},
	oneditprepare() {
		$('#node-latency-probe-watch').on('click', () => watch((this as unknown as { id: string }).id));
	},
});
