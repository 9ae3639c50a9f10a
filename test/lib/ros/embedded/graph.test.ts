import assert from 'node:assert/strict';
import { createEmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import type { EndpointEvent, Graph } from '../../../../lib/ros/graph';
import { type QosProfile, qosPresets } from '../../../../lib/ros/qos';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';

const type = 'std_msgs/msg/String';
const reliable = qosPresets.default;
const sensor = qosPresets.sensor_data;
const latched: QosProfile = { ...reliable, durability: 'transient_local', depth: 2 };
const bytes = (value: number) => Uint8Array.of(0, 1, 0, 0, value);
const node = '/node_red';
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the embedded graph', () => {
	const graphs: Graph[] = [];
	const errors: unknown[] = [];
	const open = (domainId = 0) => {
		const graph = createEmbeddedGraph({
			nodeName: 'node_red',
			namespace: '/',
			domainId,
			discovery: { range: 'off', staticPeers: [] },
			types: createTypeRegistry(),
			onError: (error) => errors.push(error),
			onWarning: (message) => errors.push(message),
			now: () => 1234.5,
		});
		graphs.push(graph);
		return graph;
	};
	const collect = () => {
		const got: number[] = [];
		return { got, onMessage: (cdr: Uint8Array) => void got.push(cdr[4] as number) };
	};

	afterEach(async () => {
		await Promise.all(graphs.splice(0).map((graph) => graph.close()));
		errors.length = 0;
	});

	it('delivers the same bytes in a later turn, with the time they came', async () => {
		const graph = open();
		const sent = bytes(7);
		const got: unknown[] = [];
		graph.subscribe('/a', type, reliable, (cdr, info) => got.push(cdr, info.receivedAt));
		graph.advertise('/a', type, reliable).publish(sent);
		assert.deepEqual(got, []);
		await turn();
		assert.equal(got[0], sent);
		assert.equal(got[1], 1234.5);
	});

	it('reaches nobody else when discovery is off', async () => {
		const other = collect();
		open().subscribe('/a', type, reliable, other.onMessage);
		open().advertise('/a', type, reliable).publish(bytes(1));
		await turn();
		assert.deepEqual(other.got, []);
	});

	it('keeps the last of what piles up: depth, or the newest only', async () => {
		const graph = open();
		const deep = collect();
		const newest = collect();
		graph.subscribe('/a', type, { ...reliable, depth: 3 }, deep.onMessage);
		graph.subscribe('/a', type, reliable, newest.onMessage, { newestOnly: true });
		const publisher = graph.advertise('/a', type, reliable);
		for (let i = 0; i < 10; i++) publisher.publish(bytes(i));
		await turn();
		assert.deepEqual(deep.got, [7, 8, 9]);
		assert.deepEqual(newest.got, [9]);
	});

	it('serves late joiners when both are transient_local, and only then', async () => {
		const graph = open();
		const publisher = graph.advertise('/map', type, latched);
		for (let i = 0; i < 5; i++) publisher.publish(bytes(i));
		const late = collect();
		const volatile = collect();
		graph.subscribe('/map', type, latched, late.onMessage);
		graph.subscribe('/map', type, reliable, volatile.onMessage);
		await turn();
		assert.deepEqual(late.got, [3, 4]);
		assert.deepEqual(volatile.got, []);
	});

	it('names what does not fit, on both sides, and delivers nothing', async () => {
		const graph = open();
		const events: EndpointEvent[] = [];
		const { got, onMessage } = collect();
		const onEvent = (event: EndpointEvent) => events.push(event);
		const publisher = graph.advertise('/camera', type, sensor, { onEvent });
		graph.subscribe('/camera', type, reliable, onMessage, { onEvent });
		publisher.publish(bytes(1));
		await turn();
		assert.deepEqual(got, []);
		assert.deepEqual(
			events.map((event) => event.kind === 'incompatible' && event.message),
			[
				'a subscription of /camera asks reliable; this publisher offers best_effort',
				'a publisher of /camera offers best_effort; this subscription asks reliable',
			],
		);
		graph.subscribe('/camera', 'std_msgs/msg/Bool', sensor, onMessage, { onEvent });
		assert.match(
			String((events.at(-1) as { message?: string }).message),
			/offers std_msgs\/msg\/String; .* asks std_msgs\/msg\/Bool/,
		);
	});

	it('counts who matches, as they come and go', async () => {
		const graph = open();
		const counts: number[] = [];
		const publisher = graph.advertise('/a', type, reliable, {
			onEvent: (event) => event.kind === 'matched' && counts.push(event.count),
		});
		const first = graph.subscribe('/a', type, reliable, () => {});
		graph.subscribe('/a', type, sensor, () => {});
		first.close();
		assert.deepEqual(counts, [1, 2, 1]);
		assert.equal(publisher.matched, 1);
	});

	it('delivers nothing after close, also what was on its way', async () => {
		const graph = open();
		const { got, onMessage } = collect();
		const subscription = graph.subscribe('/a', type, reliable, onMessage);
		graph.advertise('/a', type, reliable).publish(bytes(1));
		subscription.close();
		await turn();
		assert.deepEqual(got, []);
		await graph.close();
		assert.throws(() => graph.advertise('/a', type, reliable), /closed/);
		assert.deepEqual(open().topics(), []);
	});

	it('hands over the next message when a callback throws', async () => {
		const graph = open();
		const got: number[] = [];
		graph.subscribe('/a', type, reliable, (cdr) => {
			got.push(cdr[4] as number);
			if (cdr[4] === 1) throw new Error('boom');
		});
		const publisher = graph.advertise('/a', type, reliable);
		publisher.publish(bytes(1));
		publisher.publish(bytes(2));
		await turn();
		assert.deepEqual(got, [1, 2]);
		assert.match(String(errors[0]), /boom/);
	});

	it('tells its topics, their types and the QoS of each end', () => {
		const graph = open();
		graph.advertise('/b', type, sensor);
		graph.subscribe('/a', type, reliable, () => {});
		assert.deepEqual(graph.topics(), [
			{ topic: '/a', typeNames: [type], publishers: [], subscriptions: [{ ...reliable, node }] },
			{ topic: '/b', typeNames: [type], publishers: [{ ...sensor, node }], subscriptions: [] },
		]);
	});

	it('refuses what cannot be', () => {
		assert.throws(() => open(233), /`domainId` to be a whole number from 0 to 232, got 233/);
		const graph = open();
		assert.throws(() => graph.advertise('/a', type, { ...reliable, depth: 0 }), /`qos.depth`/);
		assert.throws(() => graph.advertise('/a', type, reliable).publish(new Uint8Array(3)), /4-byte header, got 3 bytes/);
	});
});
