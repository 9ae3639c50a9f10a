import type { EditorRED } from 'node-red';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';

declare const RED: EditorRED;

/** The page of a robot; the window keeps its name, so that a second click finds it again. */
function watch(id: string): void {
	window.open(`sim-robot/view?id=${encodeURIComponent(id)}`, `sim-robot-${id}`);
}

fillMissing('sim-robot', properties);
RED.nodes.registerType('sim-robot', {
	category: 'ROS 2',
	color: '#A9CCA4',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 0,
	icon: 'sim-robot.svg',
	align: 'right',
	paletteLabel: 'sim-robot',
	label() {
		const { name, robot, file } = this as unknown as Record<string, string>;
		return name || (robot === 'file' ? file : robot) || 'sim-robot';
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	button: {
		onclick() {
			watch((this as unknown as { id: string }).id);
		},
	},
	oneditprepare() {
		const robot = $('#node-input-robot');
		robot.on('change', () => $('.sim-robot-file').toggle(robot.val() === 'file')).trigger('change');
		$('#node-sim-robot-watch').on('click', () => watch((this as unknown as { id: string }).id));
	},
});
