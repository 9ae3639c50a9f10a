import assert from 'node:assert/strict';
import type { DataReader, DataWriter } from '../../../lib/rtps/endpoints';
import { guidToString } from '../../../lib/rtps/guid';
import { chooseInterfaces, Network, peerLocators } from '../../../lib/rtps/network';
import type { Participant, ParticipantOptions } from '../../../lib/rtps/participant';
import { completeQos, incompatiblePolicy, inDefaultPartition, type QosOptions } from '../../../lib/rtps/qos';
import { payload, range, SimulatedNetwork } from './simulation';

const topic = 'rt/numbers';
const typeName = 'Numbers';
const text = (value: string) => new TextEncoder().encode(value);

function read(participant: Participant, qos: QosOptions = {}) {
	const seen: number[] = [];
	const reader = participant.createReader({
		topic,
		typeName,
		qos,
		onSample: (_, info) => seen.push(info.sequenceNumber),
	});
	return { reader, seen };
}

function meet(network: SimulatedNetwork, ...endpoints: (DataReader | DataWriter)[]): void {
	const matched = () => endpoints.every((endpoint) => endpoint.matched > 0);
	assert.ok(network.clock.runUntil(matched, 20_000), 'the endpoints find each other');
}

describe('rtps discovery', () => {
	it('finds participants and endpoints with their names, QoS and user data, whichever comes first', async () => {
		for (let seed = 1; seed <= 5; seed++) {
			const network = new SimulatedNetwork(seed);
			network.conditions = { loss: 0.2, latency: 5, duplicate: 0.1 };
			const events: string[] = [];
			const one = await network.join('10.0.0.1', {
				name: 'robot',
				userData: text('enclave=/;'),
				onParticipant: (kind, info) => events.push(`${kind} ${info.name}`),
				onEndpoint: (kind, info) => events.push(`${kind} ${info.kind} ${info.topic}`),
			});
			const early = one.createWriter({
				topic,
				typeName,
				userData: text('typehash=RIHS01_1;'),
				qos: {
					reliability: 'reliable',
					durability: 'transient_local',
					depth: 7,
					deadline: 1500,
					livelinessLease: 2500,
				},
			});
			network.clock.run(3000);
			const two = await network.join('10.0.0.2', { name: 'laptop' });
			const { reader } = read(two);
			meet(network, early, reader);
			assert.ok(network.clock.runUntil(() => two.endpoints().length === 1 && one.endpoints().length === 1, 20_000));
			const [writer] = two.endpoints();
			assert.equal(writer!.kind, 'writer');
			assert.deepEqual([writer!.topic, writer!.typeName], [topic, typeName]);
			assert.deepEqual(writer!.guid, early.guid);
			assert.deepEqual(writer!.userData, text('typehash=RIHS01_1;'));
			assert.deepEqual(writer!.participant.userData, text('enclave=/;'));
			assert.equal(writer!.participant.name, 'robot');
			assert.deepEqual(writer!.qos, early.qos);
			assert.deepEqual(one.endpoints()[0]!.qos, reader.qos);
			assert.deepEqual(two.participants()[0]!.guid, one.guid);
			assert.deepEqual(reader.matchedEndpoints(), [writer]);
			await two.close();
			assert.ok(network.clock.runUntil(() => one.participants().length === 0, 40_000));
			assert.deepEqual(events, [
				'joined laptop',
				'added reader rt/numbers',
				'removed reader rt/numbers',
				'left laptop',
			]);
			await one.close();
			assert.equal(network.sockets.size, 0);
		}
	});

	it('takes leave: others forget it and its endpoints at once', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2');
		const counts: number[] = [];
		const writer = one.createWriter({ topic, typeName, onMatched: (count) => counts.push(count) });
		const { reader } = read(two);
		meet(network, writer, reader);
		await two.close();
		network.clock.run(1);
		assert.deepEqual([writer.matched, one.participants().length, one.endpoints().length], [0, 0, 0]);
		assert.deepEqual(counts, [1, 0]);
		await two.close();
		assert.throws(() => read(two), /has been closed/);
	});

	it('forgets one that died after its lease, and not before', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2', { leaseDuration: 10_000 });
		const writer = one.createWriter({ topic, typeName });
		meet(network, writer, read(two).reader);
		network.clock.run(60_000);
		assert.equal(writer.matched, 1);
		network.filter = (bytes) => Buffer.compare(bytes.subarray(8, 20), two.guid.subarray(0, 12)) === 0;
		// It announces itself every 3 s, so it was last heard of up to 3 s before.
		network.clock.run(6_900);
		assert.equal(writer.matched, 1);
		network.clock.run(5_000);
		assert.deepEqual([writer.matched, one.participants().length], [0, 0]);
		// It was only cut off, so both find each other again.
		network.filter = undefined;
		assert.ok(network.clock.runUntil(() => writer.matched === 1, 10_000));
	});

	it('matches a participant that was killed and started again, and delivers to it', async () => {
		const network = new SimulatedNetwork(4);
		network.conditions = { loss: 0.05, latency: 3 };
		const one = await network.join('10.0.0.1');
		const writer = one.createWriter({ topic, typeName, qos: { durability: 'transient_local', depth: 5 } });
		for (const n of range(1, 5)) writer.write(payload(n));
		for (const round of range(1, 4)) {
			const two = await network.join('10.0.0.2', { leaseDuration: 5000 });
			const { seen } = read(two, { durability: 'transient_local' });
			assert.ok(
				network.clock.runUntil(() => seen.length === 5, 20_000),
				`round ${round}`,
			);
			assert.deepEqual(seen, range(1, 5));
			// Killed: its sockets vanish without a farewell, and its state machines go silent.
			for (const bound of [...network.sockets]) if (bound.host.address === '10.0.0.2') network.sockets.delete(bound);
			const dead = two.guid.subarray(0, 12);
			const before = network.filter;
			network.filter = (bytes, to, port) =>
				before?.(bytes, to, port) === true || Buffer.compare(bytes.subarray(8, 20), dead) === 0;
		}
		assert.ok(network.clock.runUntil(() => one.participants().length === 0, 20_000));
		assert.equal(writer.matched, 0);
	});

	it('finds peers without multicast, also when only one side knows the other', async () => {
		const network = new SimulatedNetwork(2);
		const silent = (peers: string[]): ParticipantOptions => ({ network: { multicast: false, peers } });
		const one = await network.join('10.0.0.1', silent(['10.0.0.2']));
		const two = await network.join('10.0.0.2', silent([]));
		let multicasts = 0;
		network.filter = (_, to) => {
			if (to.startsWith('239.')) multicasts++;
			return false;
		};
		const writer = one.createWriter({ topic, typeName });
		const { reader, seen } = read(two);
		meet(network, writer, reader);
		network.clock.run(120_000);
		assert.deepEqual([writer.matched, reader.matched, multicasts], [1, 1, 0]);
		writer.write(payload(1));
		network.clock.run(10);
		assert.deepEqual(seen, [1]);
	});

	it('keeps domains apart, and gives each participant of a host ports of its own', async () => {
		const network = new SimulatedNetwork(1);
		const same = await Promise.all(range(1, 4).map(() => network.join('10.0.0.1', { domainId: 7 })));
		const other = await network.join('10.0.0.1', { domainId: 8 });
		network.clock.run(3000);
		for (const participant of same) assert.equal(participant.participants().length, 3);
		assert.equal(other.participants().length, 0);
		const bound = [...network.sockets].filter(({ options }) => !options.shared).map(({ port }) => port);
		assert.equal(new Set(bound).size, bound.length);
		for (const index of range(0, 3)) assert.ok(bound.includes(7400 + 7 * 250 + 10 + 2 * index));
		const elsewhere = new SimulatedNetwork(1);
		await Promise.all(range(0, 119).map(() => elsewhere.join('10.0.0.1', { network: { multicast: false } })));
		await assert.rejects(elsewhere.join('10.0.0.1', { network: { multicast: false } }), /No free port.*domain 0/);
	});

	it('names the incompatible policy on both sides, and matches once a fitting endpoint comes', async () => {
		const cases: [QosOptions, QosOptions, string][] = [
			[{ reliability: 'best_effort' }, { reliability: 'reliable' }, 'reliability'],
			[{ durability: 'volatile' }, { durability: 'transient_local' }, 'durability'],
			[{ deadline: 2000 }, { deadline: 1000 }, 'deadline'],
			[{}, { deadline: 1000 }, 'deadline'],
			[{ liveliness: 'automatic' }, { liveliness: 'manual_by_topic' }, 'liveliness'],
			[{ livelinessLease: 2000 }, { livelinessLease: 1000 }, 'liveliness'],
		];
		for (const [offered, asked, policy] of cases) {
			const network = new SimulatedNetwork(1);
			const one = await network.join('10.0.0.1');
			const two = await network.join('10.0.0.2');
			const told: string[] = [];
			const writer = one.createWriter({
				topic,
				typeName,
				qos: offered,
				onIncompatible: (it) => told.push(`writer ${it.policy} ${it.endpoint.kind}`),
			});
			const reader = two.createReader({
				topic,
				typeName,
				qos: asked,
				onSample: () => {},
				onIncompatible: (it) => told.push(`reader ${it.policy} ${it.endpoint.kind}`),
			});
			network.clock.run(3000);
			assert.deepEqual(told.toSorted(), [`reader ${policy} writer`, `writer ${policy} reader`]);
			assert.deepEqual([writer.matched, reader.matched], [0, 0]);
			const fitting = one.createWriter({ topic, typeName, qos: { durability: 'transient_local', ...asked } });
			meet(network, fitting, reader);
		}
	});

	it('tells of a type that differs', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2');
		const told: string[] = [];
		one.createWriter({ topic, typeName: 'Other', onIncompatible: ({ policy }) => told.push(policy) });
		read(two);
		network.clock.run(3000);
		assert.deepEqual(told, ['type']);
	});

	it('compares what is offered with what is asked as DDS does', () => {
		const base = completeQos();
		assert.equal(incompatiblePolicy(base, base), undefined);
		assert.equal(incompatiblePolicy({ ...base, ownership: 'exclusive' }, base), 'ownership');
		assert.equal(incompatiblePolicy(base, { ...base, destinationOrder: 1 }), 'destination_order');
		assert.equal(incompatiblePolicy({ ...base, destinationOrder: 1 }, base), undefined);
		assert.equal(incompatiblePolicy(base, { ...base, presentationScope: 2 }), 'presentation');
		assert.equal(incompatiblePolicy(base, { ...base, coherentAccess: true }), 'presentation');
		assert.equal(incompatiblePolicy({ ...base, latencyBudget: 5 }, base), 'latency_budget');
		assert.equal(incompatiblePolicy({ ...base, representations: [2] }, base), 'data_representation');
		assert.equal(
			incompatiblePolicy({ ...base, representations: [2] }, { ...base, representations: [0, 2] }),
			undefined,
		);
		assert.equal(incompatiblePolicy(base, { ...base, representations: [2] }), 'data_representation');
		assert.equal(
			incompatiblePolicy({ ...base, durability: 'persistent' }, { ...base, durability: 'transient' }),
			undefined,
		);
		assert.deepEqual([[], [''], ['*'], ['a'], ['a', '']].map(inDefaultPartition), [true, true, true, false, true]);
	});

	it('refuses wrong options by name', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const wrong = (qos: unknown) => () => one.createWriter({ topic, typeName, qos: qos as QosOptions });
		assert.throws(wrong({ reliability: 'sure' }), /`qos.reliability` to be one of best_effort, reliable, got "sure"/);
		assert.throws(wrong({ depth: 0 }), /`qos.depth`/);
		assert.throws(wrong({ deadline: -1 }), /`qos.deadline` to be a number > 0 \(ms\), got -1/);
		assert.throws(() => one.createWriter({ topic: '', typeName }), /`topic`/);
		assert.throws(() => one.createWriter({ topic, typeName, userData: new Uint8Array(70_000) }), /`userData`.*70000/);
		await assert.rejects(network.join('10.0.0.1', { domainId: 233 }), /`domainId`/);
		await assert.rejects(
			network.join('10.0.0.1', { network: { peers: ['robot.local'] } }),
			/`network.peers`.*robot.local/,
		);
		await assert.rejects(
			network.join('10.0.0.1', { network: { interfaces: ['wlan7'] } }),
			/eth0 \(10.0.0.1\); got "wlan7"/,
		);
	});

	it('chooses interfaces as ROS 2 does', () => {
		const lo = { name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0', internal: true };
		const eth = { name: 'eth0', address: '10.0.0.1', netmask: '255.255.255.0', internal: false };
		const wlan = { name: 'wlan0', address: '192.168.1.2', netmask: '255.255.255.0', internal: false };
		const all = [lo, eth, wlan];
		assert.deepEqual(chooseInterfaces(all, {}), [eth, wlan]);
		assert.deepEqual(chooseInterfaces([lo], {}), [lo]);
		assert.deepEqual(chooseInterfaces(all, { localhostOnly: true }), [lo]);
		assert.deepEqual(chooseInterfaces(all, { interfaces: ['wlan0'] }), [wlan]);
		assert.deepEqual(chooseInterfaces(all, { interfaces: ['10.0.0.1', 'lo'] }), [eth, lo]);
	});

	it('looks for peers at the ports of the first participants of a host', () => {
		assert.deepEqual(peerLocators(['10.0.0.9:7500'], 1), [{ address: '10.0.0.9', port: 7500 }]);
		assert.equal(peerLocators(['10.0.0.9'], 1).length, 10);
		assert.equal(peerLocators(['127.0.0.1'], 1).length, 32);
		assert.deepEqual(peerLocators(['10.0.0.9'], 2)[1], { address: '10.0.0.9', port: 7912 });
		for (const bad of ['', '10.0.0', '10.0.0.1:99999', '10.0.0.1:a', '10.0.0.1:1:2']) {
			assert.throws(() => peerLocators([bad], 0), RangeError);
		}
	});

	it('sends to the address of a participant that can be reached', async () => {
		const simulated = new SimulatedNetwork(1);
		const open = (options: Parameters<typeof Network.open>[1]) =>
			Network.open(simulated.host('10.0.0.1'), options, 0, new Uint8Array(12), {
				onDatagram: () => {},
				onError: () => {},
			});
		const network = await open({});
		const at = (...addresses: string[]) =>
			network.choose(addresses.map((address) => ({ address, port: 1 }))).map(({ address }) => address);
		assert.deepEqual(at('172.17.0.1', '10.0.0.7'), ['10.0.0.7'], 'same network');
		assert.deepEqual(at('172.17.0.1', '10.0.0.1'), ['10.0.0.1'], 'this host');
		assert.deepEqual(at('172.17.0.1', '172.18.0.1'), ['172.17.0.1', '172.18.0.1'], 'a router has to know');
		assert.deepEqual(at('127.0.0.1'), ['127.0.0.1'], 'can only be this host');
		assert.deepEqual(at('127.0.0.1', '172.17.0.1'), ['172.17.0.1'], 'the loopback of another host');
		assert.deepEqual(at('239.255.0.1'), []);
	});

	it('reports a deadline that is missed, on both sides, and none that is kept', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2');
		const missed = { writer: 0, reader: 0 };
		const deadline = 100;
		const writer = one.createWriter({
			topic,
			typeName,
			qos: { deadline },
			onDeadlineMissed: (total) => {
				missed.writer = total;
			},
		});
		writer.write(payload(0));
		const reader = two.createReader({
			topic,
			typeName,
			qos: { deadline },
			onSample: () => {},
			onDeadlineMissed: (total) => {
				missed.reader = total;
			},
		});
		meet(network, writer, reader);
		missed.writer = 0;
		for (const n of range(1, 50)) {
			writer.write(payload(n));
			network.clock.run(50);
		}
		const kept = { ...missed };
		network.clock.run(1050);
		assert.equal(kept.reader, 0);
		assert.ok(missed.reader >= 9 && missed.reader <= 11, `${missed.reader}`);
		assert.ok(missed.writer >= 9, `${missed.writer}`);
	});

	for (const liveliness of ['automatic', 'manual_by_participant', 'manual_by_topic'] as const) {
		it(`watches ${liveliness} liveliness`, async () => {
			const network = new SimulatedNetwork(1);
			const one = await network.join('10.0.0.1');
			const two = await network.join('10.0.0.2');
			let lost = 0;
			const qos = { liveliness, livelinessLease: 400 };
			const writer = one.createWriter({ topic, typeName, qos, onLivelinessLost: () => lost++ });
			const states: string[] = [];
			const reader = two.createReader({
				topic,
				typeName,
				qos,
				onSample: () => {},
				onLiveliness: ({ alive, notAlive }) => states.push(`${alive}/${notAlive}`),
			});
			meet(network, writer, reader);
			for (let i = 0; i < 20; i++) {
				writer.assertLiveliness();
				network.clock.run(100);
			}
			assert.deepEqual(states, ['1/0']);
			network.clock.run(2000);
			if (liveliness === 'automatic') {
				assert.deepEqual([states.length, lost], [1, 0]);
				network.filter = (bytes) => Buffer.compare(bytes.subarray(8, 20), one.guid.subarray(0, 12)) === 0;
				network.clock.run(1000);
				assert.deepEqual(states, ['1/0', '0/1']);
				network.filter = undefined;
				network.clock.run(1000);
			} else {
				assert.deepEqual(states, ['1/0', '0/1']);
				assert.ok(lost > 0);
				writer.write(payload(1));
				network.clock.run(300);
			}
			assert.deepEqual(states, ['1/0', '0/1', '1/0']);
			writer.close();
			network.clock.run(100);
			assert.deepEqual(states.at(-1), '0/0');
		});
	}

	it('gives no sample that is older than its lifespan', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2');
		const qos = { durability: 'transient_local', lifespan: 1000, depth: 10 } as const;
		const writer = one.createWriter({ topic, typeName, qos });
		for (const n of range(1, 3)) writer.write(payload(n));
		network.clock.run(2000);
		for (const n of range(4, 6)) writer.write(payload(n));
		const { seen } = read(two, { durability: 'transient_local' });
		network.clock.run(3000);
		assert.deepEqual(seen, [4, 5, 6]);
	});

	it('gives no sample that took longer than its lifespan to come', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2');
		const writer = one.createWriter({ topic, typeName, qos: { lifespan: 1000 } });
		const { reader, seen } = read(two);
		meet(network, writer, reader);
		network.clock.run(500);
		const held: (() => void)[] = [];
		network.filter = (bytes, to, port) => {
			const copy = Uint8Array.from(bytes);
			const target = [...network.sockets].find((bound) => bound.host.address === to && bound.port === port);
			held.push(() => target?.options.onDatagram(copy, '10.0.0.1'));
			return true;
		};
		writer.write(payload(1));
		network.clock.run(1500);
		network.filter = undefined;
		writer.write(payload(2));
		for (const arrive of held) arrive();
		network.clock.run(500);
		assert.deepEqual(seen, [2]);
	});

	it('tells a newcomer of itself at once, and of what endpoints there are among those there were', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const endpoints = range(1, 9).map((n) => one.createWriter({ topic: `rt/${n}`, typeName }));
		for (const n of [1, 3, 4, 7]) endpoints[n]!.close();
		// In between its announcements, which are 3 s apart.
		network.clock.run(10_000);
		const two = await network.join('10.0.0.2');
		network.clock.run(30);
		assert.equal(two.participants().length, 1);
		network.clock.run(100);
		assert.deepEqual(
			two.endpoints().map((endpoint) => endpoint.topic),
			['rt/1', 'rt/3', 'rt/6', 'rt/7', 'rt/9'],
		);
	});

	it('warns of a receive buffer that is too small for what arrives, once and with the command', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const host = network.host('10.0.0.2');
		const warnings: string[] = [];
		const transport = {
			interfaces: () => host.interfaces(),
			open: async (options: Parameters<typeof host.open>[0]) => ({
				...(await host.open(options)),
				receiveBufferSize: 212_992,
			}),
		};
		const two = await network.join('10.0.0.2', { transport, onWarning: ({ message }) => warnings.push(message) });
		assert.equal(two.receiveBufferSize, 212_992);
		const writer = one.createWriter({ topic, typeName });
		const { reader, seen } = read(two);
		meet(network, writer, reader);
		network.clock.run(500);
		writer.write(payload(1, 200_000));
		network.clock.run(500);
		assert.deepEqual(warnings, []);
		for (const n of range(2, 4)) writer.write(payload(n, 921_600));
		assert.ok(network.clock.runUntil(() => seen.length === 4, 2000));
		assert.equal(warnings.length, 1);
		assert.match(warnings[0]!, /921600 bytes .* 212992 bytes/);
		if (process.platform === 'linux') assert.match(warnings[0]!, /sudo sysctl -w net\.core\.rmem_max=4194304/);
	});

	it('drops a sample larger than is allowed and says so', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const warnings: string[] = [];
		const two = await network.join('10.0.0.2', {
			maxSampleSize: 500_000,
			onWarning: ({ kind, message }) => warnings.push(`${kind} ${message}`),
		});
		const writer = one.createWriter({ topic, typeName, qos: { reliability: 'best_effort' } });
		const { reader, seen } = read(two, { reliability: 'best_effort' });
		meet(network, writer, reader);
		for (const length of [500_001, 500_000, 600_000]) writer.write(payload(1, length));
		network.clock.run(100);
		assert.deepEqual(seen, [2]);
		assert.equal(warnings.length, 1);
		assert.match(warnings[0]!, /sample-too-large .*500001 bytes on rt\/numbers.*500000 bytes/);
	});

	it('makes and closes thousands of endpoints without holding on to them', async () => {
		const network = new SimulatedNetwork(1);
		const one = await network.join('10.0.0.1');
		const two = await network.join('10.0.0.2');
		const lasting = one.createWriter({ topic, typeName });
		network.clock.run(2000);
		const guids = new Set<string>();
		for (let i = 0; i < 2000; i++) {
			const { reader } = read(two);
			guids.add(guidToString(reader.guid));
			network.clock.run(1);
			reader.close();
			network.clock.run(1);
		}
		network.clock.run(3000);
		assert.equal(guids.size, 2000);
		assert.deepEqual([one.endpoints().length, two.endpoints().length, lasting.matched], [0, 1, 0]);
		// What remains of them is what a third participant is told: no more than the last few.
		let announced = 0;
		network.filter = (bytes, to) => {
			const fromTwo = Buffer.compare(bytes.subarray(8, 20), two.guid.subarray(0, 12)) === 0;
			if (fromTwo && to === '10.0.0.3' && Buffer.from(bytes).indexOf(Buffer.of(0, 0, 4, 0xc2)) > 0) announced++;
			return false;
		};
		await network.join('10.0.0.3');
		network.clock.run(3000);
		assert.ok(announced > 0 && announced < 50, `${announced}`);
	});
});
