import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { BriefError } from '../../../lib/check';
import { type ModelSession, openSession, type SessionOptions } from '../../../lib/onnx/session';
import type { ModelEvent } from '../../../lib/onnx/shared-model';
import { Tensor } from '../../../lib/tensor/tensor';
import { FakeTimers } from '../../fake-timers';
import { type FakeHost, fakeHosts, settled } from './fake-host';

describe('onnx requests', () => {
	let timers: FakeTimers;
	let hosts: FakeHost[];
	let session: ModelSession;
	let events: ModelEvent[];
	let results: Record<number, string>;
	let kill: (() => void) | undefined;
	beforeEach(() => {
		timers = new FakeTimers();
		events = [];
		results = {};
		kill = undefined;
	});
	afterEach(async () => {
		await session.close();
		assert.equal(timers.pending, 0);
	});

	async function open(options: SessionOptions): Promise<void> {
		const fakes = fakeHosts((host) => {
			if (kill) host.kill = kill;
		});
		hosts = fakes.hosts;
		const { createHost } = fakes;
		const onEvent = (event: ModelEvent) => void events.push(event);
		session = openSession({ bytes: new Uint8Array(1), name: 'fake' }, { timers, createHost, onEvent, ...options });
		await session.ready();
	}

	/** Asks for a run on `value` and notes what becomes of it. */
	function ask(value: number, options = {}): void {
		session.run([new Tensor('float32', [], Float32Array.from([value]))], options).then(
			(result) => {
				results[value] = result === 'dropped' ? result : `${result.outputs[0]?.data[0]}`;
			},
			(error) => {
				results[value] = error instanceof BriefError ? error.brief : String(error);
			},
		);
	}

	const running = (host = hosts[0]) => host?.runs.map(({ inputs }) => inputs[0]?.data[0]);
	const finish = (host = hosts[0]) => host?.runs[0]?.finish();

	it('keeps the newest by default', async () => {
		await open({});
		for (const value of [1, 2, 3]) ask(value);
		assert.deepEqual(running(), [1]);
		await finish();
		assert.deepEqual(running(), [3]);
		await finish();
		assert.deepEqual(results, { 1: '1', 2: 'dropped', 3: '3' });
		const { runs, dropped, failed } = session.figures();
		assert.deepEqual([runs, dropped, failed], [2, 1, 0]);
	});

	it('queues up to the bound and drops the oldest beyond', async () => {
		await open({ waiting: 'queue', queueLength: 2 });
		for (const value of [1, 2, 3, 4]) ask(value);
		for (let i = 0; i < 3; i++) {
			assert.equal(running()?.length, 1);
			await finish();
		}
		assert.deepEqual(results, { 1: '1', 2: 'dropped', 3: '3', 4: '4' });
		assert.equal(session.figures().dropped, 1);
	});

	it('drops what comes during a run', async () => {
		await open({ waiting: 'drop' });
		ask(1);
		ask(2);
		await finish();
		ask(3);
		await finish();
		assert.deepEqual(results, { 1: '1', 2: 'dropped', 3: '3' });
		assert.equal(session.figures().dropped, 1);
	});

	it('asks whether a request is still worth it when its turn has come', async () => {
		await open({ waiting: 'queue' });
		let isStale = false;
		const check = () => {
			if (isStale) throw new BriefError('stale', 'too old');
		};
		for (const value of [1, 2, 3]) ask(value, { check });
		isStale = true;
		await finish();
		assert.deepEqual(running(), []);
		assert.deepEqual(results, { 1: '1', 2: 'stale', 3: 'stale' });
		isStale = false;
		ask(4, { check });
		assert.deepEqual(running(), [4]);
	});

	describe('with a deadline', () => {
		it('gives up requests that did not have their turn in time', async () => {
			await open({ deadline: 100, waiting: 'queue' });
			ask(1);
			timers.advance(60);
			ask(2);
			await finish();
			await finish();
			ask(3);
			ask(4);
			timers.advance(99);
			await settled();
			assert.equal(results[3], undefined);
			timers.advance(1);
			await settled();
			assert.deepEqual(Object.values(results), ['1', '2', 'deadline passed', 'deadline passed']);
			// The run that took too long ends: its result reaches nobody, and the model is free again.
			await finish();
			ask(5);
			await finish();
			assert.equal(results[3], 'deadline passed');
			assert.equal(results[5], '5');
			assert.deepEqual([session.figures().runs, session.figures().failed], [3, 2]);
		});

		it('counts from when the message came, as when the model was yet to be loaded', async () => {
			await open({ deadline: 100, waiting: 'queue' });
			timers.advance(60);
			ask(1, { since: 0 });
			timers.advance(39);
			await settled();
			assert.equal(Object.keys(results).length, 0);
			timers.advance(1);
			await settled();
			assert.equal(results[1], 'deadline passed');
			await finish();
			timers.advance(20);
			ask(2, { since: 0 });
			timers.advance(0);
			await settled();
			assert.equal(results[2], 'deadline passed');
			await finish();
		});

		it('takes no late result either where the event loop was held up, so that no timer told', async () => {
			let heldUp = 0;
			const held = {
				now: () => timers.now() + heldUp,
				setTimeout: (callback: () => void, delay: number) => timers.setTimeout(callback, delay),
				clearTimeout: (id: unknown) => timers.clearTimeout(id),
			};
			await open({ deadline: 100, waiting: 'queue', timers: held });
			ask(1);
			heldUp = 100;
			await finish();
			ask(2);
			ask(3);
			heldUp = 201;
			await finish();
			assert.deepEqual(results, { 1: '1', 2: 'deadline passed', 3: 'deadline passed' });
			// The third was not even run.
			assert.deepEqual([running(), session.figures().runs, session.figures().failed], [[], 1, 2]);
		});

		it('leaves a thread that hangs behind and starts another', async () => {
			await open({ deadline: 100 });
			ask(1);
			timers.advance(100);
			ask(2);
			timers.advance(9_999);
			await settled();
			assert.equal(hosts.length, 1);
			assert.equal(results[2], 'deadline passed');
			ask(3);
			timers.advance(1);
			await settled();
			assert.equal(events[0]?.kind, 'abandoned');
			assert.deepEqual([hosts.length, hosts[0]?.isClosed, hosts[1]?.isClosed], [2, true, false]);
			assert.deepEqual(running(hosts[1]), [3]);
			// The run left behind ends after all, while the other thread is busy.
			await finish(hosts[0]);
			ask(4);
			assert.deepEqual(running(hosts[1]), [3]);
			await finish(hosts[1]);
			await finish(hosts[1]);
			assert.deepEqual([results[3], results[4]], ['3', '4']);
		});

		it('does not leave more and more threads behind, results in between or not', async () => {
			await open({ deadline: 100 });
			const comeOut: (() => void)[] = [];
			const hang = async (value: number) => {
				const host = hosts.at(-1) as FakeHost;
				host.gone = new Promise((resolve) => comeOut.push(resolve));
				ask(value);
				timers.advance(100);
				timers.advance(10_000);
				await settled();
			};
			const succeed = async (value: number) => {
				ask(value);
				await settled();
				await finish(hosts.at(-1));
				assert.equal(results[value], `${value}`);
			};
			for (let i = 0; i < 4; i += 2) {
				await hang(i);
				await succeed(i + 1);
			}
			// One that comes out makes room for another.
			comeOut.shift()?.();
			await settled();
			await hang(4);
			await succeed(5);
			await hang(6);
			ask(7);
			await settled();
			assert.equal(results[7], 'model keeps dying');
			assert.equal(hosts.length, 4);
			for (const resolve of comeOut) resolve();
		});

		it('does not leave a thread behind that comes back in time', async () => {
			await open({ deadline: 100 });
			ask(1);
			timers.advance(5000);
			await finish();
			timers.advance(20_000);
			ask(2);
			await finish();
			assert.deepEqual([hosts.length, events.length, results[2]], [1, 0, '2']);
		});

		it('kills a place that can be killed at once', async () => {
			let kills = 0;
			kill = () => {
				kills++;
				const host = hosts[0] as FakeHost;
				host.die(new Error('killed'));
				void host.runs[0]?.fail(new Error('killed'));
			};
			await open({ deadline: 100 });
			ask(1);
			timers.advance(100);
			assert.equal(kills, 1);
			await settled();
			ask(2);
			await settled();
			await finish(hosts[1]);
			assert.deepEqual(results, { 1: 'deadline passed', 2: '2' });
		});
	});

	it('brings a place up anew however often it had to be killed', async () => {
		const die = () => {
			const host = hosts.at(-1) as FakeHost;
			host.die(new Error('killed'));
			void host.runs[0]?.fail(new Error('killed'));
		};
		kill = die;
		await open({ deadline: 100 });
		for (let i = 1; i <= 5; i++) {
			ask(i);
			timers.advance(100);
			await settled();
			// At once, not with the next request.
			assert.equal(hosts.length, i + 1);
		}
		ask(6);
		await finish(hosts[5]);
		assert.equal(results[6], '6');
		// One that dies by itself each time is given up.
		for (let i = 7; i <= 9; i++) {
			ask(i);
			die();
			await settled();
		}
		ask(10);
		await settled();
		assert.equal(results[10], 'model keeps dying');
	});

	it('tells of a run that goes on and on, once', async () => {
		await open({});
		ask(1);
		timers.advance(9_999);
		ask(2);
		assert.equal(events.length, 0);
		timers.advance(1);
		ask(3);
		ask(4);
		const [event] = events;
		assert.ok(event?.kind === 'long run');
		assert.match(event.error.message, /has not ended for 10 s/);
		assert.equal(events.length, 1);
		await finish();
		assert.deepEqual(results, { 1: '1', 2: 'dropped', 3: 'dropped' });
		await finish();
	});

	describe('placed automatically', () => {
		it('stays in its thread for good when it cannot be inline', async () => {
			let count = 0;
			const fakes = fakeHosts();
			session = openSession(
				{ bytes: new Uint8Array(1), name: 'fake' },
				{
					timers,
					placement: 'auto',
					createHost: (placement, ...rest) => {
						count++;
						const host = fakes.createHost(placement, ...rest);
						if (placement === 'inline') Object.assign(host, { ready: Promise.reject(new Error('not here')) });
						return host;
					},
				},
			);
			hosts = fakes.hosts;
			await session.ready();
			for (let i = 0; i < 200; i++) {
				timers.advance(20);
				ask(i);
				await hosts[0]?.runs[0]?.finish(0.2);
			}
			assert.deepEqual([count, session.placement, results[199]], [2, 'worker', '199']);
		});

		it('moves inline once the runs have shown to be short, and back when they become long', async () => {
			await open({ placement: 'auto' });
			const runs = async (count: number, time: number, period: number) => {
				for (let i = 0; i < count; i++) {
					timers.advance(period);
					ask(i);
					const host = hosts.find(({ runs }) => runs.length > 0);
					await host?.runs[0]?.finish(time);
					// A place that stands by is warmed up with the last input.
					await hosts.at(-1)?.runs[0]?.finish(time);
				}
			};
			assert.equal(session.placement, 'worker');
			await runs(34, 0.2, 20);
			assert.equal(session.placement, 'worker');
			await runs(1, 0.2, 20);
			assert.deepEqual(
				hosts.map(({ placement, isClosed }) => [placement, isClosed]),
				[
					['worker', true],
					['inline', false],
				],
			);
			assert.equal(session.placement, 'inline');
			const [event] = events;
			assert.ok(event?.kind === 'placed');
			assert.match(event.reason, /runs inline: 95 % of its runs take less than 0\.20 ms, 1\.0 % of the time at 50 Hz/);
			await runs(35, 1.5, 20);
			assert.equal(session.placement, 'inline');
			await runs(30, 3, 20);
			assert.equal(session.placement, 'worker');
			assert.deepEqual([hosts[1]?.isClosed, hosts[2]?.placement], [true, 'worker']);
		});

		for (const [what, time, period] of [
			['long', 1.2, 100],
			['short but too many', 0.3, 1],
		] as const) {
			it(`stays in its thread when runs are ${what}`, async () => {
				await open({ placement: 'auto' });
				for (let i = 0; i < 100; i++) {
					timers.advance(period);
					ask(i);
					await hosts[0]?.runs[0]?.finish(time);
				}
				assert.equal(hosts.length, 1);
				// Once, not with each judgement.
				const [event, ...more] = events;
				assert.ok(event?.kind === 'placed' && more.length === 0);
				assert.equal(event.placement, 'worker');
				assert.match(event.reason, /stays in its thread: 95 % of its runs/);
			});
		}
	});
});
