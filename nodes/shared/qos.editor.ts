import {
	durabilities,
	histories,
	type QosPreset,
	type QosProfile,
	qosPresetNames,
	qosPresets,
	reliabilities,
} from '../../lib/ros/qos';
import type { QosChoice } from '../../lib/ros/qos-match';

/** The QoS rows of a form: a preset, or the policies by hand. */
export interface QosForm {
	/** The profile that the rows say; a number that is none is left out. */
	read(): QosProfile;
	choose(choice: QosChoice): void;
	onChange(listener: () => void): void;
}

/**
 * Puts the QoS rows into `place`.
 * @param node with the saved values
 * @param times policies with a time in ms to set by hand
 * @param text of a key of `<type>.qos`
 */
export function makeQosForm(
	place: JQuery,
	node: Record<string, unknown>,
	times: readonly ('deadline' | 'lifespan')[],
	text: (key: string) => string,
): QosForm {
	const inputs: Record<string, JQuery> = {};
	const keep = (name: string, input: JQuery) => {
		inputs[name] = input.attr('id', `node-input-${name}`).val(String(node[name] ?? ''));
		return input;
	};
	const select = (name: string, values: readonly string[]) => {
		const input = $('<select style="width: 70%"></select>');
		for (const value of values) input.append($('<option></option>').val(value).text(text(value)));
		return keep(name, input);
	};
	const row = (name: string, input: JQuery, unit?: string) =>
		$('<div class="form-row"></div>')
			.append($('<label></label>').attr('for', `node-input-${name}`).text(text(name)))
			.append(' ', input)
			.append(unit === undefined ? '' : ` ${unit}`);
	const field = (name: string) => keep(name, $('<input type="text" style="width: 30%">'));

	const preset = select('qos', [...qosPresetNames, 'custom']);
	const hint = $('<div class="form-row" style="margin-left: 105px; opacity: 0.7"></div>');
	const custom = $('<div></div>').append(
		row('reliability', select('reliability', reliabilities)),
		row('durability', select('durability', durabilities)),
		row('history', select('history', histories)),
		row('depth', field('depth')),
	);
	for (const name of times) {
		custom.append(row(name, field(name).attr('placeholder', text('never')), 'ms'));
	}
	place.append(row('qos', preset), hint, custom);

	const show = () => {
		const name = String(preset.val());
		custom.toggle(name === 'custom');
		hint.toggle(name !== 'custom');
		inputs.depth?.closest('.form-row').toggle(inputs.history?.val() !== 'keep_all');
		if (name === 'custom') return;
		const { reliability, durability, history, depth } = qosPresets[name as QosPreset];
		hint.text(`${text(reliability)}, ${text(durability)}, ${text(history)} ${depth}`);
	};
	preset.on('change', show);
	inputs.history?.on('change', show);
	show();

	return {
		read() {
			const name = String(preset.val());
			if (name !== 'custom') return qosPresets[name as QosPreset];
			const value = (key: string) => String(inputs[key]?.val() ?? '').trim();
			const number = (key: string) => (Number(value(key)) > 0 ? { [key]: Number(value(key)) } : {});
			return {
				reliability: value('reliability') as QosProfile['reliability'],
				durability: value('durability') as QosProfile['durability'],
				history: value('history') as QosProfile['history'],
				depth: Number(value('depth')),
				...number('deadline'),
				...number('lifespan'),
			};
		},
		choose({ qos, profile }) {
			if (qos === 'custom') {
				const { reliability, durability, history, depth, deadline } = profile;
				for (const [name, value] of Object.entries({ reliability, durability, history, depth, deadline })) {
					inputs[name]?.val(String(value ?? '')).trigger('change');
				}
			}
			preset.val(qos).trigger('change');
		},
		onChange(listener) {
			for (const input of Object.values(inputs)) input.on('change input', listener);
		},
	};
}
