import type { NodeAPI } from 'node-red';
import { asError } from '../shared/on-input';

/** What the editor does with a running node. */
export interface Stoppable {
	readonly isStopped: boolean;
	stop(): void;
	reset(): void;
}

/** The endpoints of the node's button. They are guarded by `rate-limiter.write`. */
export function serveStops(RED: NodeAPI): { add(id: string, node: Stoppable): () => void } {
	const running = new Map<string, Stoppable>();
	const permission = RED.auth.needsPermission('rate-limiter.write');
	RED.httpAdmin.get('/rate-limiter/:id', RED.auth.needsPermission('rate-limiter.read'), (request, response) => {
		const node = running.get(String(request.params.id));
		if (node) response.json({ isStopped: node.isStopped });
		else response.status(404).json({ error: 'This node does not run, or its stop is off' });
	});
	RED.httpAdmin.post('/rate-limiter/:id/:action', permission, (request, response) => {
		const node = running.get(String(request.params.id));
		const { action } = request.params;
		if (!node || (action !== 'stop' && action !== 'reset')) {
			response.status(404).json({ error: 'This node does not run, or its stop is off' });
			return;
		}
		try {
			node[action]();
			response.json({ isStopped: node.isStopped });
		} catch (error) {
			response.status(400).json({ error: asError(error).message });
		}
	});
	return {
		add(id, node) {
			running.set(id, node);
			return () => {
				if (running.get(id) === node) running.delete(id);
			};
		},
	};
}
