import assert from 'node:assert/strict';
import type { Graph } from '../../lib/ros/graph';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import { until } from './peers';
import { distribution, isInstalled, killRos2, plain, Ros2Peer, ros2 } from './ros2/peer';
import { needsTransport, openGraph, type TransportName, transports } from './ros2/transports';

const sumType = 'example_interfaces/srv/AddTwoInts';
const timeout = 10_000;
/** First calls of clients that have just started. More of them with ROS2_CALLS, to catch what is rare. */
const calls = Number(process.env.ROS2_CALLS ?? 10);

let domain = 60 + (process.pid % 10);
const nextDomain = () => {
	domain = domain >= 69 ? 60 : domain + 1;
	return domain;
};

function services(this: Mocha.Suite, transport: TransportName): void {
	this.timeout(120_000 + calls * 2000);
	const types = createTypeRegistry({ distribution });
	const { request, response } = types.service(sumType);
	const graphs = new Set<Graph>();
	let problems: unknown[] = [];

	needsTransport(transport);
	afterEach(async () => {
		await Promise.all([...graphs].map((graph) => graph.close()));
		graphs.clear();
		await killRos2();
		const left = problems;
		problems = [];
		assert.deepEqual(left, []);
	});

	const open = (domainId: number, nodeName = 'node_red') => {
		const graph = openGraph(transport, {
			nodeName,
			namespace: '/lab',
			domainId,
			types,
			onProblem: (problem) => problems.push(problem),
		});
		graphs.add(graph);
		return graph;
	};
	const serve = (graph: Graph, service: string) =>
		graph.createService(service, sumType, undefined, (cdr, respond) => {
			const { a, b } = request.decode(cdr) as unknown as { a: bigint; b: bigint };
			respond(response.encode({ sum: a + b }));
		});
	const sums = (peer: Ros2Peer, service: string) =>
		peer.answers(service).map((answer) => (answer as { sum: number }).sum);

	it(`answer the first call of each of ${calls} clients of ours`, async () => {
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'server');
		peer.say(`serve /add ${sumType}`);
		await peer.until('it is ready', ({ event }) => event === 'ready');
		for (let i = 0; i < calls; i++) {
			const graph = open(id, `client_${i}`);
			const client = graph.createClient('/add', sumType);
			const answer = response.decode(await client.call(request.encode({ a: i, b: 1000 }), { timeout }));
			assert.equal(Number(answer.sum), 1000 + i);
			await graph.close();
			graphs.delete(graph);
		}
	});

	it(`get an answer from ours to the first call of each of ${calls} clients`, async () => {
		const id = nextDomain();
		const graph = open(id);
		const peer = new Ros2Peer(id, 'client');
		for (let i = 0; i < calls; i++) {
			const service = `/add_${i}`;
			const server = serve(graph, service);
			peer.say(`client ${service} ${sumType}`);
			peer.say(`call ${service} {"a": ${i}, "b": 1000}`);
			await peer.until(`answer ${i}`, ({ event, topic }) => event === 'answered' && topic === service);
			assert.deepEqual(sums(peer, service), [1000 + i]);
			peer.say(`close ${service}`);
			server.close();
		}
	});

	it('answer a client of ours that asks for the parameters of a node', async () => {
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'driver');
		await peer.until('it is ready', ({ event }) => event === 'ready');
		const type = types.service('rcl_interfaces/srv/GetParameters');
		const client = open(id).createClient('/driver/get_parameters', 'rcl_interfaces/srv/GetParameters');
		// What a node has by itself: Humble only the first.
		const own: [string, boolean][] = [
			['use_sim_time', false],
			['start_type_description_service', true],
		];
		const expected = distribution === 'humble' ? own.slice(0, 1) : own;
		const names = expected.map(([name]) => name);
		const { values } = plain(type.response.decode(await client.call(type.request.encode({ names }), { timeout }))) as {
			values: { type: number; bool_value: boolean }[];
		};
		assert.deepEqual(
			values.map(({ type, bool_value }) => [type, bool_value]),
			expected.map(([, value]) => [1, value]),
		);
	});

	it('are called and listed by the command line', async () => {
		const id = nextDomain();
		const server = serve(open(id), '/lab/add');
		const said = await ros2(id, 'service', 'call', '/lab/add', sumType, '{a: 19, b: 23}');
		assert.match(said, /AddTwoInts_Response\(sum=42\)/);
		const list = await ros2(id, 'service', 'list', '-t', '--no-daemon', '--spin-time', '4');
		assert.ok(list.includes(`/lab/add [${sumType}]`), list);
		const node = await ros2(id, 'node', 'info', '/lab/node_red', '--no-daemon', '--spin-time', '4');
		assert.match(node, /Service Servers:\s+\/lab\/add: example_interfaces\/srv\/AddTwoInts/);
		await until(
			() => server.matched === 0,
			() => 'the command line is gone',
		);
	});

	it('mix: clients on both middlewares get all answers of one server of ours', async function () {
		// Of ROS 2 itself the services of one middleware do not understand those of another.
		if (transport === 'native') this.skip();
		const id = nextDomain();
		const server = serve(open(id), '/add');
		const middlewares = ['rmw_cyclonedds_cpp', 'rmw_fastrtps_cpp'];
		const lacking = middlewares.find((name) => !isInstalled(name));
		if (lacking !== undefined) {
			console.log(`      skipped: this ROS 2 has no ${lacking}`);
			this.skip();
		}
		const peers = [...middlewares, ...middlewares].map((name, i) => new Ros2Peer(id, `client_${i}`, '/', name));
		for (const peer of peers) peer.say(`client /add ${sumType}`);
		await until(
			() => server.matched === peers.length,
			() => `${server.matched} clients are there`,
		);
		const count = 100;
		// No more at once than the readers of requests and of answers hold by default, which is 10.
		const batch = 5;
		for (let n = 0; n < count; n += batch) {
			for (let a = n; a < n + batch; a++) {
				for (const [i, peer] of peers.entries()) peer.say(`call /add {"a": ${a}, "b": ${1000 * i}}`);
			}
			await until(
				() => peers.every((peer) => sums(peer, '/add').length === n + batch),
				() => `answers: ${peers.map((peer) => sums(peer, '/add').length)} of ${n + batch} each`,
			);
		}
		for (const [i, peer] of peers.entries()) {
			assert.deepEqual(
				sums(peer, '/add'),
				Array.from({ length: count }, (_, n) => 1000 * i + n),
			);
		}
	});
}

for (const transport of transports) {
	describe(`services of a real ROS 2, ${transport}`, function () {
		services.call(this, transport);
	});
}
