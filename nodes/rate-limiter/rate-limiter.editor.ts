import type { EditorRED } from 'node-red';
import { fillMissing } from '../shared/missing.editor';
import { editorDefaults } from '../shared/properties';
import { properties } from './config';
import { prepareLimits } from './limits-list.editor';

declare const RED: EditorRED;

type Saved = { id: string } & Record<keyof typeof properties, unknown>;
type Translate = (key: string, values?: Record<string, string>) => string;

/** Stops the node; one that is stopped already is released, after a question. */
async function press(id: string, translate: Translate): Promise<void> {
	const url = `rate-limiter/${encodeURIComponent(id)}`;
	const post = async (action: string) => {
		await $.ajax({ url: `${url}/${action}`, type: 'POST' });
		RED.notify(translate(`button.${action}`), { type: action === 'stop' ? 'warning' : 'success' } as never);
	};
	try {
		const { isStopped } = (await $.getJSON(url)) as { isStopped: boolean };
		if (!isStopped) {
			await post('stop');
			return;
		}
		const question = RED.notify(translate('button.question'), {
			modal: true,
			fixed: true,
			buttons: [
				{ text: translate('button.stay'), click: () => question.close() },
				{
					text: translate('button.release'),
					class: 'primary',
					click() {
						question.close();
						post('reset').catch(() => RED.notify(translate('button.failed'), 'error'));
					},
				},
			],
		} as never) as unknown as { close(): void };
	} catch {
		RED.notify(translate('button.failed'), 'error');
	}
}

fillMissing('rate-limiter', properties);

RED.nodes.registerType('rate-limiter', {
	category: 'ROS 2',
	color: '#E8A87C',
	// The context is needed by the stop topic and service only.
	defaults: { ...editorDefaults(properties), context: { value: '', type: 'ros2-context', required: false } } as never,
	inputs: 1,
	outputs: 2,
	icon: 'rate-limiter.svg',
	paletteLabel: 'rate-limiter',
	label() {
		const { name, rate, pacing } = this as unknown as Record<string, string>;
		return name || this._(`rate-limiter.${pacing === 'fixed' ? 'fixedName' : 'name'}`, { rate: String(rate) } as never);
	},
	labelStyle() {
		return this.name ? 'node_label_italic' : '';
	},
	outputLabels(index) {
		return this._(`rate-limiter.output.${index === 0 ? 'command' : 'state'}`);
	},
	button: {
		visible() {
			return (this as unknown as Saved).stop === true;
		},
		onclick() {
			void press((this as unknown as Saved).id, (key, values) => this._(`rate-limiter.${key}`, values as never));
		},
	},
	oneditprepare() {
		const node = this as unknown as Saved;
		const translate: Translate = (key, values) => this._(`rate-limiter.${key}`, values as never);
		const fields = $('#node-input-fields');
		if (Array.isArray(node.fields)) fields.val(JSON.stringify(node.fields));
		prepareLimits(fields, $('#node-input-fields-list'), $('#node-input-fields-kind'), translate);
		$('#node-input-safeMessage').typedInput({ types: ['json'], default: 'json' });
		const stop = $('#node-input-stop');
		stop.on('change', () => $('.rate-limiter-stop').toggle(stop.prop('checked'))).trigger('change');
	},
});
