import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import type { Probe } from '../../lib/latency/probe';
import { servePage } from '../shared/page';
import type { ProbeAnswer } from './answer';

/** A running probe as the page sees it. */
export interface Charted {
	readonly id: string;
	/** What the node is called. */
	readonly name: string;
	readonly from: 'receipt' | 'stamp';
	/** ms */
	readonly deadline: number | undefined;
	readonly probe: Probe;
}

/**
 * The page with the live chart of a probe, under Node-RED's admin root. What it shows is guarded by the editor's
 * permission `latency-probe.read`.
 */
export function serveCharts(RED: NodeAPI): { add(probe: Charted): () => void } {
	const probes = new Map<string, Charted>();
	const read = RED.auth.needsPermission('latency-probe.read');
	servePage(RED, 'latency-probe', join(__dirname, 'resources'));
	RED.httpAdmin.get('/latency-probe/probes', read, (_request, response) => {
		response.json([...probes.values()].map(({ id, name }) => ({ id, name })));
	});
	RED.httpAdmin.get('/latency-probe/probes/:id', read, (request, response) => {
		const found = probes.get(String(request.params.id));
		if (!found) {
			response.status(404).json({ error: 'There is no such probe, or it does not run' });
			return;
		}
		const { name, from, deadline = null, probe } = found;
		const answer: ProbeAnswer = { name, from, deadline, figures: probe.figures(), timeline: probe.timeline() };
		response.set('Cache-Control', 'no-store');
		response.json(answer);
	});
	return {
		add(probe) {
			probes.set(probe.id, probe);
			return () => {
				if (probes.get(probe.id) === probe) probes.delete(probe.id);
			};
		},
	};
}
