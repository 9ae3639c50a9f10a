/** What the pages of nodes have in common: the word of how it goes, what there is to choose from, sharp canvases. */
import { Refusal } from './admin-fetch.editor';

/** An element of the page that is surely there. */
export const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

/**
 * Shows how it goes. Buttons are for what is live.
 * @param text more of it, for the notice
 */
export function show(what: 'live' | 'waiting' | 'failed', word: string, text = ''): void {
	const [state, notice] = [element('state'), element('notice')];
	state.dataset.state = what;
	state.textContent = word;
	notice.textContent = text;
	notice.hidden = text === '';
	for (const button of document.querySelectorAll('button')) button.disabled = what !== 'live';
}

/** Shows why Node-RED was asked in vain. */
export function explain(error: unknown): void {
	const status = error instanceof Refusal ? error.status : 0;
	if (status === 401) show('failed', 'not allowed', 'Log in to the Node-RED editor in this browser first.');
	else if (status > 0) show('failed', 'failed', (error as Refusal).message);
	else show('waiting', 'no connection', 'Node-RED does not answer. Trying again ...');
}

/**
 * Shows what there is, to choose from; goes there at once where there is only one.
 * @param none what to say when there is nothing
 * @param choose what to say when there is more than one
 */
export function showList(
	list: HTMLElement,
	found: readonly { readonly id: string; readonly name: string }[],
	none: string,
	choose: string,
): void {
	const address = (id: string) => `?id=${encodeURIComponent(id)}`;
	if (found.length === 1 && found[0]) {
		location.replace(address(found[0].id));
		return;
	}
	const items = found.map(({ id, name }) => {
		const link = document.createElement('a');
		link.href = address(id);
		link.textContent = name;
		const entry = document.createElement('li');
		entry.append(link);
		return entry;
	});
	list.replaceChildren(...items);
	list.hidden = items.length === 0;
	show('waiting', 'waiting', items.length === 0 ? none : choose);
}

/** Empties a canvas, whose pixels become those of the screen. @returns its size, px of the page, which is what to draw in */
export function clearCanvas(canvas: HTMLCanvasElement, c: CanvasRenderingContext2D): [width: number, height: number] {
	const ratio = window.devicePixelRatio || 1;
	const [width, height] = [canvas.clientWidth, canvas.clientHeight];
	if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
	if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
	c.setTransform(ratio, 0, 0, ratio, 0, 0);
	c.clearRect(0, 0, width, height);
	return [width, height];
}
