/** The page that shows a running robot. It is served by the sim-robot node below Node-RED's admin root. */
import { element, explain, show, showList } from '../../shared/page.editor';
import { act, listRobots, Refusal, type Robot, watch } from './connection';
import { Panel } from './panel';
import { Scene } from './scene';

const [notice, list] = [element('notice'), element('robots')];
const id = new URLSearchParams(location.search).get('id') ?? '';

/** The speed that a push would give the body if it were free, m/s, and how long it takes, s. */
const push = { speed: 0.5, duration: 0.1 };
/** Until the page tries again to reach the robot, ms. */
const retry = 1500;

let robot: Robot | undefined;
let scene: Scene | undefined;
let panel: Panel | undefined;
let newest: Float32Array | undefined;

async function showRobots(): Promise<void> {
	showList(list, await listRobots(), 'No robot runs. Deploy a sim-robot.', 'Choose a robot.');
}

async function connect(signal: AbortSignal): Promise<void> {
	try {
		if (id === '') return await showRobots();
		await watch(
			id,
			signal,
			(found) => {
				robot = found;
				newest = undefined;
				element('name').textContent = found.name;
				document.title = `${found.name} - sim-robot`;
				scene = new Scene(element<HTMLCanvasElement>('scene'), found.description);
				panel = new Panel(element('panel'), found.description);
				list.hidden = true;
				show('live', 'live');
			},
			(frame) => {
				newest = frame;
				scene!.take(frame);
			},
		);
		show('waiting', 'stopped', 'The robot has stopped. Waiting for it to start again ...');
	} catch (error) {
		if (signal.aborted) return;
		if (error instanceof Refusal && error.status === 404) await showRobots().catch(explain);
		else explain(error);
	}
}

/** Watches while the page is in sight, and again when the stream has ended. */
let stop: AbortController | undefined;
async function watchOn(): Promise<void> {
	if (stop) return;
	const own = new AbortController();
	stop = own;
	while (!own.signal.aborted) {
		await connect(own.signal);
		await new Promise((resolve) => setTimeout(resolve, retry));
	}
}
function followSight(): void {
	if (document.visibilityState === 'visible') void watchOn();
	else {
		stop?.abort();
		stop = undefined;
	}
}

async function tell(action: 'push' | 'reset', options: object): Promise<void> {
	try {
		await act(id, action, options);
		notice.hidden = true;
	} catch (error) {
		const refused = error instanceof Refusal && error.status === 401;
		notice.textContent = refused ? 'You may watch, but not push or reset.' : (error as Error).message;
		notice.hidden = false;
	}
}
function pushBy(sign: number): void {
	const body = robot?.description.bodies.at(-1);
	if (!body) return;
	const force = (sign * body.mass * push.speed) / push.duration;
	void tell('push', { body: body.name, force: [force, 0, 0], duration: push.duration });
}
const actions: Record<string, () => void> = {
	'push-left': () => pushBy(-1),
	'push-right': () => pushBy(1),
	reset: () => void tell('reset', {}),
};
for (const [name, action] of Object.entries(actions)) element(name).addEventListener('click', action);
const keys: Record<string, string> = { ArrowLeft: 'push-left', ArrowRight: 'push-right', r: 'reset', R: 'reset' };
document.addEventListener('keydown', (event) => {
	const name = keys[event.key];
	if (name && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey) actions[name]!();
});

function draw(): void {
	scene?.draw();
	if (newest) panel?.show(newest);
	newest = undefined;
	requestAnimationFrame(draw);
}

document.addEventListener('visibilitychange', followSight);
show('waiting', 'connecting');
followSight();
draw();
