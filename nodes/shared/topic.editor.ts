import { durabilities, histories, qosPresetNames, qosPresets, reliabilities } from '../../lib/ros/qos';

interface TopicDescription {
	topic: string;
	typeNames: string[];
}

type Choice = { value: string; label: string };

/**
 * What the forms of ros2-subscribe and ros2-publish share: topic and type complete from the graph and the known
 * definitions, and the QoS is a preset or four policies by hand.
 * @param translate of the node, for the labels `<type>.qos.*`
 */
export function prepareTopicForm(type: string, node: unknown, translate: (key: string) => string): void {
	prepareCompletion();
	prepareQos(type, node as Record<string, string>, translate);
}

function prepareCompletion(): void {
	const topics: TopicDescription[] = [];
	const types: string[] = [];
	const context = $('#node-input-context');
	const load = () => {
		const query = { context: String(context.val() ?? '') };
		$.getJSON('ros2-context/topics', query, (found: TopicDescription[]) => topics.splice(0, topics.length, ...found));
		$.getJSON('ros2-context/types', query, (found: string[]) => types.splice(0, types.length, ...found));
	};
	context.on('change', load);
	load();
	complete('#node-input-topic', (text) => topics.map((topic) => topic.topic).filter(contains(text)));
	complete('#node-input-messageType', (text) => types.filter(contains(text)));
	// A topic that exists has its type already.
	$('#node-input-topic').on('change', (event) => {
		const known = topics.find((topic) => topic.topic === (event.target as HTMLInputElement).value);
		if (known?.typeNames.length === 1)
			$('#node-input-messageType')
				.val(known.typeNames[0] as string)
				.trigger('change');
	});
}

function contains(text: string): (item: string) => boolean {
	const wanted = text.trim().toLowerCase();
	return (item) => item.toLowerCase().includes(wanted);
}

function complete(selector: string, search: (text: string) => string[]): void {
	const input = $(selector) as unknown as { autoComplete(options: object): void };
	input.autoComplete({
		minLength: 0,
		search: (text: string): Choice[] =>
			search(text)
				.slice(0, 50)
				.map((value) => ({ value, label: value })),
	});
}

function prepareQos(type: string, node: Record<string, string>, translate: (key: string) => string): void {
	const text = (key: string) => translate(`${type}.qos.${key}`);
	const custom = $('<div></div>');
	const select = (name: string, values: readonly string[]) => {
		const input = $('<select></select>').attr('id', `node-input-${name}`);
		for (const value of values) input.append($('<option></option>').val(value).text(text(value)));
		return input.val(node[name] ?? (values[0] as string));
	};
	const row = (name: string, input: JQuery) =>
		$('<div class="form-row"></div>')
			.append($('<label></label>').attr('for', `node-input-${name}`).text(text(name)))
			.append(' ', input);
	const preset = select('qos', [...qosPresetNames, 'custom']);
	const hint = $('<div class="form-row" style="margin-left: 104px; opacity: 0.7"></div>');
	custom.append(
		row('reliability', select('reliability', reliabilities)),
		row('durability', select('durability', durabilities)),
		row('history', select('history', histories)),
		row(
			'depth',
			$('<input type="number" min="1" style="width: 100px">')
				.attr('id', 'node-input-depth')
				.val(node.depth ?? 10),
		),
	);
	$('.ros2-qos').append(row('qos', preset), hint, custom);
	preset.on('change', () => {
		const name = String(preset.val());
		custom.toggle(name === 'custom');
		hint.toggle(name !== 'custom');
		if (name === 'custom') return;
		const { reliability, durability, history, depth } = qosPresets[name as keyof typeof qosPresets];
		hint.text(`${text(reliability)}, ${text(durability)}, ${text(history)}, ${depth}`);
	});
	preset.trigger('change');
}
