import assert from 'node:assert/strict';
import { collect, type FlowNode, load, type Message, send, unload, until } from './flow';

const limiter = (more: object): FlowNode => ({ id: 'limiter', type: 'rate-limiter', wires: [['out']], ...more });
const out: FlowNode = { id: 'out', type: 'helper' };
const caught: FlowNode[] = [
	{ id: 'catch', type: 'catch', wires: [['errors']] },
	{ id: 'errors', type: 'helper' },
];

describe('rate-limiter', () => {
	afterEach(unload);

	it('passes the first and the last of a burst, whole', async () => {
		await load([limiter({ rate: '50' }), out]);
		const got = collect('out');
		for (let i = 0; i < 10; i++) send('limiter', { payload: i, topic: '/cmd', ros: { type: 'x' } });
		await until(() => got.length === 2);
		assert.deepEqual(
			got.map((message) => message.payload),
			[0, 9],
		);
		assert.deepEqual(got[1]?.ros, { type: 'x' });
	});

	it('sends the safe message once when the input goes silent, with the topic of the last', async () => {
		await load([limiter({ rate: 100, timeout: '0.05', safeMessage: '{"data":[0]}' }), out]);
		const got = collect('out');
		send('limiter', { payload: { data: [5] }, topic: '/cmd' });
		await until(() => got.length === 2);
		assert.deepEqual([got[1]?.payload, got[1]?.topic], [{ data: [0] }, '/cmd']);
		// The negative control: with input again the stop comes again, so it can be missed.
		send('limiter', { payload: { data: [6] }, topic: '/cmd' });
		await until(() => got.length === 4);
		assert.deepEqual(got[3]?.payload, { data: [0] });
	});

	for (const [what, broken, expected] of [
		['a rate of zero', { rate: '0' }, /`rate`.*> 0 and <= 10000|`rate`/],
		['a safe message that is not JSON', { rate: 1, timeout: 1, safeMessage: '{data}' }, /`safeMessage` to be JSON/],
		['a timeout without a safe message', { rate: 1, timeout: 1 }, /both/],
	] as const) {
		it(`refuses ${what} and passes nothing`, async () => {
			await load([limiter(broken), out, ...caught]);
			const errors = collect('errors');
			const got = collect('out');
			send('limiter', { payload: 1 });
			await until(() => errors.length > 0);
			assert.match((errors[0] as Message & { error: { message: string } }).error.message, expected);
			assert.deepEqual(got, []);
		});
	}
});
