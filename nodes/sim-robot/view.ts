import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import type { Simulation } from '../../lib/sim/simulation';
import { asError } from '../shared/on-input';
import { servePage } from '../shared/page';
import { actOn } from './input';

/** A running robot as the page sees it. */
export interface Viewed {
	readonly id: string;
	/** What the node is called. */
	readonly name: string;
	readonly simulation: Simulation;
}

/** Robots that can be watched. */
export interface View {
	/** Lets people watch this robot until it is closed, which ends their streams. */
	add(robot: Viewed): { close(): void };
}

/** The most that watch one robot. */
const maxViewers = 20;

type Handler = ReturnType<NodeAPI['auth']['needsPermission']>;
type Request = Parameters<Handler>[0];
type Response = Parameters<Handler>[1];

/**
 * The page that shows the robots, under Node-RED's admin root. What it shows and does is guarded by the editor's own
 * permissions: `sim-robot.read` to watch, `sim-robot.write` to push and reset.
 */
export function serveView(RED: NodeAPI): View {
	const robots = new Map<string, Viewed & { viewers: Set<Response> }>();
	const read = RED.auth.needsPermission('sim-robot.read');
	const write = RED.auth.needsPermission('sim-robot.write');

	servePage(RED, 'sim-robot', join(__dirname, 'resources'));
	/** The robot of a request, or its answer that there is none. */
	const find = (request: Request, response: Response) => {
		const robot = robots.get(String(request.params.id));
		if (!robot) response.status(404).json({ error: 'There is no such robot, or it does not run' });
		return robot;
	};

	RED.httpAdmin.get('/sim-robot/robots', read, (_request, response) => {
		response.json([...robots.values()].map(({ id, name }) => ({ id, name })));
	});
	RED.httpAdmin.get('/sim-robot/robots/:id', read, (request, response) => {
		const robot = find(request, response);
		if (robot) response.json({ name: robot.name, description: robot.simulation.description });
	});
	RED.httpAdmin.get('/sim-robot/robots/:id/frames', read, (request, response) => {
		const robot = find(request, response);
		if (!robot) return;
		if (robot.viewers.size >= maxViewers) {
			response.status(503).json({ error: `${maxViewers} people watch this robot already` });
			return;
		}
		response.type('application/octet-stream');
		response.set({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
		response.flushHeaders();
		const stop = robot.simulation.watch((frame) => {
			// A slow connection gets fewer frames instead of late ones.
			if (response.writableLength === 0)
				response.write(new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength));
		});
		robot.viewers.add(response);
		response.on('close', () => {
			robot.viewers.delete(response);
			stop();
		});
	});
	RED.httpAdmin.post('/sim-robot/robots/:id/:action', write, (request, response) => {
		const robot = find(request, response);
		if (!robot) return;
		try {
			actOn(robot.simulation, { topic: String(request.params.action), payload: request.body } as never);
			response.status(204).end();
		} catch (error) {
			response.status(400).json({ error: asError(error).message });
		}
	});

	return {
		add(robot) {
			const entry = { ...robot, viewers: new Set<Response>() };
			robots.set(robot.id, entry);
			return {
				close() {
					robots.delete(robot.id);
					for (const viewer of entry.viewers) viewer.end();
				},
			};
		},
	};
}
