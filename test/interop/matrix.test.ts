import assert from 'node:assert/strict';
import type { QosOptions } from '../../lib/rtps';
import { blob } from './blob';
import { Peer, until } from './peers';
import { check, hasListener, network, nextDomain, numbers, read, typeName, useSessions, words } from './session';

describe('interoperability matrix', function () {
	this.timeout(60_000);
	const join = useSessions();

	for (const kind of ['cyclone', 'fast'] as const) {
		for (const isPeers of [false, true]) {
			for (const reliability of ['reliable', 'best_effort'] as const) {
				for (const durability of ['volatile', 'transient_local'] as const) {
					for (const size of [200, 921_600]) {
						const isLate = durability === 'transient_local';
						const isReliable = reliability === 'reliable';
						const qos: QosOptions = { reliability, durability, history: 'keep_last', depth: 20 };
						const name = `${isPeers ? 'peers list' : 'multicast'}, ${reliability}, ${isLate ? 'transient_local late joiner' : 'volatile'}, ${size} B`;
						const peerOptions = { peers: isPeers };

						it(`${kind}, ${name}: to them`, async () => {
							const domainId = nextDomain();
							const us = await join({ domainId, ...network(isPeers) });
							const writer = us.createWriter({ topic: 'down', typeName, qos });
							let written = 0;
							if (isLate) while (written < 5) writer.write(blob(++written, size));
							const peer = new Peer(kind, domainId, 'sub', 'down', words(qos), peerOptions);
							await peer.line('matched 1');
							await hasListener(writer);
							const said = () => `${peer.samples.length} of ${written} have come`;
							if (isReliable) {
								while (written < 10) writer.write(blob(++written, size));
								await until(() => peer.samples.length === 10, said);
								assert.deepEqual(
									peer.samples.map((sample) => sample.number),
									numbers(1, 10),
								);
							} else {
								// What a best-effort reader misses is lost; it has to get what is sent when it can receive.
								await until(() => {
									if (peer.samples.length + 20 > written) writer.write(blob(++written, size));
									return peer.samples.length >= 5;
								}, said);
							}
							check(peer.samples, size);
							await peer.quit();
							await until(
								() => writer.matched === 0,
								() => 'their reader is gone',
							);
						});

						it(`${kind}, ${name}: from them`, async () => {
							const domainId = nextDomain();
							const us = await join({ domainId, ...network(isPeers) });
							const early = isLate ? undefined : read(us, 'up', qos);
							const peer = new Peer(kind, domainId, 'pub', 'up', words(qos), peerOptions);
							await peer.line('ready');
							if (isLate) {
								peer.say(`write 5 ${size} 0`);
								await peer.line('wrote 5');
							}
							const { reader, samples } = early ?? read(us, 'up', qos);
							await peer.line('matched 1');
							await until(
								() => reader.matched === 1,
								() => 'their writer is found',
							);
							const said = () => `${samples.map(({ number }) => number)} have come`;
							if (isReliable) {
								peer.say(`write ${isLate ? 5 : 10} ${size} 0`);
								await until(() => samples.length === 10, said);
								assert.deepEqual(
									samples.map(({ number }) => number),
									numbers(1, 10),
								);
							} else {
								peer.say(`write 100 ${size} 20000`);
								await until(() => samples.length >= 5, said);
							}
							check(samples, size);
							await peer.kill();
						});
					}
				}
			}
		}
	}
});
