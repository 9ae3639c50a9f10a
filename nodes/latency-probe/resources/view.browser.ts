/** The page with the live chart of a probe. It is served by the latency-probe node below Node-RED's admin root. */
import type { SeriesFigures } from '../../../lib/latency/series';
import { adminFetch, Refusal } from '../../shared/admin-fetch.editor';
import { element, explain, show, showList } from '../../shared/page.editor';
import type { ProbeAnswer } from '../answer';
import { drawTimeline } from './chart';

const [list, rows] = [element('probes'), element('rows')];
const canvas = element<HTMLCanvasElement>('chart');
const id = new URLSearchParams(location.search).get('id') ?? '';

/** The admin root of Node-RED: this page is at `latency-probe/view` below it. */
const root = location.pathname.replace(/latency-probe\/view\/?$/, '');
const ask = async (path: string) => (await adminFetch(root, `latency-probe/${path}`)).json();

/** How often the page asks, and until it tries again to reach Node-RED, ms. */
const [interval, retry] = [500, 1500];

async function showProbes(): Promise<void> {
	showList(list, await ask('probes'), 'No probe runs. Deploy a latency-probe.', 'Choose a probe.');
}

const digits = (time: number) => time.toFixed(time < 10 ? 3 : time < 100 ? 2 : 1);

/** A row of the table. @param scale what fills the bar, ms */
function row(name: string, { p50, p99, max, jitter, late, misses }: SeriesFigures, scale: number): HTMLElement {
	const made = document.createElement('tr');
	const head = document.createElement('th');
	head.scope = 'row';
	head.textContent = name;
	const bar = document.createElement('td');
	bar.className = 'bar';
	const track = document.createElement('div');
	for (const time of [p99, p50]) {
		const part = document.createElement('i');
		part.style.width = `${Math.min(100, (time / scale) * 100)}%`;
		track.append(part);
	}
	bar.append(track);
	const cells = [p50, p99, max, jitter].map(digits).concat(String(late), String(misses));
	made.append(
		head,
		bar,
		...cells.map((text, i) => {
			const cell = document.createElement('td');
			cell.textContent = text;
			if (i === 4 && late > 0) cell.className = 'late';
			return cell;
		}),
	);
	return made;
}

function draw({ name, from, deadline, figures, timeline }: ProbeAnswer): void {
	element('name').textContent = name;
	document.title = `${name} - latency-probe`;
	element('caption').textContent =
		`Age of the messages since ${from === 'stamp' ? 'the stamp of their sensor' : 'they came in'}, ms, over the last minute`;
	const { path, interval: between, rate, count, unknown, ahead } = figures;
	const parts = [`${rate.toFixed(1)} Hz`, `${count} messages`];
	if (between) parts.push(`interval jitter ${digits(between.jitter)} ms, longest ${digits(between.max)} ms`);
	if (unknown > 0) parts.push(`${unknown} of unknown age`);
	if (ahead > 0) parts.push(`${ahead} from the future`);
	element('summary').textContent = parts.join(' · ');
	const scale = path?.p99 || Math.max(0.001, ...Object.values(figures.stages).map(({ p99 }) => p99));
	const stages = Object.entries(figures.stages).map(([stage, series]) => row(stage, series, scale));
	rows.replaceChildren(...(path ? [row('the whole path', path, scale)] : []), ...stages);
	drawTimeline(canvas, timeline, deadline);
}

async function follow(): Promise<number> {
	try {
		if (id === '') {
			await showProbes();
			return retry;
		}
		draw(await ask(`probes/${encodeURIComponent(id)}`));
		list.hidden = true;
		show('live', 'live');
		return interval;
	} catch (error) {
		if (error instanceof Refusal && error.status === 404) await showProbes().catch(explain);
		else explain(error);
		return retry;
	}
}

/** Asks while the page is in sight. */
async function watch(): Promise<void> {
	for (;;) {
		const wait = document.visibilityState === 'visible' ? await follow() : retry;
		await new Promise((resolve) => setTimeout(resolve, wait));
	}
}
void watch();
