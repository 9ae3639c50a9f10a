import assert from 'node:assert/strict';
import { Silence } from '../../nodes/ros2-action-server/silence';
import { FakeTimers } from '../fake-timers';

describe('the watch over goals that fall silent', () => {
	const [a, b] = [{ name: 'a' }, { name: 'b' }];
	const make = (limit: number | undefined) => {
		const timers = new FakeTimers();
		const silent: object[] = [];
		return { timers, silent, silence: new Silence<object>(timers, limit, (thing) => silent.push(thing)) };
	};

	it('notices each by itself, after the limit and not a moment before', () => {
		const { timers, silent, silence } = make(2);
		silence.heard(a);
		timers.advance(1000);
		silence.heard(b);
		timers.advance(999);
		assert.deepEqual(silent, []);
		timers.advance(1);
		assert.deepEqual(silent, [a]);
		timers.advance(1000);
		assert.deepEqual(silent, [a, b]);
		timers.advance(10_000);
		assert.deepEqual(silent, [a, b]);
	});

	it('begins anew whenever something is heard, and ends when it need not be', () => {
		const { timers, silent, silence } = make(2);
		silence.heard(a);
		for (let i = 0; i < 10; i++) {
			timers.advance(1999);
			silence.heard(a);
		}
		silence.end(a);
		timers.advance(10_000);
		assert.deepEqual(silent, []);
	});

	it('needs no limit, and leaves no timer when it is closed', () => {
		const none = make(undefined);
		none.silence.heard(a);
		assert.equal(none.timers.pending, 0);
		const some = make(1);
		some.silence.heard(a);
		some.silence.heard(b);
		some.silence.close();
		assert.equal(some.timers.pending, 0);
	});
});
