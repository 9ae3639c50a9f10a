import { commandFields } from '../../lib/control/command-fields';
import { limitNames } from './config';

type Translate = (key: string) => string;
type Row = Record<string, unknown>;

/**
 * The rows of the limits: a path and what is limited there. What is in the rows is kept in a hidden field as JSON.
 * @param field the hidden field
 */
export function prepareLimits(field: JQuery, list: JQuery, kinds: JQuery, translate: Translate): void {
	const save = () => {
		const rows = list
			.editableList('items')
			.toArray()
			.map((item) => {
				const row: Row = {};
				$(item)
					.find('input')
					.each((_, input) => {
						const { name, value } = input as HTMLInputElement;
						if (name === 'path' || value.trim() !== '') row[name] = value.trim();
					});
				return row;
			});
		field.val(JSON.stringify(rows)).trigger('change');
	};
	list.editableList({
		addButton: translate('limits.add'),
		removable: true,
		sortable: true,
		height: 'auto',
		header: header(translate),
		addItem(container: JQuery, _index: number, row: Row) {
			const line = $('<div>').css({ display: 'flex', gap: '4px' }).appendTo(container);
			for (const name of ['path', ...limitNames]) {
				$('<input type="text">')
					.attr({
						name,
						placeholder: name === 'path' ? translate('limits.payload') : '',
						'aria-label': translate(`limits.${name}`),
					})
					.css({ flex: name === 'path' ? '3 1 90px' : '1 1 40px', minWidth: 0, width: 0 })
					.val(String(row[name] ?? ''))
					.on('change', save)
					.appendTo(line);
			}
		},
		removeItem: save,
		sortItems: save,
	});
	let rows: unknown = [];
	try {
		const saved = String(field.val() ?? '');
		rows = saved === '' ? [] : JSON.parse(saved);
	} catch {
		// Not JSON: the list starts empty.
	}
	if (Array.isArray(rows)) for (const row of rows) list.editableList('addItem', row);

	kinds.append($('<option value="">').text(translate('limits.kind')));
	for (const type of Object.keys(commandFields)) kinds.append($('<option>').val(type).text(type));
	kinds.on('change', () => {
		for (const { path } of commandFields[String(kinds.val())] ?? []) list.editableList('addItem', { path });
		kinds.val('');
		save();
	});
}

function header(translate: Translate): JQuery {
	const line = $('<div>').css({ display: 'flex', gap: '4px', padding: '0 30px 0 28px', fontSize: '11px' });
	for (const name of ['path', ...limitNames]) {
		$('<span>')
			.text(translate(`limits.${name}`))
			.css({ flex: name === 'path' ? '3 1 90px' : '1 1 40px', minWidth: 0, width: 0, overflow: 'hidden' })
			.appendTo(line);
	}
	return line;
}
