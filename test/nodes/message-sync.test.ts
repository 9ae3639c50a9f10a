import assert from 'node:assert/strict';
import { collect, type FlowNode, load, type Message, send, unload, until, withoutStages } from './flow';

const sync = (more: object): FlowNode => ({ id: 'sync', type: 'message-sync', wires: [['out']], ...more });
const out: FlowNode = { id: 'out', type: 'helper' };
const caught: FlowNode[] = [
	{ id: 'catch', type: 'catch', wires: [['errors']] },
	{ id: 'errors', type: 'helper' },
];
/** A message stamped at `time` s. */
const at = (topic: string, time: number, payload: unknown = topic) => {
	const stamp = { sec: Math.floor(time), nanosec: Math.round((time % 1) * 1e9) };
	return { topic, payload, ros: { type: 'x', stamp, receivedAt: 1000 + time } };
};

describe('message-sync', () => {
	afterEach(unload);

	it('sends near messages as one, by name, with the age of the oldest', async () => {
		await load([sync({ topics: '/scan\n/robot/odom as odom', slop: '0.05', queueSize: '5' }), out]);
		const got = collect('out');
		send('sync', at('/scan', 10));
		send('sync', { ...at('/robot/odom', 10.03), extra: 1 });
		await until(() => got.length === 1);
		const { payload, sync: info } = got[0] as Message & { sync: object };
		assert.deepEqual(payload, { scan: '/scan', odom: '/robot/odom' });
		assert.deepEqual(withoutStages(got[0]), { stamp: { sec: 10, nanosec: 0 }, receivedAt: 1010 });
		assert.deepEqual(info, { spread: 0.03, matched: 1, dropped: 0, tooOld: 0 });
	});

	it('takes the stamp of the header where msg.ros is lost', async () => {
		await load([sync({ topics: '/a\n/b', policy: 'exact' }), out]);
		const got = collect('out');
		const header = { stamp: { sec: 3, nanosec: 4 } };
		for (const topic of ['/a', '/b']) send('sync', { topic, payload: { header } });
		await until(() => got.length === 1);
		assert.deepEqual(withoutStages(got[0]), { stamp: { sec: 3, nanosec: 4 } });
	});

	it('waits for the nearest when it adapts', async () => {
		await load([sync({ topics: '/a\n/b', policy: 'adaptive', agePenalty: '0.1', maxInterval: '' }), out]);
		const got = collect('out');
		send('sync', at('/a', 10, 'far'));
		send('sync', at('/b', 10.1));
		send('sync', at('/a', 10.09, 'near'));
		send('sync', at('/a', 10.5));
		await until(() => got.length === 1);
		assert.deepEqual(got[0]?.payload, { a: 'near', b: '/b' });
	});

	it('puts the latest of the others to each of the first topic, none too old', async () => {
		await load([sync({ topics: '/lead\n/other', policy: 'latest', maxAge: '0.5' }), out]);
		const got = collect('out');
		send('sync', at('/other', 1));
		send('sync', at('/lead', 1.4));
		send('sync', at('/lead', 2));
		send('sync', at('/other', 2));
		send('sync', at('/lead', 2.1));
		await until(() => got.length === 2);
		assert.deepEqual(
			got.map((message) => (message.sync as { tooOld: number }).tooOld),
			[0, 1],
		);
	});

	it('starts anew when time jumps back, or at a reset', async () => {
		await load([sync({ topics: '/a\n/b', slop: '0.1', jump: '1' }), out]);
		const got = collect('out');
		send('sync', at('/b', 100.05, 'old b'));
		send('sync', at('/a', 100.5));
		send('sync', at('/a', 1));
		// The old b would fit this a, if it were still there.
		send('sync', at('/a', 100.05));
		send('sync', at('/b', 1.01));
		await until(() => got.length === 1);
		assert.deepEqual(withoutStages(got[0]), { stamp: { sec: 1, nanosec: 0 }, receivedAt: 1001 });
		send('sync', at('/b', 200));
		send('sync', { reset: true });
		send('sync', at('/a', 200));
		send('sync', at('/b', 200.01));
		await until(() => got.length === 2);
		assert.deepEqual(withoutStages(got[1]), { stamp: { sec: 200, nanosec: 0 }, receivedAt: 1200 });
	});

	it('counts messages without a stamp from their receipt when allowed', async () => {
		await load([sync({ topics: '/a\n/b', allowHeaderless: true }), out]);
		const got = collect('out');
		send('sync', { topic: '/a', payload: 1, ros: { receivedAt: 50 } });
		send('sync', { topic: '/b', payload: 2, ros: { receivedAt: 60 } });
		await until(() => got.length === 1);
	});

	for (const [what, settings, message, expected] of [
		['a message without a stamp', {}, { topic: '/a', payload: 1 }, /Expected a message with a stamp/],
		['a stamp that is none', {}, { topic: '/a', ros: { stamp: { sec: 'x' } } }, /`stamp.sec`/],
		['another topic', {}, at('/c', 1), /one of \/a, \/b, got "\/c"/],
		['one topic only', { topics: '/a' }, at('/a', 1), /two topics or more/],
		['a topic twice', { topics: '/a\n/a' }, at('/a', 1), /each topic.*"\/a" twice/],
		['two topics of one name', { topics: '/a\n/b as a' }, at('/a', 1), /each name.*"a" twice/],
		['a line that is none', { topics: '/a as 1\n/b' }, at('/a', 1), /a line of `topics`/],
		['no slop', { slop: '0' }, at('/a', 1), /`slop`/],
	] as const) {
		it(`refuses ${what}`, async () => {
			await load([sync({ topics: '/a\n/b', ...settings }), out, ...caught]);
			const errors = collect('errors');
			send('sync', message);
			await until(() => errors.length > 0);
			assert.match((errors[0] as Message & { error: { message: string } }).error.message, expected);
		});
	}
});
