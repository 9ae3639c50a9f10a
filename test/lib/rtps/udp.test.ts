import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createParticipant, type DatagramSocket, systemClock, udpTransport } from '../../../lib/rtps';
import { numberOf, payload, range } from './simulation';

/** Domain of these tests only, so that nothing else on this machine takes part. */
const domainId = 101;

/** Files that this process has open. Counted on Linux only. */
const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

describe('rtps on UDP', () => {
	const open: { close(): Promise<void> }[] = [];
	afterEach(async () => {
		await Promise.all(open.splice(0).map((it) => it.close()));
	});

	async function socket(port: number, onDatagram: (data: Uint8Array, source: string) => void = () => {}) {
		const opened: DatagramSocket = await udpTransport().open({
			address: '127.0.0.1',
			port,
			shared: false,
			receiveBufferSize: 100_000,
			onDatagram,
			onError: (error) => {
				throw error;
			},
		});
		open.push(opened);
		return opened;
	}

	it('sends datagrams in parts, and says what the kernel granted', async () => {
		let arrived: ((data: Uint8Array) => void) | undefined;
		const datagram = new Promise<Uint8Array>((resolve) => {
			arrived = resolve;
		});
		const to = await socket(0, (data) => arrived?.(data));
		const from = await socket(0);
		assert.ok(to.port > 0 && to.port !== from.port);
		assert.ok(to.receiveBufferSize >= 50_000, `${to.receiveBufferSize}`);
		assert.equal(from.send([Uint8Array.of(1, 2), Uint8Array.of(3)], to.port, '127.0.0.1'), true);
		assert.deepEqual([...(await datagram)], [1, 2, 3]);
	});

	it('refuses a port that is taken', async () => {
		const first = await socket(0);
		// As often as a participant that looks for a free index among many.
		const files = openFiles();
		for (let i = 0; i < 20; i++) await assert.rejects(socket(first.port), { code: 'EADDRINUSE' });
		assert.equal(openFiles(), files);
	});

	it('sends nothing and closes once after it has been closed', async () => {
		const closed = await socket(0);
		await Promise.all([closed.close(), closed.close()]);
		assert.equal(closed.send(Uint8Array.of(1), 9, '127.0.0.1'), true);
	});

	it('lists the interfaces of this machine', () => {
		const loopback = udpTransport()
			.interfaces()
			.find(({ internal }) => internal);
		assert.equal(loopback?.address, '127.0.0.1');
	});

	for (const multicast of [true, false]) {
		it(`joins two participants on loopback ${multicast ? 'by multicast' : 'by a peers list'}`, async () => {
			const network = { localhostOnly: true, multicast, peers: multicast ? [] : ['127.0.0.1'] };
			const one = await createParticipant({ domainId, network });
			open.push(one);
			const two = await createParticipant({ domainId, network });
			open.push(two);
			const qos = { durability: 'transient_local', depth: 20 } as const;
			const writer = one.createWriter({ topic: 'udp', typeName: 'T', qos });
			for (const n of range(1, 10)) writer.write(payload(n, n === 10 ? 300_000 : 16));
			const numbers: number[] = [];
			await new Promise<void>((resolve) => {
				const onSample = (bytes: Uint8Array) => {
					numbers.push(numberOf(bytes));
					if (numbers.length === 10) resolve();
				};
				two.createReader({ topic: 'udp', typeName: 'T', qos, onSample });
			});
			assert.deepEqual(numbers, range(1, 10));
			const gone = new Promise<void>((resolve) => {
				const timer = setInterval(() => {
					if (writer.matched > 0) return;
					clearInterval(timer);
					resolve();
				}, 1);
			});
			await two.close();
			await gone;
		});
	}

	it('tells the time to the millisecond, and more finely', () => {
		const clock = systemClock();
		const before = Date.now();
		const date = clock.date();
		assert.ok(date >= before - 6 && date <= Date.now() + 6);
		const times = Array.from({ length: 1000 }, () => clock.now());
		assert.ok(times.every((time, i) => i === 0 || time >= times[i - 1]!));
	});
});
