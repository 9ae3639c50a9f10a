import { parameterTypes } from '../../lib/ros/parameters/value';

type Translate = (key: string) => string;
type Row = Record<string, unknown>;

/** Fields of a row, with their shares of its width. */
const texts = { name: 3, value: 2, min: 1, max: 1, description: 3 } as const;

/**
 * The rows of own parameters. What is in them is kept in a hidden field as JSON.
 * @param field the hidden field
 */
export function prepareParameters(field: JQuery, list: JQuery, translate: Translate): void {
	const save = () => {
		const rows = list
			.editableList('items')
			.toArray()
			.map((item) => {
				const row: Row = {};
				$(item)
					.find('input, select')
					.each((_, input) => {
						const { name, value, type, checked } = input as HTMLInputElement;
						if (type === 'checkbox') row[name] = checked;
						else if (name !== 'min' && name !== 'max') row[name] = value.trim();
						else if (value.trim() !== '') row[name] = value.trim();
					});
				return row;
			});
		field.val(JSON.stringify(rows)).trigger('change');
	};
	const input = (name: keyof typeof texts, row: Row) =>
		$('<input type="text">')
			.attr({ name, placeholder: translate(name), 'aria-label': translate(name) })
			.css({ flex: `${texts[name]} 1 30px`, minWidth: 0, width: 0 })
			.val(typeof row[name] === 'object' ? JSON.stringify(row[name]) : String(row[name] ?? ''))
			.on('change', save);
	// A list of some height before it is made would keep that height, whatever is in it.
	list.editableList({
		addButton: translate('add'),
		removable: true,
		sortable: true,
		height: 'auto',
		addItem(container: JQuery, _index: number, row: Row) {
			const first = $('<div>').css({ display: 'flex', gap: '4px' }).appendTo(container);
			const second = $('<div>').css({ display: 'flex', gap: '4px', marginTop: '4px' }).appendTo(container);
			const type = $('<select name="type">')
				.attr('aria-label', translate('type'))
				.css({ flex: '2 1 60px', minWidth: 0 });
			for (const name of parameterTypes.slice(1)) type.append($('<option>').val(name).text(name));
			const range = [input('min', row), input('max', row)];
			const showRange = () => {
				for (const one of range) one.toggle(/^(integer|double)$/.test(String(type.val())));
			};
			type.val(String(row.type ?? 'double')).on('change', () => {
				showRange();
				save();
			});
			const readOnly = $('<label>').css({ width: 'auto', margin: '0 4px', lineHeight: '32px', whiteSpace: 'nowrap' });
			$('<input type="checkbox" name="readOnly">')
				.css({ width: 'auto', margin: '0 4px 0 0' })
				.prop('checked', row.readOnly === true)
				.on('change', save)
				.appendTo(readOnly);
			readOnly.append(document.createTextNode(translate('readOnly')));
			first.append(input('name', row), type, input('value', row));
			second.append(input('description', row), ...range, readOnly);
			showRange();
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
}
