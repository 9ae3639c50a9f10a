import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError, checkChoice } from '../../lib/check';
import { systemTimers } from '../../lib/control/timers';
import { ActionClient } from '../../lib/ros/actions/client';
import { createGoalId, goalIdFromText, goalIdToText } from '../../lib/ros/actions/goal-id';
import { systemNow } from '../../lib/ros/clock';
import { expandTopicName } from '../../lib/ros/names';
import { briefOf, defineNode } from '../shared/define-node';
import { endpointStatus } from '../shared/endpoint-status';
import type { Send } from '../shared/hand-on';
import { asError } from '../shared/on-input';
import { type RosInfo, rosOfAnswer } from '../shared/ros-info';
import { contextOf } from '../shared/ros2-context';
import { properties } from './config';
import { Goals } from './goals';

/** What a message may ask for by its `action`. */
const actions = ['goal', 'cancel'] as const;

interface GoalMessage extends NodeMessage {
	action?: unknown;
	goalId?: unknown;
	ros?: RosInfo;
	status?: unknown;
}

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-action-goal', properties, (start) => {
		const { options, status, report } = start;
		const { graph, types, closeAfter } = contextOf(RED, options.context);
		const action = expandTopicName('action', options.action, graph);
		const { name, feedback, result } = types.action(options.actionType);
		const { show, onEvent } = endpointStatus(RED, 'ros2-action-goal', action, start);
		const client = new ActionClient(graph, types, {
			action,
			typeName: name,
			timers: systemTimers,
			onError: (error) => report(error, { topic: action }),
			onServer: () => showGoals(),
			onEvent,
		});
		const goals = new Goals(client, {
			action,
			acceptTimeout: options.acceptTimeout * 1000,
			timeout: options.timeout === undefined ? undefined : options.timeout * 1000,
			timers: systemTimers,
			onChange: () => showGoals(),
		});
		const showGoals = () => {
			if (goals.size === 0) show(client.isServerThere ? 1 : 0);
			else status.update('blue', 'dot', () => RED._('ros2-action-goal.status.goals', { count: goals.size }));
		};
		showGoals();

		const runGoal = async (message: GoalMessage, send: Send) => {
			const asked = message.ros;
			const id = createGoalId();
			message.goalId = id;
			const goal = { ...message };
			const { status: end, result: payload } = await goals.run({
				id,
				payload: message.payload,
				onFeedback(payload, receivedAt) {
					send([
						null,
						{ ...goal, payload, ros: rosOfAnswer(feedback.name, payload, receivedAt, asked) } as NodeMessage,
					]);
				},
			});
			Object.assign(message, { payload, status: end, ros: rosOfAnswer(result.name, payload, systemNow(), asked) });
			if (end !== 'succeeded' && !options.anyEnd) {
				throw new BriefError(
					`goal ${end}`,
					`The goal ${id} of ${action} was ${end}. Its result is in the payload of the message that Catch has.`,
				);
			}
			send(message);
			status.set(end === 'succeeded' ? 'green' : 'yellow', 'dot', RED._(`ros2-action-goal.status.${end}`));
		};
		return {
			async input(message, send) {
				const asked = message as GoalMessage;
				try {
					if (checkChoice('msg.action', asked.action ?? 'goal', actions) === 'goal') return await runGoal(asked, send);
					const { goalId } = asked;
					await goals.cancel(goalId === undefined ? undefined : goalIdToText(goalIdFromText('msg.goalId', goalId)));
				} catch (reason) {
					const error = asError(reason);
					status.set('red', 'ring', briefOf(error, RED._('ros2-action-goal.status.failed')));
					throw error;
				}
			},
			async close() {
				const canceled = goals.close();
				closeAfter(canceled);
				await canceled;
				client.close();
			},
		};
	});
}
