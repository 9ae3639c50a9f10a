import assert from 'node:assert/strict';
import type { EndpointInfo, QosOptions, SampleInfo } from '../../lib/rtps';
import { vendorCyclone, vendorFast } from '../../lib/rtps';
import { blob, readBlob } from './blob';
import { Peer, until } from './peers';
import { check, hasListener, network, nextDomain, numbers, read, typeName, useSessions, words } from './session';

const reliable: QosOptions = { reliability: 'reliable', durability: 'volatile', history: 'keep_last', depth: 20 };
const lasting: QosOptions = { ...reliable, durability: 'transient_local' };

describe('interoperability over a life', function () {
	this.timeout(60_000);
	const join = useSessions();

	for (const kind of ['cyclone', 'fast'] as const) {
		describe(kind, () => {
			it('forgets one that is killed, after its lease', async () => {
				const domainId = nextDomain();
				const us = await join({ domainId, ...network(false) });
				const writer = us.createWriter({ topic: 'down', typeName, qos: reliable });
				const peer = new Peer(kind, domainId, 'sub', 'down', words(reliable), { life: 2000 });
				await until(
					() => writer.matched === 1,
					() => 'their reader is found',
				);
				await peer.kill();
				assert.equal(writer.matched, 1);
				await until(
					() => writer.matched === 0,
					() => 'their reader is forgotten',
				);
				assert.deepEqual([us.participants(), us.endpoints()], [[], []]);
			});

			it('is forgotten by it when we are killed, after our lease', async () => {
				const domainId = nextDomain();
				const peer = new Peer(kind, domainId, 'sub', 'down', words(reliable));
				await peer.line('ready');
				const ours = new Peer('ours', domainId, 'pub', 'down', words(reliable), { life: 2000 });
				await peer.line('matched 1');
				await ours.line('matched 1');
				await ours.kill();
				await peer.line('matched 0');
			});

			it('is told at once when we leave', async () => {
				const domainId = nextDomain();
				const us = await join({ domainId, ...network(false) });
				const first = us.createWriter({ topic: 'down', typeName, qos: reliable });
				const second = us.createWriter({ topic: 'down', typeName, qos: reliable });
				const peer = new Peer(kind, domainId, 'sub', 'down', words(reliable));
				await peer.line('matched 1');
				await peer.line('matched 2');
				await until(
					() => first.matched + second.matched === 2,
					() => 'their reader is found',
				);
				first.close();
				await peer.line('matched 1');
				assert.equal(second.matched, 1);
				await us.close();
				await peer.line('matched 0', 5000);
				await peer.quit();
			});

			it('is met again after a restart, in both directions', async () => {
				const domainId = nextDomain();
				const us = await join({ domainId, ...network(false) });
				const writer = us.createWriter({ topic: 'down', typeName, qos: lasting });
				for (const n of numbers(1, 5)) writer.write(blob(n, 2000));
				const { samples, reader } = read(us, 'up', lasting);
				for (const round of numbers(1, 3)) {
					const sub = new Peer(kind, domainId, 'sub', 'down', words(lasting), { life: 3000 });
					const pub = new Peer(kind, domainId, 'pub', 'up', words(lasting), { life: 3000 });
					await until(
						() => sub.samples.length === 5,
						() => `${sub.samples.length} of 5 in round ${round}`,
					);
					check(sub.samples, 2000);
					await pub.line('ready');
					pub.say('write 3 2000 0');
					await until(
						() => samples.length === 3 * round,
						() => `${samples.length} samples in round ${round}`,
					);
					await Promise.all([sub.kill(), pub.kill()]);
				}
				assert.deepEqual(samples.map(({ number }) => number).slice(-3), [1, 2, 3]);
				await until(
					() => reader.matched === 0 && writer.matched === 0,
					() => 'the dead are forgotten',
				);
			});

			it('exchanges user data, on participants and on endpoints', async () => {
				const domainId = nextDomain();
				const bytes = (text: string) => new TextEncoder().encode(text);
				const us = await join({ domainId, ...network(false), userData: bytes('enclave=/ours;') });
				us.createWriter({ topic: 'down', typeName, qos: reliable, userData: bytes('typehash=RIHS01_0a;') });
				const peer = new Peer(kind, domainId, 'sub', 'down', [...words(reliable), 'user=their=data;']);
				await until(
					() => us.endpoints().length === 1,
					() => 'their endpoint is found',
				);
				const [endpoint] = us.endpoints() as [EndpointInfo];
				const text = (data: Uint8Array) => new TextDecoder().decode(data);
				assert.equal(text(endpoint.userData), 'their=data;');
				assert.equal(text(endpoint.participant.userData), 'their=data;');
				assert.equal(endpoint.participant.vendor, kind === 'fast' ? vendorFast : vendorCyclone);
				assert.deepEqual([endpoint.kind, endpoint.topic, endpoint.typeName], ['reader', 'down', typeName]);
				assert.deepEqual([endpoint.qos.reliability, endpoint.qos.durability], ['reliable', 'volatile']);
				if (kind === 'fast') await peer.line('joined enclave=/ours;');
				await peer.line(kind === 'fast' ? 'found typehash=RIHS01_0a;' : 'matched 1 typehash=RIHS01_0a;');
				await peer.quit();
			});

			for (const [policy, id, asked] of [
				['reliability', 11, 'reliable'],
				['durability', 2, 'transient_local'],
				['deadline', 4, 'deadline=100'],
			] as const) {
				it(`tells of an incompatible ${policy}, and so does it`, async () => {
					const domainId = nextDomain();
					const us = await join({ domainId, ...network(false) });
					const policies: string[] = [];
					const writer = us.createWriter({
						topic: 'down',
						typeName,
						qos: { reliability: policy === 'reliability' ? 'best_effort' : 'reliable' },
						onIncompatible: (incompatibility) => policies.push(incompatibility.policy),
					});
					const peer = new Peer(kind, domainId, 'sub', 'down', [asked]);
					await peer.line(`incompatible ${id}`);
					await until(
						() => policies.length > 0,
						() => 'we are told',
					);
					assert.deepEqual([policies[0], writer.matched], [policy, 0]);
					await peer.quit();
				});
			}

			it('watches the liveliness of our writers, and we that of theirs', async () => {
				const domainId = nextDomain();
				const us = await join({ domainId, ...network(false) });
				const qos = { ...reliable, livelinessLease: 600 } as const;
				us.createWriter({ topic: 'down', typeName, qos });
				const states: string[] = [];
				us.createReader({
					topic: 'up',
					typeName,
					qos,
					onSample: () => {},
					onLiveliness: ({ alive, notAlive }) => states.push(`${alive}/${notAlive}`),
				});
				const sub = new Peer(kind, domainId, 'sub', 'down', [...words(reliable), 'lease=600']);
				const pub = new Peer(kind, domainId, 'pub', 'up', [...words(reliable), 'lease=600']);
				await sub.line('alive 1');
				await until(
					() => states.includes('1/0'),
					() => 'their writer is alive',
				);
				await pub.kill();
				// Well before the lease of its participant, which is 10 s and more.
				await until(
					() => states.includes('0/1'),
					() => `their writer is dead: ${states}`,
					8000,
				);
				await sub.quit();
			});

			it('sends 10 MB in one sample, in both directions', async () => {
				const domainId = nextDomain();
				const us = await join({ domainId, ...network(false) });
				const writer = us.createWriter({ topic: 'down', typeName, qos: reliable });
				const { samples } = read(us, 'up', reliable);
				const sub = new Peer(kind, domainId, 'sub', 'down', words(reliable));
				const pub = new Peer(kind, domainId, 'pub', 'up', words(reliable));
				await Promise.all([sub.line('matched 1'), pub.line('matched 1')]);
				await hasListener(writer);
				writer.write(blob(1, 10_000_000));
				pub.say('write 1 10000000 0');
				await until(
					() => sub.samples.length === 1 && samples.length === 1,
					() => 'both have come',
					40_000,
				);
				check(sub.samples, 10_000_000);
				check(samples, 10_000_000);
				await Promise.all([sub.quit(), pub.quit()]);
			});

			it('skips what a keep_last history has overrun', async () => {
				const domainId = nextDomain();
				const us = await join({ domainId, ...network(false) });
				const writer = us.createWriter({ topic: 'down', typeName, qos: { ...lasting, depth: 3 } });
				for (const n of numbers(1, 50)) writer.write(blob(n, 100));
				const peer = new Peer(kind, domainId, 'sub', 'down', words(lasting));
				await until(
					() => peer.samples.length === 3,
					() => `${peer.samples.length} of 3`,
				);
				for (const n of numbers(51, 55)) writer.write(blob(n, 100));
				await until(
					() => peer.samples.length === 8,
					() => `${peer.samples.length} of 8`,
				);
				assert.deepEqual(
					peer.samples.map(({ number }) => number),
					numbers(48, 55),
				);
				await peer.quit();
			});
		});
	}

	it('answers a request of Fast DDS with its identity, and reads the identity in its answers', async () => {
		const domainId = nextDomain();
		const us = await join({ domainId, ...network(false) });
		const answers = us.createWriter({ topic: 'ask_pong', typeName, qos: reliable });
		us.createReader({
			topic: 'ask',
			typeName,
			qos: reliable,
			onSample: (payload, { writerGuid, sequenceNumber }) => {
				answers.write(payload, { relatedSampleIdentity: { guid: writerGuid, sequenceNumber } });
			},
		});
		const client = new Peer('fast', domainId, 'request', 'ask', words(reliable));
		await Promise.all([client.line('matched 1'), hasListener(answers)]);
		await client.line('matched 1');
		client.say('write 3 100 0');
		await until(
			() => client.samples.length === 3,
			() => 'three answers have come',
		);
		assert.deepEqual(
			client.samples.map(({ related }) => related),
			[1, 2, 3],
		);
		await client.quit();
		const seen: [number, SampleInfo][] = [];
		us.createReader({
			topic: 'tell_pong',
			typeName,
			qos: reliable,
			onSample: (payload, info) => seen.push([readBlob(payload).number, info]),
		});
		const questions = us.createWriter({ topic: 'tell', typeName, qos: reliable });
		const server = new Peer('fast', domainId, 'answer', 'tell', words(reliable));
		await server.line('matched 1');
		await server.line('matched 1');
		await hasListener(questions);
		for (const n of numbers(1, 3)) questions.write(blob(n, 100));
		await until(
			() => seen.length === 3,
			() => 'three answers have come',
		);
		for (const [number, info] of seen) {
			assert.deepEqual(info.relatedSampleIdentity?.guid, questions.guid);
			assert.equal(info.relatedSampleIdentity?.sequenceNumber, number);
		}
		await server.quit();
	});

	it('talks to a Fast DDS that would rather use shared memory, as that of ROS 2 does', async () => {
		const domainId = nextDomain();
		const us = await join({ domainId, ...network(false) });
		const writer = us.createWriter({ topic: 'down', typeName, qos: lasting });
		for (const n of numbers(1, 5)) writer.write(blob(n, 921_600));
		const { samples, reader } = read(us, 'up', lasting);
		const sub = new Peer('fast', domainId, 'sub', 'down', [...words(lasting), 'shm']);
		const pub = new Peer('fast', domainId, 'pub', 'up', [...words(lasting), 'shm']);
		await until(
			() => reader.matched === 1,
			() => 'their writer is found',
		);
		pub.say('write 5 921600 1000');
		await until(
			() => samples.length === 5 && sub.samples.length === 5,
			() => `${samples.length}, ${sub.samples.length}`,
		);
		check(samples, 921_600);
		check(sub.samples, 921_600);
		await Promise.all([sub.quit(), pub.quit()]);
	});

	for (const isPeers of [false, true]) {
		const way = isPeers ? 'peers list' : 'multicast';
		it(`finds ourselves: two participants in one process, by ${way}`, async () => {
			const domainId = nextDomain();
			const one = await join({ domainId, ...network(isPeers) });
			const two = await join({ domainId, ...network(isPeers) });
			const writer = one.createWriter({ topic: 'own', typeName, qos: lasting });
			writer.write(blob(1, 921_600));
			const { samples } = read(two, 'own', lasting);
			await until(
				() => samples.length === 1,
				() => 'the sample has come',
			);
			check(samples, 921_600);
		});

		it(`finds ourselves: two participants in two processes, by ${way}`, async () => {
			const domainId = nextDomain();
			const us = await join({ domainId, ...network(isPeers) });
			const writer = us.createWriter({ topic: 'down', typeName, qos: lasting });
			writer.write(blob(1, 921_600));
			const { samples } = read(us, 'up', reliable);
			const sub = new Peer('ours', domainId, 'sub', 'down', words(lasting), { peers: isPeers });
			const pub = new Peer('ours', domainId, 'pub', 'up', words(reliable), { peers: isPeers });
			await until(
				() => sub.samples.length === 1,
				() => 'the sample has come',
			);
			await pub.line('matched 1');
			pub.say('write 10 200 0');
			await until(
				() => samples.length === 10,
				() => 'ten samples have come',
			);
			check(samples, 200);
			await Promise.all([sub.quit(), pub.quit()]);
		});
	}
});
