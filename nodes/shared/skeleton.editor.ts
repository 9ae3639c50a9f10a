import type { EditorRED } from 'node-red';

declare const RED: EditorRED;

/** How long after the last key stroke the type is looked up, ms. */
const patience = 300;

export interface SkeletonOptions {
	/** The field with the name of a type. */
	readonly type: JQuery;
	/** What part of a service or action to show, such as `_Request`. Default: the type is a message. */
	readonly part?: string;
	/** A text of `<type>.skeleton`. */
	text(key: string): string;
}

/** Shows the fields of the message whose type is in the form, as JSON to copy. It is asked for when it is opened. */
export function prepareSkeleton({ type, part = '', text }: SkeletonOptions): void {
	const context = $('#node-input-context');
	const isOpen = () => box.css('display') !== 'none';
	const arrow = $('<i class="fa fa-angle-right" style="width: 12px"></i>');
	const toggle = $('<a href="#" class="ros2-skeleton-toggle"></a>').append(
		arrow,
		document.createTextNode(text('title')),
	);
	const json = $(
		'<pre class="ros2-skeleton-json" style="max-height: 240px; overflow: auto; margin: 0; padding: 8px 36px 8px 8px; font-size: 12px; line-height: 1.4; white-space: pre; word-break: normal"></pre>',
	);
	const copy = $(
		'<button type="button" class="red-ui-button red-ui-button-small ros2-skeleton-copy" style="position: absolute; top: 6px; right: 20px"><i class="fa fa-copy"></i></button>',
	).attr({ title: text('copy'), 'aria-label': text('copy') });
	const problem = $('<div class="form-tips" style="max-width: none"></div>');
	const box = $('<div style="position: relative; margin-top: 6px"></div>').append(json, copy, problem).hide();
	$('.ros2-skeleton').append(toggle, box);

	const show = (found: string, near?: readonly string[]) => {
		const isFound = near === undefined;
		json.add(copy).toggle(isFound);
		json.text(isFound ? found : '');
		problem.toggle(!isFound).text(isFound ? '' : found);
		if (isFound || near.length === 0) return;
		problem.text(`${text('near')} `);
		for (const name of near) {
			const link = $('<a href="#" style="display: block"></a>').text(name);
			link.on('click', (event) => {
				event.preventDefault();
				type.val(name).trigger('change');
			});
			problem.append(link);
		}
	};
	let asked = '';
	const look = () => {
		const query = { context: String(context.val() ?? ''), type: String(type.val() ?? '').trim(), part };
		const key = JSON.stringify(query);
		if (!isOpen() || key === asked) return;
		asked = key;
		$.getJSON('ros2-context/skeleton', query)
			.done((message) => {
				// By now another type may have been chosen.
				if (key === asked) show(JSON.stringify(message, null, 2));
			})
			.fail(({ responseJSON }) => {
				if (key === asked) show(responseJSON?.message ?? text('noAnswer'), responseJSON?.near ?? []);
			});
	};
	let timer: number | undefined;
	type.add(context).on('input change', () => {
		window.clearTimeout(timer);
		timer = window.setTimeout(look, patience);
	});
	toggle.on('click', (event) => {
		event.preventDefault();
		box.toggle();
		arrow.toggleClass('fa-angle-right', !isOpen()).toggleClass('fa-angle-down', isOpen());
		look();
	});
	copy.on('click', () => {
		const { clipboard } = RED as unknown as {
			clipboard: { copyText(value: string, near: JQuery, note: string): void };
		};
		clipboard.copyText(json.text(), copy, text('copied'));
	});
}
