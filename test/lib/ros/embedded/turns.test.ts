import assert from 'node:assert/strict';
import { Hub } from '../../../../lib/ros/embedded/hub';
import { qosPresets } from '../../../../lib/ros/qos';

const type = 'std_msgs/msg/String';
const turn = () => new Promise((resolve) => setImmediate(resolve));
const message = (number: number) => ({ cdr: Uint8Array.of(0, 1, 0, 0, number), info: { receivedAt: number } });

describe('messages of one turn of the event loop', () => {
	const subscribe = (depth: number, newestOnly = false) => {
		const got: number[] = [];
		const errors: unknown[] = [];
		const onMessage = (cdr: Uint8Array) => {
			got.push(cdr[4] as number);
			if (cdr[4] === 13) throw new Error('of the user');
		};
		const qos = { ...qosPresets.default, depth };
		const reader = new Hub().subscribe('/a', type, qos, onMessage, (error) => errors.push(error), { newestOnly });
		return { reader, got, errors };
	};

	it('are handed over at once when they come from the network: the first, and of the others what the depth keeps', async () => {
		const { reader, got } = subscribe(2);
		for (let n = 1; n <= 5; n++) reader.takeNow(message(n));
		assert.deepEqual(got, [1]);
		await turn();
		assert.deepEqual(got, [1, 4, 5]);
		reader.takeNow(message(6));
		assert.deepEqual(got, [1, 4, 5, 6]);
		await turn();
		assert.deepEqual(got, [1, 4, 5, 6]);
	});

	it('keep their order with what is published in the process', async () => {
		const { reader, got } = subscribe(10);
		reader.take(message(1));
		reader.takeNow(message(2));
		assert.deepEqual(got, []);
		await turn();
		assert.deepEqual(got, [1, 2]);
	});

	it('are only the newest when that is asked for', async () => {
		const { reader, got } = subscribe(10, true);
		for (let n = 1; n <= 5; n++) reader.takeNow(message(n));
		assert.deepEqual(got, []);
		await turn();
		assert.deepEqual(got, [5]);
	});

	it('tell what a callback throws, and end with the subscription', async () => {
		const { reader, got, errors } = subscribe(10);
		reader.takeNow(message(13));
		reader.takeNow(message(14));
		assert.deepEqual(errors, [new Error('of the user')]);
		reader.close();
		await turn();
		reader.takeNow(message(15));
		await turn();
		assert.deepEqual(got, [13]);
	});
});
