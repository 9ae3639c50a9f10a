import type { EditorRED } from 'node-red';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';
import type { TransportAnswer } from './transport-answer';

declare const RED: EditorRED;

fillMissing('ros2-context', properties);
RED.nodes.registerType('ros2-context', {
	category: 'config',
	defaults: editorDefaults(properties) as never,
	label() {
		const { name, namespace, nodeName } = this as unknown as Record<string, string>;
		return name || `${namespace === '/' ? '' : namespace}/${nodeName}`;
	},
	oneditprepare() {
		showTransport((this as unknown as { id: string }).id);
	},
});

/** Says below the choice which transport it stands for on this machine, and why. */
function showTransport(id: string): void {
	const choice = $('#node-config-input-transport');
	const place = $('.ros2-transport');
	let answer: TransportAnswer | undefined;
	const show = () => {
		if (answer === undefined) return;
		const chosen = String(choice.val() ?? '');
		// What native lacks is what makes auto take the other.
		const { auto, autoText, inUse, inUseText } = answer;
		place.text(chosen === inUse ? (inUseText ?? '') : chosen === auto || chosen !== 'embedded' ? autoText : '');
	};
	choice.on('change', show);
	$.getJSON('ros2-context/transport', { context: id }).done((found: TransportAnswer) => {
		answer = found;
		show();
	});
}
