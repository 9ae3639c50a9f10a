import assert from 'node:assert/strict';
import { createEmbeddedGraph, type EmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import type { EndpointEvent } from '../../../../lib/ros/graph';
import { type QosProfile, qosPresets } from '../../../../lib/ros/qos';
import { createTypeRegistry, type TypeRegistry } from '../../../../lib/ros/types/registry';
import { createParticipant, type Participant } from '../../../../lib/rtps';
import { FakeTimers } from '../../../fake-timers';

const string = 'std_msgs/msg/String';
const reliable = qosPresets.default;
const latched: QosProfile = { ...reliable, durability: 'transient_local', depth: 2 };
/** Domains of this file's own, so that nothing else on this machine is heard. */
let domain = 180;

async function until(what: string, condition: () => boolean): Promise<void> {
	const end = Date.now() + 10_000;
	while (!condition()) {
		if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** Graphs of one process find each other on loopback as those of two processes do. */
describe('embedded graphs on the network', () => {
	const graphs: EmbeddedGraph[] = [];
	const types = createTypeRegistry();
	let problems: unknown[];

	beforeEach(() => {
		domain++;
		problems = [];
	});
	afterEach(async () => {
		await Promise.all(graphs.splice(0).map((graph) => graph.close()));
		assert.deepEqual(problems, []);
	});

	const open = (
		nodeName: string,
		more: { namespace?: string; domainId?: number; types?: TypeRegistry; timers?: FakeTimers } = {},
	) => {
		const graph = createEmbeddedGraph({
			nodeName,
			namespace: '/',
			domainId: domain,
			discovery: { range: 'localhost', staticPeers: [] },
			types,
			onError: (error) => problems.push(error),
			onWarning: (message) => problems.push(message),
			...more,
		});
		graphs.push(graph);
		return graph;
	};
	const encode = (data: string) => types.message(string).encode({ data });
	const collect = () => {
		const got: unknown[] = [];
		return { got, onMessage: (cdr: Uint8Array) => void got.push(types.message(string).decode(cdr).data) };
	};

	it('carry messages, count who matches, and forget who has gone', async () => {
		const counts: number[] = [];
		const { got, onMessage } = collect();
		const publisher = open('talker').advertise('/chatter', string, reliable, {
			onEvent: (event) => event.kind === 'matched' && counts.push(event.count),
		});
		const listener = open('listener');
		const subscription = listener.subscribe('/chatter', string, reliable, onMessage);
		await until('they match', () => publisher.matched === 1 && subscription.matched === 1);
		for (let i = 0; i < 5; i++) publisher.publish(encode(`hello ${i}`));
		await until('all have come', () => got.length === 5);
		assert.deepEqual(got, ['hello 0', 'hello 1', 'hello 2', 'hello 3', 'hello 4']);
		await listener.close();
		await until('it is gone', () => publisher.matched === 0);
		assert.deepEqual(counts, [1, 0]);
	});

	it('serve late joiners with what was published before the network was there', async () => {
		const { got, onMessage } = collect();
		const talker = open('talker');
		const publisher = talker.advertise('/map', string, latched);
		for (let i = 0; i < 5; i++) publisher.publish(encode(`map ${i}`));
		await talker.ready;
		open('late').subscribe('/map', string, latched, onMessage);
		await until('the last two have come', () => got.length === 2);
		assert.deepEqual(got, ['map 3', 'map 4']);
	});

	it('do not hear another domain', async () => {
		const far = collect();
		const near = collect();
		const publisher = open('talker').advertise('/chatter', string, reliable);
		open('far', { domainId: domain + 20 }).subscribe('/chatter', string, reliable, far.onMessage);
		open('near').subscribe('/chatter', string, reliable, near.onMessage);
		await until('the near one matches', () => publisher.matched === 1);
		publisher.publish(encode('hello'));
		await until('the near one hears', () => near.got.length === 1);
		assert.deepEqual(far.got, []);
	});

	it('know the nodes, the topics, their types and the QoS that is offered', async () => {
		const graph = open('observer');
		open('camera_driver', { namespace: '/robot' }).advertise(
			'/camera',
			'sensor_msgs/msg/Image',
			qosPresets.sensor_data,
		);
		await until('the node is known', () => graph.nodes().length === 2);
		await until('the topic is known', () => graph.topics().length === 1);
		assert.deepEqual(graph.nodes()[1], { nodeName: 'camera_driver', namespace: '/robot' });
		const [topic] = graph.topics();
		assert.equal(topic?.topic, '/camera');
		assert.deepEqual(topic?.typeNames, ['sensor_msgs/msg/Image']);
		assert.equal(topic?.publishers[0]?.reliability, 'best_effort');
		assert.deepEqual(topic?.subscriptions, []);
	});

	describe('tell the names of nodes to others in the form that they understand', () => {
		const infoType = 'rmw_dds_common/msg/ParticipantEntitiesInfo';
		const topic = 'ros_discovery_info';
		const typeName = 'rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_';
		const qos = { reliability: 'reliable', durability: 'transient_local', depth: 10 } as const;
		const old = createTypeRegistry({ distribution: 'humble' }).message(infoType);
		const now = types.message(infoType);
		/** What a `ros2 topic pub` of Humble wrote (rmw_cyclonedds_cpp 1.3.4): identifiers of 24 bytes. */
		const humbleInfo = Buffer.from(
			'000100000110ec5a48902f99900e5129000001c1000000000000000001000000020000002f0000000f0000005f726f7332636c695f3237' +
				'393333000000000000020000000110ec5a48902f99900e51290000060300000000000000000110ec5a48902f99900e5129000007030000' +
				'000000000000',
			'hex',
		);
		let participant: Participant;

		beforeEach(async () => {
			participant = await createParticipant({
				domainId: domain,
				network: { localhostOnly: true },
				userData: Buffer.from('enclave=/;'),
			});
		});
		afterEach(() => participant.close());

		/** @param userData as the distribution writes it: Humble nothing, later ones the hash of the type */
		const listen = (userData: string) => {
			const got: Uint8Array[] = [];
			participant.createReader({
				topic,
				typeName,
				qos,
				userData: Buffer.from(userData),
				onSample: (payload) => void got.push(payload),
			});
			return got;
		};
		const nodeIn = (payload: Uint8Array | undefined, type: typeof old) => {
			const { gid, node_entities_info_seq: nodes } = type.decode(payload as Uint8Array) as unknown as {
				gid: { data: Uint8Array };
				node_entities_info_seq: { node_name: string; writer_gid_seq: unknown[] }[];
			};
			return [gid.data.length, nodes[0]?.node_name, nodes[0]?.writer_gid_seq.length];
		};

		for (const distribution of ['jazzy', 'humble'] as const) {
			it(`whatever it is set to: ${distribution}`, async () => {
				const early = [listen(''), listen(`typehash=${now.hash};`)] as const;
				const graph = open('node_red', { types: createTypeRegistry({ distribution }) });
				await until('they have heard', () => early.every((got) => got.length > 0));
				graph.advertise('/chatter', string, reliable);
				const names = (got: readonly Uint8Array[], type: typeof old) => nodeIn(got.at(-1), type);
				const isThere = (got: readonly Uint8Array[], type: typeof old) => names(got, type)[2] === 1;
				await until('the publisher is told', () => isThere(early[0], old) && isThere(early[1], now));
				// Those who come later, one with a form that nobody knows yet.
				const late = [listen(''), listen(`typehash=${now.hash};`)] as const;
				const unknown = listen('typehash=RIHS01_00;');
				await until('the late ones have heard', () => late.every((got) => got.length > 0));
				for (const [ofHumble, ofJazzy] of [early, late]) {
					assert.deepEqual(names(ofHumble, old), [24, 'node_red', 1]);
					assert.deepEqual(names(ofJazzy, now), [16, 'node_red', 1]);
					// Not one of the other form among them: it would not be read as this one.
					for (const payload of ofHumble) assert.equal(nodeIn(payload, old)[0], 24);
					for (const payload of ofJazzy) assert.equal(nodeIn(payload, now)[0], 16);
				}
				assert.deepEqual(unknown, []);
			});
		}

		it('and are the control: one form is refused as the other', () => {
			assert.throws(() => nodeIn(humbleInfo, now));
			assert.deepEqual(nodeIn(humbleInfo, old), [24, '_ros2cli_27933', 2]);
		});

		it('and understand those of Humble', async () => {
			participant.createWriter({ topic, typeName, qos }).write(humbleInfo);
			const graph = open('node_red');
			await until('the node is known', () => graph.nodes().length === 2);
			assert.deepEqual(graph.nodes()[1], { nodeName: '_ros2cli_27933', namespace: '/' });
		});
	});

	it('name the policy and the node when QoS does not fit', async () => {
		const events: EndpointEvent[] = [];
		open('camera_driver').advertise('/camera', string, qosPresets.sensor_data);
		const onEvent = (event: EndpointEvent) => void events.push(event);
		open('viewer').subscribe('/camera', string, reliable, () => {}, { onEvent });
		await until('it is told', () => events.length > 0);
		const [event] = events;
		assert.ok(event?.kind === 'incompatible');
		assert.equal(event.policy, 'reliability');
		assert.match(
			event.message,
			/the publisher of \/camera \(node \/camera_driver\) offers best_effort; this subscription asks reliable/,
		);
	});

	describe('name the node of what does not fit', () => {
		const participants: Participant[] = [];
		let timers: FakeTimers;
		let events: EndpointEvent[];

		beforeEach(() => {
			timers = new FakeTimers();
			events = [];
		});
		afterEach(() => Promise.all(participants.splice(0).map((participant) => participant.close())));

		/** A camera that does not tell of its node by itself. */
		const camera = async (userData: string) => {
			const participant = await createParticipant({
				domainId: domain,
				userData: Buffer.from(userData),
				network: { multicast: false, localhostOnly: true, peers: ['127.0.0.1'] },
			});
			participants.push(participant);
			const typeName = 'std_msgs::msg::dds_::String_';
			const { guid } = participant.createWriter({ topic: 'rt/camera', typeName, qos: { reliability: 'best_effort' } });
			return { participant, guid };
		};
		const view = () => {
			const onEvent = (event: EndpointEvent) => void events.push(event);
			const graph = open('viewer', { timers });
			graph.subscribe('/camera', string, reliable, () => {}, { onEvent });
			return graph;
		};
		const messages = () => events.map((event) => (event.kind === 'incompatible' ? event.message : event.kind));
		const unnamed = ['the publisher of /camera offers best_effort; this subscription asks reliable'];

		it('once that is known, which may be later', async () => {
			const { participant, guid } = await camera('enclave=/;');
			view();
			await until('it is waited for', () => timers.pending === 1);
			assert.deepEqual(messages(), []);
			const info = types.message('rmw_dds_common/msg/ParticipantEntitiesInfo');
			const qos = { durability: 'transient_local', depth: 1 } as const;
			const typeName = 'rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_';
			const node = { node_namespace: '/robot', node_name: 'eye', writer_gid_seq: [{ data: guid }] };
			participant
				.createWriter({ topic: 'ros_discovery_info', typeName, qos })
				.write(info.encode({ gid: { data: participant.guid }, node_entities_info_seq: [node] }));
			await until('it is told', () => events.length > 0);
			timers.advance(10_000);
			assert.deepEqual(messages(), [
				'the publisher of /camera (node /robot/eye) offers best_effort; this subscription asks reliable',
			]);
		});

		it('but without it when it does not become known', async () => {
			await camera('enclave=/;');
			view();
			await until('it is waited for', () => timers.pending === 1);
			timers.advance(999);
			assert.deepEqual(messages(), []);
			timers.advance(1);
			assert.deepEqual(messages(), unnamed);
		});

		it('but at once where there is none, since it is not of ROS 2', async () => {
			await camera('');
			view();
			await until('it is told', () => events.length > 0);
			assert.deepEqual(messages(), unnamed);
			assert.equal(timers.pending, 0);
		});

		it('but not of one that has left, or once the graph is closed', async () => {
			const { participant } = await camera('enclave=/;');
			const graph = view();
			await until('it is waited for', () => timers.pending === 1);
			await participant.close();
			await until('it has left', () => timers.pending === 0);
			await camera('enclave=/;');
			await until('another is waited for', () => timers.pending === 1);
			await graph.close();
			assert.equal(timers.pending, 0);
			assert.deepEqual(messages(), []);
		});
	});

	it('warn of another definition of the same type', async () => {
		const other = Object.assign(Object.create(types), {
			message: (name: string) =>
				name === string ? { ...types.message(name), hash: 'RIHS01_other' } : types.message(name),
		}) as TypeRegistry;
		const events: EndpointEvent[] = [];
		open('talker', { types: other }).advertise('/chatter', string, reliable);
		open('listener').subscribe('/chatter', string, reliable, () => {}, { onEvent: (event) => void events.push(event) });
		await until('it is told', () => events.some(({ kind }) => kind === 'warning'));
		const warning = events.find((event) => event.kind === 'warning');
		assert.match(warning?.message ?? '', /another definition of std_msgs\/msg\/String \(RIHS01_other, here RIHS01_/);
		const { kind } = events.find((event) => event.kind === 'matched') ?? {};
		assert.equal(kind, 'matched', 'they talk all the same');
	});

	it('carry an image', async () => {
		const image = types.message('sensor_msgs/msg/Image');
		const data = Buffer.alloc(921_600, 7);
		let got: Buffer | undefined;
		const publisher = open('camera').advertise('/image', image.name, reliable);
		open('viewer').subscribe('/image', image.name, reliable, (cdr) => {
			got = image.decode(cdr).data as Buffer;
		});
		await until('they match', () => publisher.matched === 1);
		publisher.publish(image.encode({ height: 480, width: 640, encoding: 'bgr8', step: 1920, data }));
		await until('it has come', () => got !== undefined);
		assert.ok(data.equals(got as Buffer));
		// The kernel's limit for receive buffers is the machine's, not the test's.
		problems = problems.filter((problem) => !/receive buffer/.test(String(problem)));
	});

	it('deliver the last message although the publisher closes at once', async () => {
		const { got, onMessage } = collect();
		open('robot').subscribe('/stop', string, reliable, onMessage);
		const controller = open('controller');
		const publisher = controller.advertise('/stop', string, reliable);
		await until('they match', () => publisher.matched === 1);
		for (let i = 0; i < 10; i++) publisher.publish(encode(`${i}`));
		publisher.close();
		await controller.close();
		await until('the last has come', () => got.at(-1) === '9');
	});

	it('close while they start', async () => {
		const graph = open('brief');
		graph.advertise('/chatter', string, reliable);
		await graph.close();
	});
});
