import { frameLayout } from '../../../lib/sim/frame';
import type { RobotDescription } from '../../../lib/sim/protocol';
import { adminFetch, Refusal } from '../../shared/admin-fetch.editor';

export { Refusal };

/** A robot as the server describes it. */
export interface Robot {
	readonly name: string;
	readonly description: RobotDescription;
}

/** The admin root of Node-RED, such as `/` or `/admin/`: this page is at `sim-robot/view` below it. */
const root = location.pathname.replace(/sim-robot\/view\/?$/, '');

const ask = (path: string, init?: RequestInit) => adminFetch(root, `sim-robot/${path}`, init);

/** The robots that run. */
export async function listRobots(): Promise<{ id: string; name: string }[]> {
	return (await ask('robots')).json();
}

/** Does something to a robot. */
export async function act(id: string, action: 'push' | 'reset', options: object): Promise<void> {
	await ask(`robots/${encodeURIComponent(id)}/${action}`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(options),
	});
}

/** Watches a robot until `signal` says stop or the stream ends: first `onRobot`, then `onFrame` for each frame. */
export async function watch(
	id: string,
	signal: AbortSignal,
	onRobot: (robot: Robot) => void,
	onFrame: (frame: Float32Array) => void,
): Promise<void> {
	const path = `robots/${encodeURIComponent(id)}`;
	const robot: Robot = await (await ask(path, { signal })).json();
	onRobot(robot);
	const bytes = new Uint8Array(frameLayout(robot.description).length * 4);
	const response = await ask(`${path}/frames`, { signal });
	const reader = response.body!.getReader();
	// A chunk may hold a part of a frame or several.
	for (let filled = 0; ; ) {
		const { value, done } = await reader.read();
		if (done) return;
		for (let at = 0; at < value.length; ) {
			const part = value.subarray(at, at + bytes.length - filled);
			bytes.set(part, filled);
			at += part.length;
			filled += part.length;
			if (filled < bytes.length) continue;
			filled = 0;
			onFrame(new Float32Array(bytes.slice().buffer));
		}
	}
}
