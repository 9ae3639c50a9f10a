import assert from 'node:assert/strict';
import { ActionClient, type ActionClientOptions } from '../../../../lib/ros/actions/client';
import { goalIdFromText, noGoalId } from '../../../../lib/ros/actions/goal-id';
import { statusQos } from '../../../../lib/ros/actions/names';
import {
	ActionServer,
	type ActionServerOptions,
	type CancelOffer,
	type GoalOffer,
} from '../../../../lib/ros/actions/server';
import type { ServerGoal } from '../../../../lib/ros/actions/server-goal';
import { FakeTimers } from '../../../fake-timers';
import { type Place, until } from '../places';

const typeName = 'example_interfaces/action/Fibonacci';
const timeout = 10_000;
const numbers = (value: unknown) => Array.from(value as Int32Array);

/** What an action has to do in every transport. */
export function conformActions(makePlace: () => Place): void {
	let place: Place;
	let timers: FakeTimers;
	let time: number;
	let offers: GoalOffer[];
	let cancels: CancelOffer[];
	let errors: string[];

	beforeEach(() => {
		place = makePlace();
		timers = new FakeTimers();
		time = 1_700_000_000_000;
		offers = [];
		cancels = [];
		errors = [];
	});
	afterEach(async () => {
		await place.close();
		assert.deepEqual(place.problems, []);
	});

	const serve = (more: Partial<ActionServerOptions> = {}) =>
		new ActionServer(place.open('server'), place.types, {
			action: '/fibonacci',
			typeName,
			onGoal: (offer) => void offers.push(offer),
			onCancel: (offer) => void cancels.push(offer),
			onError: (error) => void errors.push((error as Error).message),
			timers,
			now: () => time,
			...more,
		});
	const connect = async (more: Partial<ActionClientOptions> = {}) => {
		const client = new ActionClient(place.open('client'), place.types, {
			action: '/fibonacci',
			typeName,
			onError: (error) => void errors.push((error as Error).message),
			timers,
			...more,
		});
		return client;
	};
	/** A server that accepts, a client, and a goal at both ends. */
	const begin = async (more: Partial<ActionServerOptions> = {}) => {
		const goals: ServerGoal[] = [];
		const server = serve({ onGoal: (offer) => void goals.push(offer.accept()), ...more });
		const client = await connect();
		await until('the server is there', () => client.isServerThere);
		const feedback: number[][] = [];
		const send = (order = 5) =>
			client.send({ order }, { timeout, onFeedback: ({ sequence }) => feedback.push(numbers(sequence)) });
		const goal = await send();
		return { server, client, goal, ours: goals[0]!, goals, feedback, send };
	};

	it('takes a goal to its result, with feedback on the way', async () => {
		const { goal, ours, feedback, server } = await begin();
		assert.equal(ours.goal.order, 5);
		assert.equal(ours.id, goal.id);
		assert.deepEqual({ ...goal.stamp }, { sec: 1_700_000_000, nanosec: 0 });
		const result = goal.result({ timeout });
		ours.feedback({ sequence: [0, 1] });
		ours.feedback({ sequence: [0, 1, 1] });
		await until('feedback', () => feedback.length === 2);
		await until('executing', () => goal.status === 'executing');
		ours.succeed({ sequence: [0, 1, 1, 2, 3] });
		const ended = await result;
		assert.equal(ended.status, 'succeeded');
		assert.deepEqual(numbers(ended.result.sequence), [0, 1, 1, 2, 3]);
		assert.deepEqual(feedback, [
			[0, 1],
			[0, 1, 1],
		]);
		assert.equal(goal.status, 'succeeded');
		assert.equal(server.active, 0);
		assert.deepEqual(errors, []);
	});

	it('hands a result to those that ask after the end too', async () => {
		const { goal, ours } = await begin();
		ours.abort({ sequence: [7] });
		const { status, result } = await goal.result({ timeout });
		assert.equal(status, 'aborted');
		assert.deepEqual(numbers(result.sequence), [7]);
	});

	it('tells of a goal that is rejected', async () => {
		serve({ onGoal: (offer) => offer.reject() });
		const client = await connect();
		await assert.rejects(client.send({ order: 1 }, { timeout }), /server of \/fibonacci rejected the goal/);
	});

	it('refuses a goal, feedback and a result that do not fit, naming the field, and goes on', async () => {
		const { client, goal, ours, goals, feedback } = await begin();
		await assert.rejects(client.send({ order: 'x' }, { timeout }), /goal\.order: expected int32.*"x"/);
		await assert.rejects(client.send({ ordre: 1 }, { timeout }), /ordre/);
		await assert.rejects(client.send(5, { timeout }), /goal: /);
		assert.throws(() => ours.feedback({ sequence: ['x'] }), /feedback\.sequence\[0\]/);
		assert.throws(() => ours.succeed({ sequenc: [] }), /sequenc/);
		assert.equal(ours.status, 'executing');
		assert.equal(goals.length, 1);
		ours.succeed({ sequence: [1] });
		assert.equal((await goal.result({ timeout })).status, 'succeeded');
		assert.deepEqual(feedback, []);
	});

	it('cancels a goal when the server takes it up; its end is the flow’s', async () => {
		const { goal, ours } = await begin();
		assert.throws(() => ours.canceled(), /nobody asked to cancel it/);
		const canceling = goal.cancel({ timeout });
		await until('the wish', () => cancels.length === 1);
		assert.equal(cancels[0]?.goal, ours);
		assert.equal(ours.status, 'executing');
		cancels[0]?.accept();
		assert.equal(await canceling, 'canceling');
		assert.equal(ours.status, 'canceling');
		ours.feedback({ sequence: [1] });
		ours.canceled({ sequence: [0] });
		const { status, result } = await goal.result({ timeout });
		assert.equal(status, 'canceled');
		assert.deepEqual(numbers(result.sequence), [0]);
		assert.equal(await goal.cancel({ timeout }), 'ended');
		assert.throws(() => ours.succeed({}), /which is canceled: it has ended/);
		assert.throws(() => ours.feedback({}), /it has ended/);
	});

	it('goes on with a goal whose cancel the server refuses', async () => {
		const { goal, ours, client } = await begin();
		const canceling = goal.cancel({ timeout });
		await until('the wish', () => cancels.length === 1);
		cancels[0]?.reject();
		assert.equal(await canceling, 'rejected');
		assert.equal(ours.status, 'executing');
		assert.throws(() => cancels[0]?.accept(), /undecided/);
		assert.equal(await client.cancel('1'.repeat(32), { timeout }), 'unknown');
		ours.succeed({});
		assert.equal((await goal.result({ timeout })).status, 'succeeded');
	});

	it('lets a goal that ends while its cancel is decided end as it did', async () => {
		const { goal, ours } = await begin();
		const canceling = goal.cancel({ timeout });
		await until('the wish', () => cancels.length === 1);
		ours.succeed({});
		cancels[0]?.accept();
		assert.equal(await canceling, 'rejected');
		assert.equal((await goal.result({ timeout })).status, 'succeeded');
	});

	it('cancels by id, by time, by both, and all, as rcl does', async () => {
		const { client, goals, send } = await begin({ onCancel: (offer) => offer.accept() });
		for (let i = 1; i < 6; i++) {
			time += 1000;
			await send();
		}
		const type = place.types.service('action_msgs/srv/CancelGoal');
		const raw = place.open('raw').createClient('/fibonacci/_action/cancel_goal', type.name);
		const cancel = async (id: string, sec: number) => {
			const goal_info = { goal_id: goalIdFromText('id', id), stamp: { sec, nanosec: 0 } };
			const answer = type.response.decode(await raw.call(type.request.encode({ goal_info }), { timeout }));
			const canceling = goals.map(({ status }) => (status === 'canceling' ? 1 : 0)).join('');
			return [answer.return_code, (answer.goals_canceling as unknown[]).length, canceling];
		};
		const start = 1_700_000_000;
		assert.deepEqual(await cancel(noGoalId, start - 1), [0, 0, '000000']);
		assert.deepEqual(await cancel(goals[3]!.id, 0), [0, 1, '000100']);
		assert.deepEqual(await cancel(goals[3]!.id, 0), [3, 0, '000100']);
		assert.deepEqual(await cancel('a'.repeat(32), 0), [2, 0, '000100']);
		assert.deepEqual(await cancel(noGoalId, start), [0, 1, '100100']);
		assert.deepEqual(await cancel(goals[5]!.id, start + 1), [0, 2, '110101']);
		assert.deepEqual(await cancel(noGoalId, 0), [0, 2, '111111']);
		assert.equal(await client.cancel(undefined, { timeout }), 'ended');
		raw.close();
	});

	it('rejects a goal that nobody decides on in time, and not a moment before', async () => {
		serve();
		const client = await connect();
		await until('the server is there', () => client.isServerThere);
		const [late, early] = [client.send({ order: 1 }, { timeout }), client.send({ order: 2 }, { timeout })];
		late.catch(() => {});
		await until('both have come', () => offers.length === 2);
		timers.advance(9999);
		const byOrder = (order: number) => offers.find(({ goal }) => goal.order === order)!;
		byOrder(2).accept();
		timers.advance(1);
		await assert.rejects(late, /rejected the goal/);
		assert.equal((await early).status === 'unknown', false);
		assert.throws(() => byOrder(1).accept(), /the time for it is over/);
		assert.equal(errors.length, 1);
		assert.match(errors[0] as string, /Nobody decided on the goal .* of \/fibonacci within 10 s, so it was rejected/);
	});

	it('decides by id', async () => {
		const server = serve();
		const client = await connect();
		const sending = client.send({ order: 1 }, { timeout });
		await until('the goal', () => offers.length === 1);
		const { id } = offers[0]!;
		server.decide(id, true);
		const goal = await sending;
		assert.throws(() => server.decide(id, true), /Nothing of the goal/);
		const canceling = goal.cancel({ timeout });
		await until('the wish', () => cancels.length === 1);
		server.decide(id, true);
		assert.equal(await canceling, 'canceling');
		assert.throws(() => server.decide('made up', false), /Nothing of the goal made up/);
	});

	it('refuses a cancel that nobody decides on in time', async () => {
		const { goal, ours } = await begin();
		const canceling = goal.cancel({ timeout });
		await until('the wish', () => cancels.length === 1);
		timers.advance(10_000);
		assert.equal(await canceling, 'rejected');
		assert.equal(ours.status, 'executing');
		assert.match(errors[0] as string, /wish to cancel/);
	});

	it('forgets a result after its time, and not a moment before', async () => {
		const { goal, ours, server } = await begin({ resultTimeout: 60_000 });
		const other = await connect();
		ours.succeed({});
		timers.advance(59_999);
		assert.equal((await goal.result({ timeout })).status, 'succeeded');
		timers.advance(1);
		assert.equal(server.goal(ours.id), undefined);
		await assert.rejects(goal.result({ timeout }), /does not know the goal/);
		assert.equal(timers.pending, 0);
		other.close();
	});

	it('aborts what runs and rejects what is not decided when the server closes', async () => {
		const { goal, client, server, send } = await begin({
			onGoal: (offer) => (offers.push(offer) === 1 ? offer.accept() : undefined),
		}).catch((error) => assert.fail(error));
		const result = goal.result({ timeout });
		const undecided = send();
		undecided.catch(() => {});
		const canceling = goal.cancel({ timeout });
		await until('all have come', () => offers.length === 2 && cancels.length === 1);
		server.close();
		// A middleware may see the server go before it hands over what that said last.
		const outcome = (promise: Promise<unknown>) =>
			promise.then(
				(value) => (value as { status?: string }).status ?? value,
				(error) => error.brief,
			);
		assert.match(String(await outcome(result)), /^(aborted|server is gone)$/);
		assert.match(String(await outcome(undecided)), /^(goal rejected|server is gone)$/);
		assert.match(String(await outcome(canceling)), /^(rejected|server is gone)$/);
		assert.equal(timers.pending, 0);
		await until('the server is gone', () => !client.isServerThere);
	});

	it('keeps the feedback of several goals and clients apart', async () => {
		const { goals, feedback, send } = await begin();
		const other = await connect();
		await until('the server is there', () => other.isServerThere);
		const theirs: number[][] = [];
		await other.send({ order: 9 }, { timeout, onFeedback: ({ sequence }) => theirs.push(numbers(sequence)) });
		await send();
		goals[0]!.feedback({ sequence: [1] });
		goals[1]!.feedback({ sequence: [2] });
		goals[2]!.feedback({ sequence: [3] });
		await until('feedback', () => feedback.length === 2 && theirs.length === 1);
		assert.deepEqual([feedback, theirs], [[[1], [3]], [[2]]]);
	});

	it('tells late joiners the last status of all goals', async () => {
		const { ours, send } = await begin();
		ours.succeed({});
		const running = await send();
		const type = place.types.message('action_msgs/msg/GoalStatusArray');
		let list: { goal_info: { goal_id: { uuid: Uint8Array } }; status: number }[] = [];
		place.open('late').subscribe('/fibonacci/_action/status', type.name, statusQos, (cdr) => {
			list = type.decode(cdr).status_list as typeof list;
		});
		await until('the status', () => list.length === 2);
		assert.deepEqual(
			list.map(({ goal_info, status }) => [Buffer.from(goal_info.goal_id.uuid).toString('hex'), status]),
			[
				[ours.id, 4],
				[running.id, 2],
			],
		);
	});

	it('cancels a goal that is accepted when nobody waits for that any more', async () => {
		const server = serve({ onCancel: (offer) => offer.accept() });
		const client = await connect();
		await until('the server is there', () => client.isServerThere);
		const giveUp = new AbortController();
		const sending = client.send({ order: 1 }, { timeout, signal: giveUp.signal });
		sending.catch(() => {});
		await until('the goal', () => offers.length === 1);
		giveUp.abort(new Error('changed my mind'));
		await assert.rejects(sending, /changed my mind/);
		const goal = offers[0]!.accept();
		await until('it is canceled', () => goal.status === 'canceling');
		server.close();
	});

	it('tells of no server after the timeout; one that comes in time is sent to', async () => {
		const client = await connect();
		const [short, long] = [
			client.send({ order: 1 }, { timeout: 1000 }),
			client.send({ order: 2 }, { timeout: 50_000 }),
		];
		short.catch(() => {});
		timers.advance(1000);
		await assert.rejects(short, /No server of \/fibonacci was found within 1 s/);
		serve({ onGoal: (offer) => void offer.accept() });
		assert.match((await long).status, /^(accepted|executing)$/);
	});

	it('settles all that waits when the client closes', async () => {
		const { goal, client } = await begin();
		const lonely = await connect({ action: '/nobody' });
		const waiting = [goal.result({ timeout }), goal.cancel({ timeout }), lonely.send({}, { timeout })];
		const settled = Promise.allSettled(waiting);
		client.close();
		lonely.close();
		for (const { status } of await settled) assert.equal(status, 'rejected');
		await assert.rejects(client.send({}, { timeout }), /is closed/);
		assert.equal(timers.pending, 0);
	});

	it('takes hostile requests for errors, and serves the next goal', async () => {
		const { goal, ours, client, send } = await begin();
		const raw = place.open('hostile');
		const id = { uuid: Buffer.from(ours.id, 'hex') };
		const { sendGoal, getResult } = place.types.action(typeName);
		const cancelGoal = place.types.service('action_msgs/srv/CancelGoal');
		const short = Buffer.from([0, 1, 0, 0, 1, 2, 3]);
		const ends = (
			[
				['send_goal', sendGoal],
				['cancel_goal', cancelGoal],
				['get_result', getResult],
			] as const
		).map(([part, type]) => raw.createClient(`/fibonacci/_action/${part}`, type.name));
		await until('all are matched', () => ends.every(({ available }) => available > 0));
		for (const end of ends) end.call(short, { timeout }).catch(() => {});
		if (place.serverTakesBytes) await until('three errors', () => errors.length === 3);

		const accepted = async (goal_id: object) => {
			const request = sendGoal.request.encode({ goal_id, goal: { order: 1 } });
			return sendGoal.response.decode(await ends[0]!.call(request, { timeout })).accepted;
		};
		assert.equal(await accepted(id), false, 'an id that is taken');
		assert.equal(await accepted({}), false, 'an id of zeros');
		const status = getResult.response.decode(
			await ends[2]!.call(getResult.request.encode({ goal_id: { uuid: Buffer.alloc(16, 9) } }), { timeout }),
		).status;
		assert.equal(status, 0, 'a goal that nobody knows');

		const topics = (['feedback', 'status'] as const).map((part) => {
			const type = part === 'status' ? 'action_msgs/msg/GoalStatusArray' : `${typeName}_FeedbackMessage`;
			return raw.advertise(`/fibonacci/_action/${part}`, type, statusQos);
		});
		await until('topics are matched', () => topics.every(({ matched }) => matched > 0));
		await until('errors of both topics', () => {
			// Whoever has just found a reader may not have been found by it yet.
			for (const topic of topics) topic.publish(short);
			const has = (name: string) => errors.some((text) => text.includes(name));
			return (has('goal_id') && has('status_list')) || !place.clientTakesBytes;
		});

		const result = goal.result({ timeout });
		ours.succeed({ sequence: [1] });
		assert.equal((await result).status, 'succeeded');
		assert.equal((await send()).id.length, 32);
		client.close();
	});

	it('takes what a callback throws for a no', async () => {
		const { goal, send } = await begin({
			onGoal: (offer) => {
				if (offer.goal.order === 5) offer.accept();
				else throw new Error('broken flow');
			},
			onCancel() {
				throw new Error('broken cancel');
			},
		}).catch((error) => assert.fail(error));
		assert.equal(await goal.cancel({ timeout }), 'rejected');
		await assert.rejects(send(6), /rejected the goal/);
		assert.deepEqual(errors, ['broken cancel', 'broken flow']);
	});

	it('refuses the goal after a thousand', async () => {
		const { send } = await begin();
		// No more at once than a reader of requests keeps by its QoS.
		for (let i = 1; i < 1000; i += 9) await Promise.all(Array.from({ length: 9 }, () => send()));
		await assert.rejects(send(), /rejected the goal/);
		assert.match(errors[0] as string, /1000 goals are active already/);
	});
}
