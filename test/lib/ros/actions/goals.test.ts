import assert from 'node:assert/strict';
import { createGoalId, goalIdFromText, goalIdToText } from '../../../../lib/ros/actions/goal-id';
import {
	type GoalEvent,
	goalStatuses,
	goalStatusOf,
	isActive,
	nextStatus,
} from '../../../../lib/ros/actions/goal-status';
import { actionNames, actionsOf } from '../../../../lib/ros/actions/names';

describe('goals', () => {
	it('go through the states of rcl_action, and through no others', () => {
		const events: GoalEvent[] = ['execute', 'cancel', 'succeed', 'abort', 'canceled'];
		const allowed: string[] = [];
		for (const status of Object.keys(goalStatuses) as (keyof typeof goalStatuses)[]) {
			for (const event of events) {
				const next = nextStatus(status, event);
				if (next !== undefined) allowed.push(`${status} ${event} ${next}`);
			}
		}
		assert.deepEqual(allowed, [
			'accepted execute executing',
			'accepted cancel canceling',
			'executing cancel canceling',
			'executing succeed succeeded',
			'executing abort aborted',
			'canceling succeed succeeded',
			'canceling abort aborted',
			'canceling canceled canceled',
		]);
	});

	it('have the numbers of action_msgs', () => {
		assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(goalStatusOf), Object.keys(goalStatuses));
		for (const number of [-1, 7, 1.5, Number.NaN]) assert.equal(goalStatusOf(number), 'unknown');
		assert.deepEqual(
			[0, 1, 2, 3, 4, 5, 6].map((number) => isActive(goalStatusOf(number))),
			[false, true, true, true, false, false, false],
		);
	});

	it('have random ids of version 4, which go to bytes and back', () => {
		const ids = Array.from({ length: 100 }, createGoalId);
		assert.equal(new Set(ids).size, 100);
		for (const id of ids) {
			assert.match(id, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
			assert.equal(goalIdToText(goalIdFromText('id', id)), id);
		}
		const dashed = '12345678-9ABC-def0-1234-56789abcdef0';
		assert.equal(goalIdToText(goalIdFromText('id', dashed)), '123456789abcdef0123456789abcdef0');
		for (const wrong of ['', 'x'.repeat(32), '1'.repeat(31), '1'.repeat(33)]) {
			assert.throws(() => goalIdFromText('id', wrong), /RangeError|`id`/);
		}
		assert.throws(() => goalIdFromText('id', 5), TypeError);
	});
});

describe('the names of an action', () => {
	it('are those of its services and topics', () => {
		assert.deepEqual(actionNames('/arm/move'), {
			sendGoal: '/arm/move/_action/send_goal',
			cancelGoal: '/arm/move/_action/cancel_goal',
			getResult: '/arm/move/_action/get_result',
			feedback: '/arm/move/_action/feedback',
			status: '/arm/move/_action/status',
		});
		assert.throws(() => actionNames('/a b'), /`action`/);
		assert.throws(() => actionNames(`/${'a'.repeat(230)}`), /characters/);
	});

	it('are found among services', () => {
		const service = (name: string, type: string) => ({ service: name, typeNames: [type], servers: 1, clients: 0 });
		assert.deepEqual(
			actionsOf([
				service('/add', 'example_interfaces/srv/AddTwoInts'),
				service('/fib/_action/send_goal', 'example_interfaces/action/Fibonacci_SendGoal'),
				service('/fib/_action/get_result', 'example_interfaces/action/Fibonacci_GetResult'),
			]),
			[{ service: '/fib', typeNames: ['example_interfaces/action/Fibonacci'], servers: 1, clients: 0 }],
		);
	});
});
