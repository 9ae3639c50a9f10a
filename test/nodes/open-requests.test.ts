import assert from 'node:assert/strict';
import { OpenRequests } from '../../nodes/shared/open-requests';
import { FakeTimers } from '../fake-timers';

describe('requests whose answer is a later message', () => {
	const make = (most = 2) => {
		const timers = new FakeTimers();
		const given: string[] = [];
		const requests = new OpenRequests<string>({
			timeout: 1000,
			most,
			timers,
			what: 'request of /add',
			property: 'requestId',
			onTimeout: (id) => given.push(id),
		});
		return { timers, given, requests };
	};

	it('wait by their id until they are removed', () => {
		const { requests, timers } = make();
		const [a, b] = [requests.add('a'), requests.add('b')];
		assert.notEqual(a, b);
		assert.equal(requests.get(b), 'b');
		assert.equal(requests.get(a), 'a');
		requests.remove(a as string);
		assert.throws(() => requests.get(a), /No request of \/add .* waits here/);
		assert.equal(requests.size, 1);
		assert.equal(timers.pending, 1);
	});

	it('are given up after the timeout, each by itself, and not a moment before', () => {
		const { requests, timers, given } = make();
		const a = requests.add('a');
		timers.advance(600);
		const b = requests.add('b');
		timers.advance(399);
		assert.deepEqual(given, []);
		assert.equal(requests.get(a), 'a');
		timers.advance(1);
		assert.deepEqual(given, [a]);
		assert.throws(() => requests.get(a), /not within 1 s/);
		assert.equal(requests.get(b), 'b');
		timers.advance(600);
		assert.deepEqual(given, [a, b]);
	});

	it('that were answered are not given up', () => {
		const { requests, timers, given } = make();
		requests.remove(requests.add('a') as string);
		timers.advance(5000);
		assert.deepEqual(given, []);
	});

	it('are refused when too many wait, until one is gone', () => {
		const { requests } = make(2);
		const a = requests.add('a');
		requests.add('b');
		assert.equal(requests.add('c'), undefined);
		requests.remove(a as string);
		assert.equal(typeof requests.add('c'), 'string');
	});

	it('leave no timer when closed', () => {
		const { requests, timers, given } = make();
		requests.add('a');
		requests.add('b');
		requests.close();
		assert.equal(timers.pending, 0);
		timers.advance(5000);
		assert.deepEqual(given, []);
	});

	it('are not found by what is no id', () => {
		const { requests } = make();
		for (const id of [undefined, null, 5, {}]) assert.throws(() => requests.get(id), /TypeError|`msg.requestId`/);
		assert.throws(() => requests.get('__proto__'), /waits here/);
	});
});
