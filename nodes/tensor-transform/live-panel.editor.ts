import type { LiveElement, LiveView } from './live-view';
import type { Translate } from './step-form.editor';

/** How often the dialog asks, ms. */
const interval = 250;

/** The part of the form that shows what runs through the deployed node. */
export interface LivePanel {
	/** Asks no more. */
	close(): void;
}

/**
 * @param id of the node
 * @param capture takes the last message as text
 */
export function prepareLivePanel(id: string, translate: Translate, capture: (text: string) => void): LivePanel {
	const panel = $('#tensor-transform-live');
	const info = $('#tensor-transform-live-info');
	const box = $('#tensor-transform-live-elements');
	let timer: number | undefined;
	let isAsking = false;
	const stop = () => {
		window.clearInterval(timer);
		timer = undefined;
	};
	const ask = () => {
		if (isAsking) return;
		isAsking = true;
		$.getJSON(`tensor-transform/live/${encodeURIComponent(id)}`)
			.done((view: LiveView) => {
				if (timer === undefined) return;
				const error = view.error === undefined ? '' : ` - ${view.error}`;
				const key = view.count === 0 && error === '' ? 'waiting' : 'count';
				info.text(`${translate(`tensor-transform.live.${key}`, { count: view.count })}${error}`);
				info.toggleClass('tensor-transform-failed', view.error !== undefined);
				renderElements(box, view, translate);
			})
			.fail((response) => {
				const key = response.status === 404 ? 'not-deployed' : 'no-answer';
				info.addClass('tensor-transform-failed').text(translate(`tensor-transform.live.${key}`));
				box.empty();
			})
			.always(() => {
				isAsking = false;
			});
	};
	const start = () => {
		timer = window.setInterval(ask, interval);
		ask();
	};
	$('#tensor-transform-live-link').on('click', (event) => {
		event.preventDefault();
		panel.toggle(timer === undefined);
		if (timer === undefined) start();
		else stop();
	});
	$('#tensor-transform-capture').on('click', (event) => {
		event.preventDefault();
		$.ajax({ url: `tensor-transform/capture/${encodeURIComponent(id)}`, dataType: 'text' })
			.done((text: string) => capture(text))
			.fail((response) => {
				const key = response.status === 413 ? 'too-large' : 'nothing-yet';
				info.addClass('tensor-transform-failed').text(translate(`tensor-transform.live.${key}`));
			});
	});
	return { close: stop };
}

function renderElements(box: JQuery, { elements, hidden }: LiveView, translate: Translate): void {
	const table = $('<table class="tensor-transform-elements">');
	const head = $('<tr>').appendTo(table);
	for (const key of ['term', 'element', 'value', 'least', 'most'])
		$('<th>')
			.text(translate(`tensor-transform.live.${key}`))
			.appendTo(head);
	for (const [i, element] of elements.entries()) row(element, elements[i - 1]?.term, translate).appendTo(table);
	const place = box.find('.tensor-transform-elements-box');
	// The place in a long list stays where it was.
	const at = place.scrollTop() ?? 0;
	const scroller = place.length > 0 ? place.empty() : $('<div class="tensor-transform-elements-box">').appendTo(box);
	scroller.append(table);
	if (hidden > 0) scroller.append($('<div>').text(translate('tensor-transform.live.hidden', { count: hidden })));
	scroller.scrollTop(at);
}

function row({ term, label, value, min, max, mark }: LiveElement, before: string | undefined, t: Translate): JQuery {
	const isWrong = mark === 'not-finite' || mark === 'stale' || mark === 'failed';
	const cells = $('<tr>').toggleClass('tensor-transform-failed', isWrong);
	cells.toggleClass('tensor-transform-clipped', mark === 'clipped');
	const note = mark === undefined || mark === 'failed' ? '' : ` (${t(`tensor-transform.live.${mark}`)})`;
	const shown = $('<td>').text(`${value}${note}`);
	cells.append($('<td>').text(term === before ? '' : term), $('<td>').text(label), shown);
	if (min === undefined) shown.attr('colspan', 3);
	else cells.append($('<td>').text(min), $('<td>').text(max ?? ''));
	return cells;
}
