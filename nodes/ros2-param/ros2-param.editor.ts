import type { EditorRED } from 'node-red';
import { complete } from '../shared/complete.editor';
import { ask, fullName } from '../shared/graph.editor';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import type { ServicesAnswer } from '../shared/topics-answer';
import { properties } from './config';
import { prepareParameters } from './parameters-list.editor';

declare const RED: EditorRED;

/** What every node with parameters offers below its name. */
const suffix = '/list_parameters';

/** Completes the name of the node and those of its parameters from the live graph. */
function prepareNames(text: (key: string, values?: object) => string): void {
	const context = $('#node-input-context');
	const nodeInput = $('#node-input-node');
	const peers = $('.ros2-peers');
	let answer: ServicesAnswer | undefined;
	let asked: Promise<void> = Promise.resolve();
	const contextId = () => String(context.val() ?? '');
	const nodes = () =>
		(answer?.services ?? [])
			.filter(({ service, servers }) => servers > 0 && service.endsWith(suffix))
			.map(({ service }) => service.slice(0, -suffix.length));
	const show = () => {
		if (answer === undefined) return;
		const isThere = nodes().includes(fullName(contextId(), nodeInput));
		const key = answer.state === 'running' ? (isThere ? 'one' : 'none') : answer.state;
		peers.text(text(`peers.${key}`, { message: answer.message ?? '' }));
	};
	const load = () => {
		const query = { context: contextId() };
		asked = ask<ServicesAnswer | undefined>('services', query, undefined).then((services) => {
			// By now another context may be chosen.
			if (query.context !== contextId() || services === undefined) return;
			answer = services;
			show();
		});
	};
	complete(nodeInput, async () => {
		await asked;
		return nodes().map((value) => ({ value }));
	});
	complete($('#node-input-names'), async () => {
		const query = { context: contextId(), node: fullName(contextId(), nodeInput) };
		return (await ask<readonly string[]>('parameters', query, [])).map((value) => ({ value }));
	});
	context.on('change', load);
	nodeInput.on('focus', load);
	nodeInput.on('change', show);
	load();
}

fillMissing('ros2-param', properties);
RED.nodes.registerType('ros2-param', {
	category: 'ROS 2',
	color: '#7FB3D5',
	defaults: editorDefaults(properties) as never,
	inputs: 1,
	outputs: 1,
	icon: 'ros2-param.svg',
	paletteLabel: 'ros2-param',
	label() {
		const { name, node, operation } = this as unknown as Record<string, string>;
		return name || this._(`ros2-param.name.${operation ?? 'get'}`, { node: node ?? '' } as never);
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	oneditprepare() {
		const text = (key: string, values?: object) => this._(`ros2-param.${key}`, values as never);
		prepareNames(text);
		prepareParameters($('#node-input-parameters'), $('.ros2-param-list'), (key) => text(`list.${key}`));
		const operation = $('#node-input-operation');
		const show = () => {
			const chosen = String(operation.val());
			$('.ros2-param-ask').toggle(chosen !== 'serve');
			$('.ros2-param-serve').toggle(chosen === 'serve');
			$('.ros2-param-set').toggle(chosen === 'set');
			$('.ros2-param-names').toggle(/^(get|list|describe)$/.test(chosen));
		};
		operation.on('change', show);
		show();
	},
});
