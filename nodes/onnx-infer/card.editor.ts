import type { ModelCard } from './model-card';

type Translate = (key: string, values?: Record<string, string>) => string;

function showShape(shape: ModelCard['inputs'][number]['shape']): string {
	return shape === undefined ? '' : `[${shape.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}

function showBytes(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB'];
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Most inputs or outputs that are shown. */
const mostValues = 12;

/** Longest metadata value that is shown whole. */
const longestValue = 300;

/**
 * The card of a model: what it takes, what it gives, where it comes from. All texts of the model go in as text.
 * @param onPin this very model is to be held to
 */
export function renderCard(place: JQuery, card: ModelCard, translate: Translate, onPin: () => void): void {
	place.empty();
	const table = $('<table class="onnx-infer-card">').css({ width: '100%', tableLayout: 'fixed' });
	const row = (label: string, value: string | JQuery) => {
		const cells = [$('<th scope="row">').text(label), $('<td>')] as const;
		cells[0].css({ width: '140px', textAlign: 'left', verticalAlign: 'top', overflowWrap: 'anywhere' });
		cells[1].css({ verticalAlign: 'top', overflowWrap: 'anywhere' });
		if (typeof value === 'string') cells[1].text(value);
		else cells[1].append(value);
		$('<tr>').append(cells[0], cells[1]).appendTo(table);
	};
	const values = (list: ModelCard['inputs']) => {
		const block = $('<div>');
		for (const { name, type, shape } of list.slice(0, mostValues)) {
			$('<div>')
				.append($('<code>').text(name), document.createTextNode(` ${type} ${showShape(shape)}`))
				.appendTo(block);
		}
		const more = list.length - mostValues;
		if (more > 0)
			$('<div>')
				.text(translate('card.more', { count: String(more) }))
				.appendTo(block);
		return block;
	};
	row(translate('card.inputs'), values(card.inputs));
	row(translate('card.outputs'), values(card.outputs));
	row(
		translate('card.opset'),
		Object.entries(card.opsets)
			.map(([domain, version]) => `${domain} ${version}`)
			.join(', '),
	);
	if (card.producer !== '') row(translate('card.producer'), card.producer);
	const count = card.parameters.toLocaleString('en-US');
	row(translate('card.size'), translate('card.sizeAndWeights', { size: showBytes(card.size), count }));
	for (const { name, size } of card.external) {
		row(translate('card.external'), `${name}: ${size === undefined ? translate('card.missing') : showBytes(size)}`);
	}
	if (card.sha256 !== '') {
		const pin = $('<button type="button" class="red-ui-button red-ui-button-small">').text(translate('card.pin'));
		row('SHA-256', $('<div>').text(`${card.sha256} `).append(pin.on('click', onPin)));
	}
	for (const [key, value] of Object.entries(card.metadata)) {
		row(key, value.length > longestValue ? `${value.slice(0, longestValue)} ...` : value);
	}
	place.append(table);
}

/** Why there is no card. */
export function renderProblem(place: JQuery, message: string): void {
	place.empty().append($('<div class="form-tips">').text(message));
}
