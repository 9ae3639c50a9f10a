import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EndpointEvent } from '../../lib/ros/graph';
import { type QosProfile, qosPresets } from '../../lib/ros/qos';
import { distributions } from '../../lib/ros/types/distributions';
import { createTypeRegistry, type TypeRegistry } from '../../lib/ros/types/registry';
import { until } from './peers';
import { distribution, fill, hasTypeHashes, plain, Ros2Peer, ros2 } from './ros2/peer';
import { type TransportName, transports, useTransport } from './ros2/transports';

const string = 'std_msgs/msg/String';
const reliable = qosPresets.default;
const latched: QosProfile = { ...reliable, durability: 'transient_local', depth: 2 };

/** One message of each kind that flows carry: what we send, and the same as peer.py is told. */
const kinds: { typeName: string; message: Record<string, unknown>; sent?: Record<string, unknown>; qos?: string[] }[] =
	[
		{ typeName: string, message: { data: 'Grüße, 世界' } },
		{
			typeName: 'sensor_msgs/msg/JointState',
			message: {
				header: { stamp: { sec: 12, nanosec: 345_678_901 }, frame_id: 'base' },
				name: ['slider', 'hinge', ''],
				position: [0.1, -Math.PI, 1e-300],
				velocity: [1, 2, 3],
				effort: [],
			},
		},
		{
			typeName: 'sensor_msgs/msg/Image',
			message: { height: 480, width: 640, encoding: 'bgr8', step: 1920, data: fill(921_600, 3) },
			sent: { height: 480, width: 640, encoding: 'bgr8', step: 1920, data: { fill: 921_600, seed: 3 } },
			qos: ['reliable', 'sensor_data'],
		},
		{
			typeName: 'sensor_msgs/msg/PointCloud2',
			message: {
				height: 1,
				width: 200_000,
				fields: ['x', 'y', 'z', 'intensity'].map((name, i) => ({ name, offset: 4 * i, datatype: 7, count: 1 })),
				point_step: 16,
				row_step: 3_200_000,
				data: fill(3_200_000, 9),
				is_dense: true,
			},
			sent: {
				height: 1,
				width: 200_000,
				fields: ['x', 'y', 'z', 'intensity'].map((name, i) => ({ name, offset: 4 * i, datatype: 7, count: 1 })),
				point_step: 16,
				row_step: 3_200_000,
				data: { fill: 3_200_000, seed: 9 },
				is_dense: true,
			},
		},
	];

let domain = 50 + (process.pid % 10);
const nextDomain = () => {
	domain = domain >= 59 ? 50 : domain + 1;
	return domain;
};

