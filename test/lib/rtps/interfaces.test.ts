import assert from 'node:assert/strict';
import type { Participant } from '../../../lib/rtps/participant';
import { numberOf, payload, SimulatedNetwork } from './simulation';

const topic = 'rt/numbers';
const typeName = 'Numbers';

function read(participant: Participant) {
	const numbers: number[] = [];
	const reader = participant.createReader({ topic, typeName, onSample: (bytes) => numbers.push(numberOf(bytes)) });
	return { reader, numbers };
}

/** Lets time pass until `condition` holds. What is asynchronous, such as opening a socket, happens in between. */
async function until(network: SimulatedNetwork, condition: () => boolean, milliseconds: number): Promise<boolean> {
	for (let passed = 0; passed < milliseconds && !condition(); passed += 50) {
		network.clock.run(50);
		await new Promise((resolve) => setImmediate(resolve));
	}
	return condition();
}

describe('rtps interfaces that come and go', () => {
	it('are used when they come up after the start, as those of wireless networks do', async () => {
		const network = new SimulatedNetwork(1);
		const robot = await network.join('10.0.0.1');
		const host = network.host('10.0.0.2');
		host.isUp = false;
		const laptop = await network.join('', { transport: host });
		const writer = robot.createWriter({ topic, typeName });
		const { reader, numbers } = read(laptop);
		assert.equal(await until(network, () => writer.matched > 0 || reader.matched > 0, 10_000), false);
		host.isUp = true;
		assert.ok(await until(network, () => writer.matched === 1 && reader.matched === 1, 5000));
		network.clock.run(100);
		writer.write(payload(1));
		network.clock.run(100);
		assert.deepEqual(numbers, [1]);
	});

	it('are found again under another address', async () => {
		const network = new SimulatedNetwork(1);
		const robot = await network.join('10.0.0.1');
		const host = network.host('10.0.0.2');
		const laptop = await network.join('', { transport: host });
		const writer = robot.createWriter({ topic, typeName });
		const { reader, numbers } = read(laptop);
		const isMet = () => writer.matched === 1 && reader.matched === 1;
		assert.ok(await until(network, isMet, 5000));
		host.isUp = false;
		await until(network, () => false, 5000);
		host.address = '10.0.0.77';
		host.isUp = true;
		// Well within the lease of 20 s, so that nobody has been forgotten.
		await until(network, () => false, 4000);
		assert.ok(isMet());
		writer.write(payload(1));
		network.clock.run(100);
		assert.deepEqual(numbers, [1]);
	});

	it('stay as they are when they were named', async () => {
		const network = new SimulatedNetwork(1);
		const host = network.host('10.0.0.2');
		const asked: number[] = [];
		const transport = {
			open: (options: Parameters<typeof host.open>[0]) => host.open(options),
			interfaces() {
				asked.push(network.clock.now());
				return host.interfaces();
			},
		};
		await network.join('', { transport, network: { interfaces: ['eth0'] } });
		await until(network, () => false, 10_000);
		assert.deepEqual(asked, [0]);
	});

	it('are tried again when they cannot be used yet, and that is told once a minute', async () => {
		const network = new SimulatedNetwork(1);
		const robot = await network.join('10.0.0.1');
		const host = network.host('10.0.0.2');
		host.isUp = false;
		let isReady = false;
		let tries = 0;
		const transport = {
			interfaces: () => host.interfaces(),
			open(options: Parameters<typeof host.open>[0]) {
				if (options.multicastInterface !== '10.0.0.2' || isReady) return host.open(options);
				tries++;
				return Promise.reject(Object.assign(new Error('bind EADDRNOTAVAIL'), { code: 'EADDRNOTAVAIL' }));
			},
		};
		const warnings: string[] = [];
		const laptop = await network.join('', {
			transport,
			onWarning: ({ kind, message }) => warnings.push(`${kind}: ${message}`),
		});
		host.isUp = true;
		await until(network, () => tries >= 5, 20_000);
		assert.deepEqual(warnings, ['network: bind EADDRNOTAVAIL']);
		await until(network, () => warnings.length > 1, 100_000);
		assert.ok(network.clock.now() > 60_000 && warnings.length === 2);
		isReady = true;
		assert.ok(await until(network, () => robot.participants().length === 1, 5000));
		await laptop.close();
		assert.equal([...network.sockets].filter((socket) => socket.host === host).length, 0, 'all are closed');
	});
});
