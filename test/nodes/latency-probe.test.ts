import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import helper from 'node-red-node-test-helper';
import type { ProbeFigures } from '../../lib/latency/probe';
import type { ProbeAnswer } from '../../nodes/latency-probe/answer';
import { collect, type FlowNode, load, type Message, node, send, statuses, unload, until } from './flow';

const wires = [['out'], ['figures'], ['diagnostics']];
const probe = (more: object = {}): FlowNode => ({ id: 'probe', type: 'latency-probe', interval: 0, wires, ...more });
const payloadOf = <T>(message: Message | undefined) => (message as unknown as { payload: T }).payload;
const sinks: FlowNode[] = ['out', 'figures', 'diagnostics'].map((id) => ({ id, type: 'helper' }));
const ago = (ms: number) => ({ type: 'x', stamp: undefined, receivedAt: Date.now() - ms });
const stamped = (ms: number) => {
	const time = Date.now() - ms;
	return { stamp: { sec: Math.floor(time / 1000), nanosec: Math.floor((time % 1000) * 1e6) } };
};

describe('latency-probe', () => {
	let server: Server | undefined;
	const get = async (path: string) => {
		const { _httpAdmin } = helper as unknown as { _httpAdmin: RequestListener };
		if (server === undefined) {
			server = createServer(_httpAdmin);
			await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
		}
		const { port } = server.address() as AddressInfo;
		return fetch(`http://127.0.0.1:${port}/latency-probe/${path}`);
	};
	afterEach(async () => {
		server?.closeAllConnections();
		server?.close();
		server = undefined;
		await unload();
	});

	it('passes the very message on, and tells figures when asked', async () => {
		await load([probe({ deadline: '50', stageDeadlines: 'onnx-infer 5\nmy node 2.5' }), ...sinks]);
		const [out, figures, diagnostics] = [collect('out'), collect('figures'), collect('diagnostics')];
		const stages = [
			{ name: 'onnx-infer', at: 0, time: 6 },
			{ name: 'my node', at: 0, time: 1 },
		];
		for (const age of [10, 1000, 10]) send('probe', { payload: age, own: 1, ros: { ...ago(age), stages } });
		send('probe', { figures: true });
		await until(() => figures.length === 1);
		assert.deepEqual(
			out.map(({ payload, own, ros }) => [payload, own, (ros as { stages: object }).stages]),
			[10, 1000, 10].map((age) => [age, 1, stages]),
		);
		const { count, path, stages: shares } = payloadOf<ProbeFigures>(figures[0]);
		assert.deepEqual([count, path?.count, path?.misses], [3, 3, 1]);
		assert.deepEqual([shares['onnx-infer']?.misses, shares['my node']?.misses], [3, 0]);
		assert.equal(diagnostics.length, 0);
		// The negative control of the reset.
		send('probe', { reset: true });
		send('probe', { figures: true });
		await until(() => figures.length === 2);
		assert.equal(payloadOf<ProbeFigures>(figures[1]).count, 0);
		assert.equal(out.length, 3);
	});

	it('counts from the stamp of the sensor when asked, and from no stamp that nobody has set', async () => {
		await load([probe({ from: 'stamp', deadline: '500' }), ...sinks]);
		const figures = collect('figures');
		for (const ros of [stamped(1000), stamped(50), stamped(-5000), { stamp: { sec: 0, nanosec: 0 } }, undefined]) {
			send('probe', { payload: 1, ros });
		}
		send('probe', { figures: true });
		await until(() => figures.length === 1);
		const { path, ahead, unknown } = payloadOf<ProbeFigures>(figures[0]);
		assert.deepEqual([path?.misses, path?.count, ahead, unknown], [1, 2, 1, 2]);
	});

	it('sends figures by itself, and as diagnostics', async () => {
		await load([probe({ name: 'drive', interval: '0.02', diagnostics: true }), ...sinks]);
		const [figures, diagnostics] = [collect('figures'), collect('diagnostics')];
		send('probe', { payload: 1, ros: ago(3) });
		await until(() => figures.length > 1 && diagnostics.length > 1);
		assert.deepEqual([figures[0]?.topic, diagnostics[0]?.topic], ['drive', '/diagnostics']);
		const { status } = payloadOf<{ status: { name: string }[] }>(diagnostics[0]);
		assert.equal(status[0]?.name, 'drive');
	});

	it('says in its status how old messages are, and that none comes', async () => {
		await load([probe({ deadline: '100' }), ...sinks]);
		const seen = statuses('probe');
		const timer = setInterval(() => send('probe', { payload: 1, ros: ago(20) }), 10);
		try {
			await until(() => seen.some(({ fill, text }) => fill === 'green' && text === 'latency-probe.status.figures'));
			send('probe', { payload: 1, ros: ago(500) });
			await until(() => seen.some(({ text, fill }) => fill === 'yellow' && text === 'latency-probe.status.late'));
		} finally {
			clearInterval(timer);
		}
		await until(() => seen.at(-1)?.text === 'latency-probe.status.silent');
	});

	it('leaves no timers behind, however often it is deployed', async () => {
		const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
		const start = async () => {
			await load([probe({ interval: '10' }), ...sinks]);
			send('probe', { payload: 1, ros: ago(1) });
		};
		await start();
		await unload();
		const before = timers();
		for (let i = 0; i < 20; i++) {
			await start();
			// The negative control: while it runs there are some.
			assert.ok(timers() > before);
			await unload();
		}
		assert.ok(timers() <= before, `${timers()} timers, ${before} before`);
	});

	it('serves its page, and what the page asks, until it closes', async () => {
		await load([probe({ name: 'drive', deadline: '5' }), ...sinks]);
		send('probe', { payload: 1, ros: ago(3) });
		for (const [path, type] of [
			['view', /html/],
			['view.css', /css/],
			['view.js', /javascript/],
		] as const) {
			const response = await get(path);
			assert.equal(response.status, 200);
			assert.match(response.headers.get('content-type') ?? '', type);
			await response.text();
		}
		assert.deepEqual(await (await get('probes')).json(), [{ id: 'probe', name: 'drive' }]);
		const answer: ProbeAnswer = await (await get('probes/probe')).json();
		assert.deepEqual([answer.name, answer.deadline, answer.figures.path?.count], ['drive', 5, 1]);
		assert.equal(answer.timeline.max.length, 240);
		assert.equal((await get('probes/other')).status, 404);
		await unload();
		assert.equal((await get('probes/probe')).status, 404);
	});

	for (const [what, settings, expected] of [
		['a deadline that is none', { deadline: '-1' }, /`deadline`.*\(ms\)/],
		['a stage without its deadline', { stageDeadlines: 'onnx-infer' }, /such as onnx-infer 5/],
		['a window of nothing', { window: 1 }, /`window`/],
	] as const) {
		it(`refuses ${what}`, async () => {
			await load([
				probe(settings),
				...sinks,
				{ id: 'catch', type: 'catch', wires: [['errors']] },
				{ id: 'errors', type: 'helper' },
			]);
			const errors = collect('errors');
			node('probe');
			send('probe', { payload: 1 });
			await until(() => errors.length > 0);
			assert.match((errors[0] as unknown as { error: Error }).error.message, expected);
		});
	}
});
