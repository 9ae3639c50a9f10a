import assert from 'node:assert/strict';
import { createEmbeddedGraph, type EmbeddedGraph, type EmbeddedOptions } from '../../../../lib/ros/embedded/graph';
import type { Manner } from '../../../../lib/ros/embedded/service-wire';
import { qosPresets } from '../../../../lib/ros/qos';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import {
	createParticipant,
	type Participant,
	type SampleInfo,
	type Transport,
	udpTransport,
	vendorCyclone,
	vendorFast,
} from '../../../../lib/rtps';
import { FakeTimers } from '../../../fake-timers';

const type = 'example_interfaces/srv/AddTwoInts';
const timeout = 10_000;
/** Domains of this file's own, so that nothing else on this machine is heard. */
const domains = { first: 205, last: 215 };
let domain = domains.last;

async function until(what: string, condition: () => boolean): Promise<void> {
	const end = Date.now() + 10_000;
	while (!condition()) {
		if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** UDP that passes its participant off as one of another vendor. */
function transportOf(vendor: number): Transport {
	const udp = udpTransport();
	const [high, low] = [vendor >> 8, vendor & 0xff];
	return {
		interfaces: () => udp.interfaces(),
		async open(options) {
			const socket = await udp.open(options);
			return {
				port: socket.port,
				receiveBufferSize: socket.receiveBufferSize,
				join: (address) => socket.join(address),
				close: () => socket.close(),
				send(parts, port, address) {
					const data = Buffer.concat(Array.isArray(parts) ? parts : [parts]);
					data.set([high, low], 6);
					// The parameter of the announcement: id 0x0016, 4 bytes.
					const at = data.indexOf(Buffer.of(0x16, 0, 4, 0, 0, 0, 0, 0));
					if (at >= 0) data.set([high, low], at + 4);
					socket.send(data, port, address);
					return true;
				},
			};
		},
	};
}

/** Graphs of one process find each other on loopback as those of two processes do. */
describe('services on the network', () => {
	const graphs: EmbeddedGraph[] = [];
	const participants: Participant[] = [];
	const types = createTypeRegistry();
	const { request, response } = types.service(type);
	let problems: unknown[];

	beforeEach(() => {
		domain = domain >= domains.last ? domains.first : domain + 1;
		problems = [];
	});
	afterEach(async () => {
		await Promise.all([...graphs.splice(0), ...participants.splice(0)].map((each) => each.close()));
		assert.deepEqual(problems, []);
	});

	const open = (nodeName: string, more: Partial<EmbeddedOptions> = {}) => {
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
	/** A participant without ROS, for what no client or server of ours would do. */
	const openRaw = async (transport: Transport = udpTransport()) => {
		const participant = await createParticipant({
			domainId: domain,
			transport,
			network: { multicast: false, localhostOnly: true, peers: ['127.0.0.1'] },
		});
		participants.push(participant);
		return participant;
	};
	const raw = (part: 'Request' | 'Response') => ({
		topic: part === 'Request' ? 'rq/addRequest' : 'rr/addReply',
		typeName: `example_interfaces::srv::dds_::AddTwoInts_${part}_`,
	});
	const add = (cdr: Uint8Array, respond: (cdr: Uint8Array) => void) => {
		const { a, b } = request.decode(cdr) as { a: bigint; b: bigint };
		respond(response.encode({ sum: a + b }));
	};
	const ask = (a: number, b: number) => request.encode({ a, b });
	const sum = async (answer: Promise<Uint8Array>) => Number(response.decode(await answer).sum);

	for (const serviceManner of ['fastrtps', 'cyclonedds'] as const satisfies Manner[]) {
		describe(`in the manner of ${serviceManner}`, () => {
			it('answer calls, many in flight and out of order, each client its own', async () => {
				const waiting: (() => void)[] = [];
				const server = open('server').createService('/add', type, undefined, (cdr, respond) => {
					waiting.unshift(() => add(cdr, respond));
				});
				const clients = ['one', 'two'].map((name) => open(name, { serviceManner }).createClient('/add', type));
				await until('they match', () => server.matched === 2 && clients.every(({ available }) => available === 1));
				const calls = clients.flatMap((client, i) =>
					Array.from({ length: 20 }, (_, j) => sum(client.call(ask(1000 * i, j), { timeout }))),
				);
				await until('all have come', () => waiting.length === 40);
				for (const answer of waiting) answer();
				assert.deepEqual(
					await Promise.all(calls),
					[0, 1000].flatMap((base) => Array.from({ length: 20 }, (_, j) => base + j)),
				);
			});

			it('answer a call that was made before anybody was there', async () => {
				const answer = sum(open('client', { serviceManner }).createClient('/add', type).call(ask(1, 2), { timeout }));
				open('server').createService('/add', type, undefined, add);
				assert.equal(await answer, 3);
			});

			it('fail calls whose server goes away', async () => {
				const server = open('server');
				let asked = 0;
				server.createService('/add', type, undefined, () => void asked++);
				const call = open('client', { serviceManner }).createClient('/add', type).call(ask(1, 2), { timeout });
				const rejected = assert.rejects(call, { brief: 'server is gone' });
				await until('it is asked', () => asked === 1);
				await server.close();
				await rejected;
			});

			it('take no answer that is another call’s, short, or unknown', async () => {
				const participant = await openRaw();
				const writer = participant.createWriter(raw('Response'));
				let asked: { payload: Uint8Array; info: SampleInfo } | undefined;
				participant.createReader({
					...raw('Request'),
					onSample: (payload, info) => {
						asked = { payload, info };
					},
				});
				const call = sum(open('client', { serviceManner }).createClient('/add', type).call(ask(1, 2), { timeout }));
				await until('the request has come', () => asked !== undefined && writer.matched === 1);
				assert.ok(asked);
				const { payload, info } = asked;
				const wrong = response.encode({ sum: 666 });
				if (serviceManner === 'fastrtps') {
					const guid = info.relatedSampleIdentity?.guid as Uint8Array;
					assert.equal(info.relatedSampleIdentity?.sequenceNumber, -1, 'as rmw_fastrtps leaves it unknown');
					assert.equal(guid[15], 4, 'the GUID of a reader');
					const other = guid.slice();
					other[3] = (other[3] as number) ^ 0xff;
					const { sequenceNumber } = info;
					writer.write(wrong, { relatedSampleIdentity: { guid: other, sequenceNumber } });
					writer.write(wrong, { relatedSampleIdentity: { guid, sequenceNumber: sequenceNumber + 1 } });
					writer.write(wrong, { relatedSampleIdentity: { guid, sequenceNumber: -1 } });
					writer.write(new Uint8Array(0), { relatedSampleIdentity: { guid, sequenceNumber } });
					writer.write(wrong);
					writer.write(response.encode({ sum: 3 }), { relatedSampleIdentity: { guid, sequenceNumber } });
				} else {
					const header = payload.subarray(4, 20);
					const reply = (value: number, change: (bytes: Buffer) => void = () => {}) => {
						const body = response.encode({ sum: value });
						const bytes = Buffer.concat([body.subarray(0, 4), header, body.subarray(4)]);
						change(bytes);
						writer.write(bytes);
					};
					reply(666, (bytes) => bytes.writeUInt8((bytes[4] as number) ^ 0xff, 4));
					reply(666, (bytes) => bytes.writeBigInt64LE(99n, 12));
					reply(666, (bytes) => bytes.writeBigInt64LE(-1n, 12));
					writer.write(payload.slice(0, 16));
					writer.write(new Uint8Array(0));
					writer.write(wrong);
					reply(3);
				}
				assert.equal(await call, 3);
			});

			it('outlive requests that are none', async () => {
				const got: number[] = [];
				open('server').createService('/add', type, undefined, (cdr, respond) => {
					got.push(cdr.length);
					add(cdr, respond);
				});
				const participant = await openRaw();
				const writer = participant.createWriter(raw('Request'));
				await until('it matches', () => writer.matched === 1);
				const identity = { guid: new Uint8Array(16).fill(7), sequenceNumber: 1 };
				const options = serviceManner === 'fastrtps' ? { relatedSampleIdentity: identity } : undefined;
				writer.write(new Uint8Array(0), options);
				if (serviceManner === 'cyclonedds') writer.write(new Uint8Array(16), options);
				// The headers are there, the body is not: for the handler to refuse.
				writer.write(new Uint8Array(serviceManner === 'cyclonedds' ? 20 : 4), options);
				const call = open('client', { serviceManner }).createClient('/add', type).call(ask(1, 2), { timeout });
				assert.equal(await sum(call), 3);
				assert.deepEqual(got, [4, 20]);
				assert.equal(problems.length, 1);
				assert.match(String(problems.pop()), /a: expected 8 bytes/);
			});
		});
	}

	it('name the request in the answer as a reader of either manner and byte order needs it', async () => {
		let isBigEndian = false;
		open('server').createService('/add', type, undefined, (cdr, respond) => {
			if (isBigEndian) respond(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 23));
			else add(cdr, respond);
		});
		const participant = await openRaw();
		const answers: { payload: Uint8Array; info: SampleInfo }[] = [];
		const reader = participant.createReader({
			...raw('Response'),
			onSample: (payload, info) => answers.push({ payload, info }),
		});
		const writer = participant.createWriter(raw('Request'));
		await until('they match', () => writer.matched === 1 && reader.matched === 1);
		// As rmw_fastrtps: the related identity is the reader's.
		const number = writer.write(ask(1, 2), { relatedSampleIdentity: { guid: reader.guid, sequenceNumber: -1 } });
		await until('the first answer', () => answers.length === 1);
		const related = answers[0]?.info.relatedSampleIdentity;
		assert.deepEqual(Buffer.from(related?.guid ?? []), Buffer.from(reader.guid));
		assert.equal(related?.sequenceNumber, number);
		assert.deepEqual(answers[0]?.payload.length, 12);
		// As rmw_cyclonedds on a big-endian machine; an answer has an order of its own.
		const bytes = Buffer.alloc(36);
		bytes.writeBigUInt64BE(0x1122334455667788n, 4);
		bytes.writeBigInt64BE(42n, 12);
		bytes.writeBigInt64BE(20n, 20);
		bytes.writeBigInt64BE(3n, 28);
		writer.write(bytes);
		await until('the second answer', () => answers.length === 2);
		const answer = Buffer.from(answers[1]?.payload ?? []);
		assert.equal(answers[1]?.info.relatedSampleIdentity, undefined);
		assert.equal(answer[1], 1, 'little-endian');
		assert.equal(answer.readBigUInt64LE(4), 0x1122334455667788n);
		assert.equal(answer.readBigInt64LE(12), 42n);
		assert.equal(answer.readBigInt64LE(20), 23n);
		isBigEndian = true;
		writer.write(bytes);
		await until('the third answer', () => answers.length === 3);
		const swapped = Buffer.from(answers[2]?.payload ?? []);
		assert.equal(swapped[1], 0, 'big-endian');
		assert.equal(swapped.readBigUInt64BE(4), 0x1122334455667788n);
		assert.equal(swapped.readBigInt64BE(12), 42n);
		assert.equal(swapped.readBigInt64BE(20), 23n);
	});

	it('hold an answer until the reader of its client is known, for a second', async () => {
		const timers = new FakeTimers();
		const asked: (() => void)[] = [];
		open('server', { timers }).createService('/add', type, undefined, (cdr, respond) => {
			asked.push(() => add(cdr, respond));
		});
		const participant = await openRaw();
		const writer = participant.createWriter({ ...raw('Request'), userData: Buffer.from('clientid=1.2.3;') });
		await until('it matches', () => writer.matched === 1);
		const answers: bigint[] = [];
		const header = (value: bigint) => {
			const bytes = Buffer.alloc(16);
			bytes.writeBigInt64LE(value, 8);
			return bytes;
		};
		const send = (value: bigint) =>
			writer.write(Buffer.concat([ask(1, 2).subarray(0, 4), header(value), ask(1, 2).subarray(4)]));
		send(1n);
		await until('the first has come', () => asked.length === 1);
		asked[0]?.();
		assert.equal(timers.pending, 1, 'it waits');
		timers.advance(1000);
		assert.equal(timers.pending, 0, 'it is dropped');
		send(2n);
		await until('the second has come', () => asked.length === 2);
		asked[1]?.();
		participant.createReader({
			...raw('Response'),
			userData: Buffer.from('clientid=1.2.3;'),
			onSample: (payload) => void answers.push(Buffer.from(payload).readBigInt64LE(12)),
		});
		await until('the second is answered', () => answers.length === 1);
		// It was answered once: somebody else who comes does not make it go out again.
		const other = participant.createReader({ ...raw('Response'), onSample: () => {} });
		await until('another reader matches', () => other.matched === 1);
		send(3n);
		await until('the third has come', () => asked.length === 3);
		asked[2]?.();
		await until('the third is answered', () => answers.includes(3n));
		assert.deepEqual(answers, [2n, 3n]);
		assert.equal(timers.pending, 0);
	});

	it('hold a limited number of answers', async () => {
		const timers = new FakeTimers();
		const asked: (() => void)[] = [];
		open('server', { timers }).createService('/add', type, undefined, (cdr, respond) => {
			asked.push(() => add(cdr, respond));
		});
		const participant = await openRaw();
		const writer = participant.createWriter(raw('Request'));
		await until('it matches', () => writer.matched === 1);
		// The GUID of a reader that is never announced.
		const guid = new Uint8Array(16).fill(4);
		for (let i = 1; i <= 101; i++) {
			writer.write(ask(i, 0), { relatedSampleIdentity: { guid, sequenceNumber: -1 } });
			await until('it has come', () => asked.length === i);
		}
		for (const answer of asked) answer();
		assert.equal(timers.pending, 100);
		timers.advance(1000);
		assert.equal(timers.pending, 0);
	});

	/** UDP on which a participant does not hear the submessages that `isOut` names: they become PAD, which is skipped. */
	const deafTo = (isOut: (id: number, writerId: number, port: number) => boolean): Transport => {
		const udp = udpTransport();
		return {
			interfaces: () => udp.interfaces(),
			open: (options) =>
				udp.open({
					...options,
					onDatagram(data, source) {
						const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
						for (let at = 20; at + 16 <= bytes.length; at += 4 + bytes.readUInt16LE(at + 2)) {
							if (isOut(bytes.readUInt8(at), bytes.readUInt32BE(at + 12), options.port)) bytes.writeUInt8(1, at);
						}
						options.onDatagram(data, source);
					},
				}),
		};
	};
	const submessage = { acknack: 0x06, data: 0x15 };
	/** The writer that tells of a participant's writers (DDSI-RTPS 2.5, table 9.1). */
	const publicationsWriter = 0x000003c2;
	const deafToWriters = (state: { isDeaf: boolean }) =>
		deafTo((id, writerId) => state.isDeaf && id === submessage.data && writerId === publicationsWriter);

	it('are not called before the server knows the client, so that the first call is not lost', async () => {
		let asked = 0;
		const state = { isDeaf: true };
		const transport = deafToWriters(state);
		const server = open('server', { transport }).createService('/add', type, undefined, (cdr, respond) => {
			asked++;
			add(cdr, respond);
		});
		const graph = open('client', { timers: new FakeTimers() });
		const client = graph.createClient('/add', type);
		const call = sum(client.call(ask(1, 2), { timeout }));
		await until('each has found the other, as far as it can', () =>
			graph.services().some(({ servers }) => servers === 1),
		);
		assert.deepEqual([client.available, server.matched, asked], [0, 0, 0]);
		state.isDeaf = false;
		assert.equal(await call, 3);
		assert.deepEqual([client.available, asked], [1, 1]);
	});

	it('are called all the same when the server does not show that it knows the client', async () => {
		const timers = new FakeTimers();
		const participant = await openRaw();
		const writer = participant.createWriter(raw('Response'));
		const deaf = deafTo((id, _writerId, port) => id === submessage.acknack && port % 2 === 1);
		const graph = open('client', { transport: deaf, timers });
		const client = graph.createClient('/add', type);
		const call = sum(client.call(ask(1, 2), { timeout }));
		participant.createReader({
			...raw('Request'),
			onSample: (_payload, { sequenceNumber, relatedSampleIdentity }) => {
				const guid = relatedSampleIdentity?.guid as Uint8Array;
				writer.write(response.encode({ sum: 3 }), { relatedSampleIdentity: { guid, sequenceNumber } });
			},
		});
		// The timer of the call, and that of the patience with this server.
		await until('the server is found', () => timers.pending === 2 && writer.matched === 1);
		assert.equal(client.available, 0);
		timers.advance(500);
		assert.equal(client.available, 1);
		assert.equal(await call, 3);
	});

	it('answer only the client that asked', async () => {
		open('server').createService('/add', type, undefined, add);
		const participant = await openRaw();
		const writer = participant.createWriter(raw('Request'));
		const clients = [1, 2].map(() => {
			const sums: number[] = [];
			const onSample = (payload: Uint8Array) => void sums.push(Number(response.decode(payload).sum));
			return { sums, reader: participant.createReader({ ...raw('Response'), onSample }) };
		});
		await until('they match', () => writer.matched === 1 && clients.every(({ reader }) => reader.matched === 1));
		for (let n = 1; n <= 4; n++) {
			const { guid } = (clients[n % 2] as (typeof clients)[number]).reader;
			writer.write(ask(n, 0), { relatedSampleIdentity: { guid, sequenceNumber: -1 } });
		}
		await until('all are answered', () => clients.flatMap(({ sums }) => sums).length >= 4);
		assert.deepEqual(
			clients.map(({ sums }) => sums),
			[
				[2, 4],
				[1, 3],
			],
		);
	});

	it('answer a client once it knows the server', async () => {
		const timers = new FakeTimers();
		let asked = 0;
		open('server', { timers }).createService('/add', type, undefined, (cdr, respond) => {
			asked++;
			add(cdr, respond);
		});
		const state = { isDeaf: true };
		const participant = await openRaw(deafToWriters(state));
		const sums: number[] = [];
		const onSample = (payload: Uint8Array) => void sums.push(Number(response.decode(payload).sum));
		const reader = participant.createReader({ ...raw('Response'), onSample });
		const writer = participant.createWriter(raw('Request'));
		await until('it hears requests', () => writer.listeningEndpoints().length === 1);
		writer.write(ask(1, 2), { relatedSampleIdentity: { guid: reader.guid, sequenceNumber: -1 } });
		await until('it is asked', () => asked === 1);
		assert.deepEqual([timers.pending, reader.matched], [1, 0], 'the answer waits');
		state.isDeaf = false;
		await until('it is answered', () => sums.length === 1);
		assert.equal(timers.pending, 0);
	});

	it('take no answer before they have asked', async () => {
		const participant = await openRaw();
		const writer = participant.createWriter(raw('Response'));
		const call = sum(open('client').createClient('/add', type).call(ask(1, 2), { timeout }));
		await until('it matches', () => writer.matched === 1);
		const guid = writer.matchedEndpoints()[0]?.guid as Uint8Array;
		writer.write(response.encode({ sum: 666 }), { relatedSampleIdentity: { guid, sequenceNumber: 0 } });
		participant.createReader({
			...raw('Request'),
			onSample: (_payload, { sequenceNumber }) => {
				writer.write(response.encode({ sum: 3 }), { relatedSampleIdentity: { guid, sequenceNumber } });
			},
		});
		assert.equal(await call, 3);
	});

	it('are spoken to as their vendor asks, and not at all when vendors differ', async () => {
		const got: string[] = [];
		const serve = (vendor: number, name: string) => {
			const graph = open(name, { transport: transportOf(vendor) });
			graph.createService('/add', type, undefined, (cdr, respond) => {
				got.push(name);
				add(cdr, respond);
			});
			return graph;
		};
		const client = open('client').createClient('/add', type);
		const cyclone = serve(vendorCyclone, 'cyclone');
		await until('it is there', () => client.available === 1);
		assert.equal(await sum(client.call(ask(1, 2), { timeout })), 3);
		serve(vendorFast, 'fast');
		await until('both are there', () => client.available === 2);
		await assert.rejects(client.call(ask(3, 4), { timeout }), {
			brief: 'mixed servers',
			message: /so nothing was sent\. Stop one of them/,
		});
		await cyclone.close();
		await until('one is gone', () => client.available === 1);
		assert.equal(await sum(client.call(ask(5, 6), { timeout })), 11);
		assert.deepEqual(got, ['cyclone', 'fast']);
	});

	it('say why a server does not fit', async () => {
		const timers = new FakeTimers();
		open('server').createService('/add', 'std_srvs/srv/SetBool', undefined, add);
		const incompatible: string[] = [];
		const client = open('client', { timers }).createClient('/add', type, undefined, {
			onEvent: (event) => event.kind === 'incompatible' && incompatible.push(event.message),
		});
		const call = client.call(ask(1, 2), { timeout });
		const rejected = assert.rejects(call, {
			brief: 'no server fits',
			message: /has the type std_srvs\/srv\/SetBool; this client has example_interfaces\/srv\/AddTwoInts/,
		});
		await until('it is told', () => incompatible.length > 0);
		timers.advance(timeout);
		await rejected;
		const best = { ...qosPresets.services, reliability: 'best_effort' } as const;
		open('careless').createService('/careless', type, best, add);
		const second = open('careful').createClient('/careless', type, undefined, {
			onEvent: (event) => event.kind === 'incompatible' && incompatible.push(event.message),
		});
		await until('it is told', () =>
			incompatible.some((message) => /has the QoS best_effort; this client has reliable/.test(message)),
		);
		assert.equal(second.available, 0);
	});

	it('are known to others with their types, and forgotten', async () => {
		const server = open('server');
		server.createService('/add', type, undefined, add);
		const observer = open('observer');
		await until('it is known', () => observer.services().length === 1);
		assert.deepEqual(observer.services(), [{ service: '/add', typeNames: [type], servers: 1, clients: 0 }]);
		assert.deepEqual(observer.topics(), []);
		await server.close();
		await until('it is gone', () => observer.services().length === 0);
	});
});
