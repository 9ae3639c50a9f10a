import assert from 'node:assert/strict';
import { ActionClient } from '../../lib/ros/actions/client';
import { createGoalId } from '../../lib/ros/actions/goal-id';
import { ActionServer } from '../../lib/ros/actions/server';
import type { ServerGoal } from '../../lib/ros/actions/server-goal';
import { Goals } from '../../nodes/ros2-action-goal/goals';
import { FakeTimers } from '../fake-timers';
import { oneGraph, type Place, until } from '../lib/ros/places';

describe('the goals of a node', () => {
	let place: Place;
	let timers: FakeTimers;
	let ours: ServerGoal[];

	beforeEach(() => {
		place = oneGraph();
		timers = new FakeTimers();
		ours = [];
	});
	afterEach(() => place.close());

	const make = (timeout: number | undefined) => {
		const common = { action: '/fib', typeName: 'example_interfaces/action/Fibonacci' };
		const onError = (error: unknown) => assert.fail(String(error));
		new ActionServer(place.open('server'), place.types, {
			...common,
			onGoal: (offer) => void ours.push(offer.accept()),
			onCancel: (offer) => offer.accept(),
			onError,
			timers: new FakeTimers(),
			now: () => 0,
		});
		const client = new ActionClient(place.open('client'), place.types, { ...common, onError, timers });
		const goals = new Goals(client, { action: '/fib', acceptTimeout: 5000, timeout, timers, onChange() {} });
		const run = () => goals.run({ id: createGoalId(), payload: { order: 1 }, onFeedback() {} });
		return { goals, run };
	};
	/** Lets promises and what they post settle. */
	const settle = async () => {
		for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
	};

	it('are canceled when their result does not come in time, and not a moment before', async () => {
		const { run, goals } = make(60_000);
		const late = run();
		late.catch(() => {});
		await until('it runs', () => ours.length === 1);
		await settle();
		timers.advance(59_999);
		await settle();
		assert.equal(ours[0]?.status, 'executing');
		timers.advance(1);
		await assert.rejects(late, /no result within 60 s/);
		await until('it is canceled', () => ours[0]?.status === 'canceling');
		assert.equal(goals.size, 0);
	});

	it('may take as long as they like without a limit, and leave no timer', async () => {
		for (const timeout of [undefined, 60_000]) {
			const { run } = make(timeout);
			const running = run();
			await until('it runs', () => ours.length > 0);
			await settle();
			if (timeout === undefined) timers.advance(1e9);
			ours.pop()?.succeed({});
			assert.equal((await running).status, 'succeeded');
			assert.equal(timers.pending, 0);
			await place.close();
			place = oneGraph();
		}
	});

	it('are all told to be canceled when the node closes, and those that come later are refused', async () => {
		const { run, goals } = make(undefined);
		const running = [run(), run()];
		for (const each of running) each.catch(() => {});
		await until('they run', () => ours.length === 2);
		await settle();
		await goals.close();
		assert.deepEqual(
			ours.map(({ status }) => status),
			['canceling', 'canceling'],
		);
		for (const each of running) await assert.rejects(each, /node was closed/);
		await assert.rejects(run(), /node was closed/);
	});
});
