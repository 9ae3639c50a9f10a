import assert from 'node:assert/strict';
import { createEmbeddedGraph, type EmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import { qosPresets } from '../../../../lib/ros/qos';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { createParticipant, type DataWriter, type Participant } from '../../../../lib/rtps';
import { random } from '../../rtps/simulation';

const sumType = 'example_interfaces/srv/AddTwoInts';
const infoType = 'rmw_dds_common/msg/ParticipantEntitiesInfo';
/** A domain of this file's own, so that nothing else on this machine is heard. */
const domainId = 217;
const seed = Number(process.env.RTPS_FUZZ_SEED ?? 1);
const count = 1500;

async function until(what: string, condition: () => boolean): Promise<void> {
	const end = Date.now() + 20_000;
	while (!condition()) {
		if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

describe('the embedded graph against a hostile participant', () => {
	const graphs: EmbeddedGraph[] = [];
	let participant: Participant;
	const types = createTypeRegistry();
	const { request, response } = types.service(sumType);
	const info = types.message(infoType);
	let problems: unknown[];

	beforeEach(async () => {
		problems = [];
		const network = { multicast: false, localhostOnly: true, peers: ['127.0.0.1'] };
		participant = await createParticipant({ domainId, userData: Buffer.from('enclave=/;'), network });
	});
	afterEach(async () => {
		await Promise.all([...graphs.splice(0), participant].map((each) => each.close()));
		assert.deepEqual(problems, []);
	});

	const open = (nodeName: string) => {
		const graph = createEmbeddedGraph({
			nodeName,
			namespace: '/',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types,
			onError: (error) => problems.push(error),
			onWarning: (message) => problems.push(message),
		});
		graphs.push(graph);
		return graph;
	};
	const names = () =>
		participant.createWriter({
			topic: 'ros_discovery_info',
			typeName: 'rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_',
			qos: { durability: 'transient_local', history: 'keep_all', depth: 200 },
		});
	const write = async (writer: DataWriter, payload: Uint8Array, options?: Parameters<DataWriter['write']>[1]) => {
		await writer.drained();
		writer.write(payload, options);
	};

	it('takes what is no message of its types, and goes on', async () => {
		const graph = open('robot');
		graph.createService('/add', sumType, undefined, (cdr, respond) => {
			// What comes may be anything; a server of the user's has to refuse what it cannot read.
			try {
				const { a, b } = request.decode(cdr) as unknown as { a: bigint; b: bigint };
				respond(response.encode({ sum: BigInt.asIntN(64, a + b) }));
			} catch {}
		});
		const client = graph.createClient('/other', sumType);
		let received = 0;
		graph.subscribe('/joints', 'sensor_msgs/msg/JointState', qosPresets.default, () => received++);
		const common = { qos: { history: 'keep_all', depth: 200 } } as const;
		const topics = [
			{ topic: 'rq/addRequest', typeName: 'example_interfaces::srv::dds_::AddTwoInts_Request_' },
			{ topic: 'rr/otherReply', typeName: 'example_interfaces::srv::dds_::AddTwoInts_Response_' },
			{ topic: 'rt/joints', typeName: 'sensor_msgs::msg::dds_::JointState_' },
		].map((endpoint) => participant.createWriter({ ...common, ...endpoint }));
		const writers = [names(), ...topics];
		await until('they match', () => writers.every(({ matched }) => matched === 1));
		const whole = info.encode({
			gid: { data: participant.guid },
			node_entities_info_seq: [
				{ node_namespace: '/', node_name: 'evil', writer_gid_seq: [{ data: participant.guid }] },
			],
		});
		const next = random(seed);
		const below = (limit: number) => Math.floor(next() * limit);
		for (let i = 0; i < count; i++) {
			const payload = Uint8Array.from(next() < 0.5 ? whole : request.encode({ a: i, b: i }));
			for (let changes = below(4); changes > 0; changes--) payload[below(payload.length)] = below(256);
			const cut = next() < 0.3 ? payload.slice(0, below(payload.length)) : payload;
			const guid = Uint8Array.from({ length: 16 }, () => below(256));
			const options = next() < 0.3 ? { relatedSampleIdentity: { guid, sequenceNumber: below(3) - 1 } } : undefined;
			await write(writers[i % writers.length] as DataWriter, cut, options);
		}
		const [, , , joints] = writers;
		await until('all have been acknowledged', () => topics.every(({ stored }) => stored === 0) && joints?.stored === 0);
		assert.ok(received > 0);
		assert.equal(client.available, 0);
		// It still does what it is there for.
		const honest = open('honest').createClient('/add', sumType);
		const answer = await honest.call(request.encode({ a: 1, b: 2 }), { timeout: 10_000 });
		assert.equal(Number(response.decode(answer).sum), 3);
	});

	it('lets a participant name its own nodes only, however many others it claims to be', async () => {
		const graph = open('robot');
		const writer = names();
		await until('it matches', () => writer.matched === 1);
		for (let i = 0; i < count; i++) {
			const data = new Uint8Array(16);
			data.set([i, i >> 8], 12);
			const nodes = [{ node_namespace: '/', node_name: `fake_${i}` }];
			await write(writer, info.encode({ gid: { data }, node_entities_info_seq: nodes }));
		}
		await until('the last is known', () => graph.nodes().some(({ nodeName }) => nodeName === `fake_${count - 1}`));
		assert.deepEqual(
			graph.nodes().map(({ nodeName }) => nodeName),
			['robot', `fake_${count - 1}`],
		);
	});

	it('keeps no list of nodes that is longer than any can be', async () => {
		const graph = open('robot');
		const writer = names();
		await until('it matches', () => writer.matched === 1);
		const nodesOf = (count: number, name: string) =>
			info.encode({
				gid: { data: participant.guid },
				node_entities_info_seq: Array.from({ length: count }, (_, i) => ({ node_namespace: '/', node_name: name + i })),
			});
		await write(writer, nodesOf(50_000, 'many_'));
		await write(writer, nodesOf(2, 'few_'));
		await until('the second is known', () => graph.nodes().length > 1);
		assert.deepEqual(
			graph.nodes().map(({ nodeName }) => nodeName),
			['robot', 'few_0', 'few_1'],
		);
		problems = problems.filter((problem) => !/receive buffer/.test(String(problem)));
	});

	it('warns of a few other definitions of a type, not of each that is made up', async () => {
		const warnings: string[] = [];
		open('robot').subscribe('/joints', 'sensor_msgs/msg/JointState', qosPresets.default, () => {}, {
			onEvent: (event) => event.kind === 'warning' && warnings.push(event.message),
		});
		const made = Array.from({ length: 100 }, (_, i) =>
			participant.createWriter({
				topic: 'rt/joints',
				typeName: 'sensor_msgs::msg::dds_::JointState_',
				userData: Buffer.from(`typehash=RIHS01_${i};`),
			}),
		);
		names().write(
			info.encode({
				gid: { data: participant.guid },
				node_entities_info_seq: [
					{ node_namespace: '/', node_name: 'evil', writer_gid_seq: made.map(({ guid }) => ({ data: guid })) },
				],
			}),
		);
		await until('they match', () => made.every(({ matched }) => matched === 1));
		await until('some are told', () => warnings.length >= 16);
		assert.equal(warnings.length, 16);
	});
});