function realRos2(this: Mocha.Suite, transport: TransportName): void {
	this.timeout(120_000);
	const types = createTypeRegistry({ distribution });
	const place = useTransport(transport);

	const open = (domainId: number, nodeName = 'node_red', namespace = '/lab', registry: TypeRegistry = types) =>
		place.open({ nodeName, namespace, domainId, types: registry });
	const collect = (typeName: string, registry: TypeRegistry = types) => {
		const type = registry.message(typeName);
		const got: unknown[] = [];
		return { got, onMessage: (cdr: Uint8Array) => void got.push(plain(type.decode(cdr))) };
	};
	const events = () => {
		const seen: EndpointEvent[] = [];
		return { seen, onEvent: (event: EndpointEvent) => void seen.push(event) };
	};
	/** All that a message of ours has, as a peer tells it. */
	const whole = (typeName: string, message: unknown, registry: TypeRegistry = types) => {
		const type = registry.message(typeName);
		return plain(type.decode(type.encode(message)));
	};

	for (const { typeName, message, sent = message, qos = ['reliable'] } of kinds) {
		for (const word of qos) {
			const profile = word === 'reliable' ? reliable : qosPresets.sensor_data;
			const isLossy = word === 'sensor_data';

			it(`messages: gets ${typeName}, ${word}`, async () => {
				const id = nextDomain();
				const peer = new Ros2Peer(id, 'listener');
				const seen = events();
				const publisher = open(id).advertise('/topic', typeName, profile, seen);
				peer.say(`sub /topic ${typeName} ${word}`);
				await peer.matched('/topic', 1);
				await until(
					() => publisher.matched === 1,
					() => 'their subscription is found',
				);
				const cdr = types.message(typeName).encode(message);
				publisher.publish(cdr);
				// What a best-effort reader misses is lost, so it is sent until it comes.
				await until(
					() => {
						if (isLossy && peer.got('/topic').length === 0) publisher.publish(cdr);
						return peer.got('/topic').length > 0;
					},
					() => `it has come: ${JSON.stringify(peer.told).slice(0, 500)}`,
				);
				assert.deepEqual(peer.got('/topic')[0], whole(typeName, message));
				assert.deepEqual(
					seen.seen.filter(({ kind }) => kind !== 'matched'),
					[],
				);
			});

			it(`messages: sends ${typeName}, ${word}`, async () => {
				const id = nextDomain();
				const peer = new Ros2Peer(id, 'talker');
				const seen = events();
				const { got, onMessage } = collect(typeName);
				const subscription = open(id).subscribe('/topic', typeName, profile, onMessage, seen);
				peer.say(`pub /topic ${typeName} ${word}`);
				await peer.matched('/topic', 1);
				await until(
					() => subscription.matched === 1,
					() => 'their publisher is found',
				);
				const line = `send /topic ${JSON.stringify(sent)}`;
				for (let i = 0; i < (isLossy ? 20 : 1); i++) peer.say(line);
				await until(
					() => got.length > 0,
					() => 'it has come',
				);
				assert.deepEqual(got[0], whole(typeName, message));
				// Another definition of the type than theirs would be told: its hash differs.
				assert.deepEqual(
					seen.seen.filter(({ kind }) => kind !== 'matched'),
					[],
				);
			});
		}
	}

	it('messages: exchanges types of a package of its own, and agrees on their hashes', async function () {
		const share = (process.env.AMENT_PREFIX_PATH ?? '').split(':').map((prefix) => join(prefix, 'share'));
		const folder = share.find((path) => existsSync(join(path, 'test_msgs', 'msg', 'Nested.msg')));
		if (folder === undefined) {
			console.log('      skipped: this ROS 2 has no package test_msgs');
			this.skip();
		}
		const own = createTypeRegistry({ distribution, folders: [folder as string] });
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'own');
		const graph = open(id, 'node_red', '/lab', own);
		for (const name of ['UnboundedSequences', 'BoundedSequences', 'Arrays', 'MultiNested', 'Strings', 'WStrings']) {
			const typeName = `test_msgs/msg/${name}`;
			const type = own.message(typeName);
			const [up, down] = [`/up/${name}`, `/down/${name}`];
			const seen = events();
			const { got, onMessage } = collect(typeName, own);
			graph.subscribe(up, typeName, reliable, onMessage, seen);
			const publisher = graph.advertise(down, typeName, reliable, seen);
			peer.say(`pub ${up} ${typeName}`);
			peer.say(`sub ${down} ${typeName}`);
			await Promise.all([peer.matched(up, 1), peer.matched(down, 1)]);
			await until(
				() => publisher.matched === 1,
				() => `${name} is matched`,
			);
			publisher.publish(type.encode(type.create()));
			peer.say(`send ${up} {}`);
			await until(
				() => got.length > 0 && peer.got(down).length > 0,
				() => `${name} has come`,
			);
			assert.deepEqual(got[0], plain(type.create()), name);
			assert.deepEqual(peer.got(down)[0], plain(type.create()), name);
			assert.deepEqual(
				seen.seen.filter(({ kind }) => kind !== 'matched'),
				[],
			);
		}
	});

	it('gets what was published before it came, as transient_local', async () => {
		const id = nextDomain();
		const graph = open(id);
		const publisher = graph.advertise('/map', string, latched);
		for (let i = 0; i < 5; i++) publisher.publish(types.message(string).encode({ data: `map ${i}` }));
		await graph.ready;
		const peer = new Ros2Peer(id, 'late');
		peer.say(`sub /map ${string} transient_local`);
		await until(
			() => peer.got('/map').length === 2,
			() => `two have come: ${JSON.stringify(peer.told)}`,
		);
		assert.deepEqual(peer.got('/map'), [{ data: 'map 3' }, { data: 'map 4' }]);
	});

	it('keeps what it published for us, as transient_local', async () => {
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'early');
		peer.say(`pub /map ${string} transient_local depth=2`);
		for (let i = 0; i < 5; i++) peer.say(`send /map {"data": "map ${i}"}`);
		await peer.nodes((names) => names.includes('/early'));
		const { got, onMessage } = collect(string);
		open(id).subscribe('/map', string, { ...latched, depth: 10 }, onMessage);
		await until(
			() => got.length === 2,
			() => `two have come: ${JSON.stringify(got)}`,
		);
		assert.deepEqual(got, [{ data: 'map 3' }, { data: 'map 4' }]);
	});

	it('is named with the policy when its QoS does not fit, and tells the same', async () => {
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'camera_driver', '/robot');
		peer.say(`pub /camera ${string} best_effort`);
		peer.say(`sub /map ${string} transient_local`);
		const graph = open(id);
		const camera = events();
		const map = events();
		const subscription = graph.subscribe('/camera', string, reliable, () => {}, camera);
		const publisher = graph.advertise('/map', string, reliable, map);
		const isIt = ({ kind }: EndpointEvent) => kind === 'incompatible';
		await until(
			() => camera.seen.some(isIt) && map.seen.some(isIt),
			() => JSON.stringify([camera.seen, map.seen]),
		);
		const [one, two] = [camera.seen.find(isIt), map.seen.find(isIt)];
		assert.ok(one?.kind === 'incompatible' && two?.kind === 'incompatible');
		assert.equal(one.policy, 'reliability');
		assert.equal(two.policy, 'durability');
		assert.match(
			one.message,
			/the publisher of \/camera \(node \/robot\/camera_driver\) offers best_effort; .* reliable/,
		);
		assert.match(
			two.message,
			/the subscription of \/map \(node \/robot\/camera_driver\) asks transient_local; this publisher offers volatile/,
		);
		await peer.until('camera', (told) => told.event === 'incompatible' && told.topic === '/camera');
		await peer.until('map', (told) => told.event === 'incompatible' && told.topic === '/map');
		assert.deepEqual([subscription.matched, publisher.matched], [0, 0]);
	});

	it('nodes: names ours, and ours names its, with their namespaces', async () => {
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'driver', '/robot/left');
		const graph = open(id);
		await until(
			() => graph.nodes().some(({ nodeName, namespace }) => nodeName === 'driver' && namespace === '/robot/left'),
			() => `it is among ${JSON.stringify(graph.nodes())}`,
		);
		await peer.nodes((names) => names.includes('/lab/node_red'));
		const list = await ros2(id, 'node', 'list', '--no-daemon', '--spin-time', '4');
		assert.deepEqual(
			list
				.trim()
				.split('\n')
				.filter((line) => line.startsWith('/'))
				.sort(),
			['/lab/node_red', '/robot/left/driver'],
		);
	});

	it('nodes: names ours, whatever distribution that is set to', async function () {
		// A node of the native transport is one of the ROS 2 that is installed.
		if (transport === 'native') this.skip();
		const id = nextDomain();
		for (const each of distributions) open(id, `of_${each}`, '/lab', createTypeRegistry({ distribution: each }));
		const peer = new Ros2Peer(id, 'driver');
		await peer.nodes((names) => distributions.every((each) => names.includes(`/lab/of_${each}`)));
	});

	it('nodes: shows the QoS, the type and its hash of our endpoints, without a warning', async () => {
		const id = nextDomain();
		const graph = open(id);
		graph.advertise('/lab/scan', 'sensor_msgs/msg/LaserScan', qosPresets.sensor_data);
		graph.subscribe('/lab/goal', 'geometry_msgs/msg/PoseStamped', latched, () => {});
		await graph.ready;
		const [scan, goal, node] = [
			await ros2(id, 'topic', 'info', '-v', '/lab/scan', '--no-daemon', '--spin-time', '4'),
			await ros2(id, 'topic', 'info', '-v', '/lab/goal', '--no-daemon', '--spin-time', '4'),
			await ros2(id, 'node', 'info', '/lab/node_red', '--no-daemon', '--spin-time', '4'),
		];
		for (const [text, typeName, kind, ...rest] of [
			[scan, 'sensor_msgs/msg/LaserScan', 'PUBLISHER', 'Reliability: BEST_EFFORT', 'Durability: VOLATILE'],
			[goal, 'geometry_msgs/msg/PoseStamped', 'SUBSCRIPTION', 'Reliability: RELIABLE', 'Durability: TRANSIENT_LOCAL'],
		] as const) {
			const expected = [
				`Type: ${typeName}`,
				'Node name: node_red',
				'Node namespace: /lab',
				`Topic type: ${typeName}`,
				...(hasTypeHashes ? [`Topic type hash: ${types.message(typeName).hash}`] : []),
				`Endpoint type: ${kind}`,
				...rest,
			];
			for (const line of expected) assert.ok(text.includes(line), `${line} in:\n${text}`);
			assert.doesNotMatch(text, /warn|fail|error|invalid/i);
		}
		assert.match(node, /Subscribers:\s+\/lab\/goal: geometry_msgs\/msg\/PoseStamped/);
		assert.match(node, /Publishers:\s+\/lab\/scan: sensor_msgs\/msg\/LaserScan/);
	});

	it('nodes: tells us its topics, their types and the QoS', async () => {
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'driver');
		peer.say('pub /camera sensor_msgs/msg/Image sensor_data');
		peer.say(`sub /goal geometry_msgs/msg/PoseStamped transient_local`);
		const graph = open(id);
		const find = (name: string) => graph.topics().find(({ topic }) => topic === name);
		await until(
			() => find('/camera') !== undefined && find('/goal') !== undefined,
			() => JSON.stringify(graph.topics()),
		);
		assert.deepEqual(find('/camera')?.typeNames, ['sensor_msgs/msg/Image']);
		assert.equal(find('/camera')?.publishers[0]?.reliability, 'best_effort');
		assert.deepEqual(find('/goal')?.typeNames, ['geometry_msgs/msg/PoseStamped']);
		assert.equal(find('/goal')?.subscriptions[0]?.durability, 'transient_local');
	});

	it('is forgotten after its lease when it is killed, and met again when it is back', async () => {
		const id = nextDomain();
		const graph = open(id);
		const { got, onMessage } = collect(string);
		const subscription = graph.subscribe('/chatter', string, reliable, onMessage);
		const publisher = graph.advertise('/answer', string, reliable);
		const isKnown = () => graph.nodes().some(({ nodeName }) => nodeName === 'mortal');
		for (const life of ['first', 'second']) {
			const peer = new Ros2Peer(id, 'mortal');
			peer.say(`pub /chatter ${string}`);
			peer.say(`sub /answer ${string}`);
			await Promise.all([peer.matched('/chatter', 1), peer.matched('/answer', 1)]);
			peer.say(`send /chatter {"data": "${life}"}`);
			await until(
				() => got.length > 0 && isKnown(),
				() => `it speaks in its ${life} life`,
			);
			assert.deepEqual(got.splice(0), [{ data: life }]);
			publisher.publish(types.message(string).encode({ data: life }));
			await until(
				() => peer.got('/answer').length === 1,
				() => `it hears in its ${life} life`,
			);
			assert.deepEqual(peer.got('/answer'), [{ data: life }]);
			await peer.kill();
			assert.ok(isKnown(), 'nobody has said farewell');
		}
		await until(
			() => !isKnown() && subscription.matched === 0 && publisher.matched === 0,
			() => 'the dead are forgotten',
			60_000,
		);
	});

	it('learns at once that we leave, and we that it does', async () => {
		const id = nextDomain();
		const peer = new Ros2Peer(id, 'driver');
		const stays = open(id, 'stays');
		const leaves = open(id, 'leaves');
		const staying = stays.advertise('/chatter', string, reliable);
		const leaving = leaves.advertise('/chatter', string, reliable);
		peer.say(`sub /chatter ${string}`);
		await peer.matched('/chatter', 2);
		await until(
			() => staying.matched === 1 && leaving.matched === 1,
			() => 'their subscription is found',
		);
		await peer.nodes((names) => names.includes('/lab/leaves'));
		await leaves.close();
		// Far below our lease of 20 s.
		await until(
			() => peer.told.findLast(({ event }) => event === 'matched')?.count === 1,
			() => 'one is left',
			5000,
		);
		await peer.nodes((names) => !names.includes('/lab/leaves') && names.includes('/lab/stays'), 5000);
		await peer.quit();
		await until(
			() => staying.matched === 0 && stays.nodes().length === 1,
			() => 'it is forgotten',
			5000,
		);
	});
}

for (const transport of transports) {
	describe(`a real ROS 2, ${transport}`, function () {
		realRos2.call(this, transport);
	});
}
