import type { NodeAPI, NodeMessage } from 'node-red';
import { diagnosticsOf } from '../../lib/latency/diagnostics';
import { Probe } from '../../lib/latency/probe';
import { defineNode } from '../shared/define-node';
import type { Send } from '../shared/hand-on';
import { clockOf, JumpWatch } from '../shared/ros-clock';
import type { RosInfo } from '../shared/ros-info';
import { ageOf } from './age';
import { properties } from './config';
import { serveCharts } from './view';

interface Message extends NodeMessage {
	ros?: Partial<RosInfo>;
	/** Send figures now; a message of only this is not measured. */
	figures?: unknown;
	/** Forget what was measured; a message of only this is not measured. */
	reset?: unknown;
}

/** How often the node looks whether messages still come, ms. */
const look = 1000;

/** How long messages take on their way here, and in each node before. The messages pass on untouched. */
export default function (RED: NodeAPI): void {
	const charts = serveCharts(RED);
	defineNode(RED, 'latency-probe', properties, ({ node, options, status }) => {
		const { from, deadline, stageDeadlines, window, interval, diagnostics } = options;
		const title = options.name || 'latency-probe';
		const probe = new Probe({ window, deadline, stageDeadlines, now: () => performance.now() });
		const text = (key: string, values?: object) => RED._(`latency-probe.status.${key}`, values as never);

		/** Whether a simulation has not told its time yet. */
		let isWaiting = false;
		const jumps = new JumpWatch();

		const show = () => {
			const { path, rate, count } = probe.figures();
			if (count === 0 || rate === 0) return status.update('grey', 'ring', () => text('silent'));
			if (path === undefined && isWaiting) return status.update('yellow', 'ring', () => text('noClock'));
			if (path === undefined) return status.update('yellow', 'ring', () => text('unknown'));
			const values = { p50: short(path.p50), p99: short(path.p99), late: path.late, rate: short(rate) };
			if (path.late > 0) status.update('yellow', 'dot', () => text('late', values));
			else status.update('green', 'dot', () => text('figures', values));
		};
		const sendFigures = (send: Send) => {
			const figures = probe.figures();
			const payload = diagnosticsOf(title, figures);
			send([
				null,
				{ topic: title, payload: figures } as NodeMessage,
				diagnostics ? ({ topic: '/diagnostics', payload } as NodeMessage) : null,
			]);
		};
		const timers = [setInterval(show, look)];
		if (interval > 0) timers.push(setInterval(() => sendFigures((message) => node.send(message)), interval * 1000));
		const removeChart = charts.add({ id: node.id, name: title, from, deadline, probe });
		status.set('grey', 'ring', text('silent'));
		return {
			input(message: Message, send) {
				if (message.reset === true) probe.clear();
				if (message.figures === true) sendFigures(send);
				if (message.payload === undefined && (message.reset === true || message.figures === true)) return;
				isWaiting = !clockOf(message.ros).isKnown;
				if (jumps.hasJumped(message.ros) && from === 'stamp') probe.clear();
				probe.add(ageOf(message.ros, from), message.ros?.stages);
				send(message);
			},
			close() {
				for (const timer of timers) clearInterval(timer);
				removeChart();
			},
		};
	});
}

/** A number with as many digits as say something. */
function short(value: number): string {
	return value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0);
}
