import assert from 'node:assert/strict';
import { createEmbeddedGraph, type EmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import type { EndpointEvent } from '../../../../lib/ros/graph';
import { type QosProfile, qosPresets } from '../../../../lib/ros/qos';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { FakeTimers } from '../../../fake-timers';

const type = 'example_interfaces/srv/AddTwoInts';
const bytes = (value: number) => Uint8Array.of(0, 1, 0, 0, value);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const timeout = 5000;
/** Answers a request with its last byte doubled. */
const double = (request: Uint8Array, respond: (response: Uint8Array) => void) =>
	respond(bytes(2 * (request[4] as number)));

/** No network: discovery is off. */
describe('services of one graph', () => {
	const graphs: EmbeddedGraph[] = [];
	const types = createTypeRegistry();
	let errors: unknown[];
	let timers: FakeTimers;

	beforeEach(() => {
		errors = [];
		timers = new FakeTimers();
	});
	afterEach(async () => {
		await Promise.all(graphs.splice(0).map((graph) => graph.close()));
	});

	const open = () => {
		const graph = createEmbeddedGraph({
			nodeName: 'node_red',
			namespace: '/',
			domainId: 0,
			discovery: { range: 'off', staticPeers: [] },
			types,
			onError: (error) => errors.push(error),
			onWarning: (message) => errors.push(message),
			now: () => 1234.5,
			timers,
		});
		graphs.push(graph);
		return graph;
	};

	it('hands the same bytes over in a later turn, and the answer back', async () => {
		const graph = open();
		const got: unknown[] = [];
		const answer = bytes(9);
		const server = graph.createService('/a', type, undefined, (request, respond, info) => {
			got.push(request, info.receivedAt);
			respond(answer);
		});
		const client = graph.createClient('/a', type);
		assert.equal(client.available, 1);
		assert.equal(server.matched, 1);
		const request = bytes(1);
		const response = client.call(request, { timeout });
		assert.deepEqual(got, []);
		assert.equal(await response, answer);
		assert.equal(got[0], request);
		assert.equal(got[1], 1234.5);
		assert.equal(timers.pending, 0);
	});

	it('tells many calls apart that are answered out of order', async () => {
		const graph = open();
		const waiting: (() => void)[] = [];
		graph.createService('/a', type, undefined, (request, respond) => {
			waiting.unshift(() => double(request, respond));
		});
		const client = graph.createClient('/a', type);
		const calls = Array.from({ length: 50 }, (_, i) => client.call(bytes(i), { timeout }));
		await turn();
		for (const answer of waiting) answer();
		const answers = await Promise.all(calls);
		assert.deepEqual(
			answers.map((answer) => answer[4]),
			calls.map((_, i) => 2 * i),
		);
	});

	it('waits for a server that is still to come', async () => {
		const graph = open();
		const response = graph.createClient('/a', type).call(bytes(4), { timeout });
		timers.advance(4999);
		graph.createService('/a', type, undefined, double);
		assert.deepEqual(await response, bytes(8));
	});

	it('says what to do when there is no server', async () => {
		const response = open().createClient('/a', type).call(bytes(1), { timeout });
		timers.advance(timeout);
		await assert.rejects(response, {
			brief: 'no server',
			message: 'No server of /a was found within 5 s. Is it running, in the same ROS_DOMAIN_ID?',
		});
	});

	it('says why a server does not fit', async () => {
		const graph = open();
		const events: EndpointEvent[] = [];
		graph.createService('/a', 'std_srvs/srv/SetBool', undefined, double);
		const client = graph.createClient('/a', type, undefined, { onEvent: (event) => void events.push(event) });
		const response = client.call(bytes(1), { timeout });
		timers.advance(timeout);
		await assert.rejects(response, {
			brief: 'no server fits',
			message: /the server of \/a has the type std_srvs\/srv\/SetBool; this client has example_interfaces/,
		});
		assert.deepEqual(
			events.map(({ kind }) => kind),
			['incompatible'],
		);
		const bestEffort: QosProfile = { ...qosPresets.services, reliability: 'best_effort' };
		graph.createService('/b', type, bestEffort, double);
		const onEvent = (event: EndpointEvent) => void events.push(event);
		assert.equal(graph.createClient('/b', type, undefined, { onEvent }).available, 0);
		assert.match(
			String((events.at(-1) as { message?: string }).message),
			/the server of \/b has the QoS best_effort; this client has reliable/,
		);
	});

	it('gives up on a server that does not answer, and ignores what it says later', async () => {
		const graph = open();
		let late: (() => void) | undefined;
		graph.createService('/a', type, undefined, (request, respond) => {
			late = () => double(request, respond);
		});
		const response = graph.createClient('/a', type).call(bytes(1), { timeout });
		await turn();
		timers.advance(timeout);
		await assert.rejects(response, { brief: 'no answer', message: /The server of \/a did not answer within 5 s/ });
		late?.();
		assert.equal(timers.pending, 0);
	});

	it('tells what a handler throws, now or later, and its client times out', async () => {
		const graph = open();
		graph.createService('/now', type, undefined, () => {
			throw new Error('boom');
		});
		graph.createService('/later', type, undefined, async () => {
			await turn();
			throw new Error('bang');
		});
		const calls = ['/now', '/later'].map((name) => graph.createClient(name, type).call(bytes(1), { timeout }));
		await turn();
		await turn();
		await turn();
		assert.deepEqual(errors.map(String), ['Error: boom', 'Error: bang']);
		timers.advance(timeout);
		for (const call of calls) await assert.rejects(call, { brief: 'no answer' });
	});

	it('rejects calls that wait when the client, the server or the graph is closed', async () => {
		const graph = open();
		const silent = () => {};
		const server = graph.createService('/a', type, undefined, silent);
		const client = graph.createClient('/a', type);
		const [first, second] = [client.call(bytes(1), { timeout }), graph.createClient('/a', type)];
		client.close();
		await assert.rejects(first, /The client of \/a was closed before the answer came/);
		const third = second.call(bytes(1), { timeout });
		await turn();
		server.close();
		await assert.rejects(third, { brief: 'server is gone', message: /The server of \/a went away before it answered/ });
		const fourth = second.call(bytes(1), { timeout });
		const rejected = assert.rejects(fourth, /was closed before the answer came/);
		await graph.close();
		await rejected;
		await assert.rejects(second.call(bytes(1), { timeout }), /The client of \/a is closed/);
		assert.equal(timers.pending, 0);
		assert.throws(() => graph.createClient('/a', type), /closed/);
		assert.throws(() => graph.createService('/a', type, undefined, double), /closed/);
	});

	it('lets go of a call when its signal says so', async () => {
		const graph = open();
		graph.createService('/a', type, undefined, () => {});
		const client = graph.createClient('/a', type);
		const controller = new AbortController();
		const response = client.call(bytes(1), { timeout, signal: controller.signal });
		controller.abort(new Error('enough'));
		await assert.rejects(response, /enough/);
		await assert.rejects(client.call(bytes(1), { timeout, signal: controller.signal }), /enough/);
		assert.equal(timers.pending, 0);
	});

	it('takes one answer, with its header', async () => {
		const graph = open();
		graph.createService('/a', type, undefined, (_request, respond) => {
			assert.throws(() => respond(new Uint8Array(3)), /response of \/a with its 4-byte header, got 3 bytes/);
			assert.throws(() => respond('yes' as never), /response of \/a to be bytes, got "yes"/);
			respond(bytes(1));
			assert.throws(() => respond(bytes(2)), /request of \/a has been answered already/);
		});
		assert.deepEqual(await graph.createClient('/a', type).call(bytes(0), { timeout }), bytes(1));
		assert.deepEqual(errors, []);
	});

	it('refuses what cannot be', async () => {
		const graph = open();
		const client = graph.createClient('/a', type);
		await assert.rejects(client.call(new Uint8Array(3), { timeout }), /4-byte header, got 3 bytes/);
		await assert.rejects(client.call('x' as never, { timeout }), /request of \/a to be bytes, got "x"/);
		await assert.rejects(client.call(bytes(1), { timeout: 0 }), /`timeout` to be a number > 0 .*\(ms\), got 0/);
		assert.throws(() => graph.createClient('/a', type, { ...qosPresets.services, depth: 0 }), /`qos.depth`/);
	});

	it('lets a thousand calls wait, and no more', async () => {
		const client = open().createClient('/a', type);
		const calls = Array.from({ length: 1000 }, () => client.call(bytes(1), { timeout }));
		await assert.rejects(client.call(bytes(1), { timeout }), { brief: 'too many calls' });
		client.close();
		assert.ok((await Promise.allSettled(calls)).every(({ status }) => status === 'rejected'));
	});

	it('tells its services, and who matches as they come and go', () => {
		const graph = open();
		const counts: number[] = [];
		const server = graph.createService('/b', type, undefined, double, {
			onEvent: (event) => event.kind === 'matched' && counts.push(event.count),
		});
		graph.createClient('/b', type).close();
		graph.createClient('/b', type);
		graph.createClient('/a', type);
		assert.deepEqual(graph.services(), [
			{ service: '/a', typeNames: [type], servers: 0, clients: 1 },
			{ service: '/b', typeNames: [type], servers: 1, clients: 1 },
		]);
		assert.deepEqual(counts, [1, 0, 1]);
		server.close();
		assert.equal(graph.services()[1]?.servers, 0);
		assert.deepEqual(graph.topics(), []);
	});
});
