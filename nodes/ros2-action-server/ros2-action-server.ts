import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError, checkChoice } from '../../lib/check';
import { systemTimers } from '../../lib/control/timers';
import { goalIdFromText, goalIdToText } from '../../lib/ros/actions/goal-id';
import { ActionServer, type CancelOffer, type GoalOffer } from '../../lib/ros/actions/server';
import type { ServerGoal } from '../../lib/ros/actions/server-goal';
import { systemNow } from '../../lib/ros/clock';
import { expandTopicName } from '../../lib/ros/names';
import { defineNode } from '../shared/define-node';
import { endpointStatus } from '../shared/endpoint-status';
import { type RosInfo, stampOf } from '../shared/ros-info';
import { contextOf } from '../shared/ros2-context';
import { properties } from './config';
import { Silence } from './silence';

/** What a message may say of its goal; the result without a word ends it as it is to be expected. */
const words = ['result', 'accept', 'reject', 'feedback', 'succeed', 'abort', 'canceled'] as const;

/** How long clients are given to hear that their goals were aborted, ms. */
const farewell = 100;

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-action-server', properties, (start) => {
		const { node, options, status, report } = start;
		const { graph, types, closeAfter } = contextOf(RED, options.context);
		const action = expandTopicName('action', options.action, graph);
		const type = types.action(options.actionType);
		const { show, onEvent } = endpointStatus(RED, 'ros2-action-server', action, start);
		const silence = new Silence<ServerGoal>(systemTimers, options.silence, (goal) => {
			if (!goal.isActive) return;
			goal.abort();
			showGoals();
			const text = `A goal of ${action} was aborted: the flow gave neither feedback nor result for ${options.silence} s`;
			report(new BriefError('flow is silent', text), { topic: action, goalId: goal.id });
		});
		const messageOf = (id: string, payload: object, receivedAt: number): NodeMessage => {
			const ros: RosInfo = { type: type.goal.name, stamp: stampOf(payload as Record<string, unknown>), receivedAt };
			return { topic: action, payload, goalId: id, ros } as NodeMessage;
		};
		const onGoal = (offer: GoalOffer) => {
			// This one counts already.
			if (server.active > options.goals) return offer.reject();
			if (options.accept === 'auto') silence.heard(offer.accept());
			showGoals();
			node.send([messageOf(offer.id, offer.goal, offer.receivedAt), null]);
		};
		const onCancel = (offer: CancelOffer) => {
			if (options.cancel === 'never') return offer.reject();
			if (options.cancel === 'auto') offer.accept();
			node.send([null, messageOf(offer.goal.id, offer.goal.goal, systemNow())]);
		};
		const server = new ActionServer(graph, types, {
			action,
			typeName: type.name,
			onGoal,
			onCancel,
			onEvent,
			onError(error) {
				report(error, { topic: action });
				showGoals();
			},
			timers: systemTimers,
			now: systemNow,
			decisionTimeout: options.decisionTimeout * 1000,
		});
		const showGoals = () => {
			if (server.active === 0) show(server.matched);
			else status.update('blue', 'dot', () => RED._('ros2-action-server.status.goals', { count: server.active }));
		};
		showGoals();

		const runningGoal = (id: string): ServerGoal => {
			const goal = server.goal(id);
			if (goal !== undefined) return goal;
			throw new BriefError(
				'no such goal',
				`No goal ${id} of ${action} runs here. It ended long ago, was rejected, or has yet to be accepted: send a message with its goalId and the action accept.`,
			);
		};
		const finish = (goal: ServerGoal, word: 'result' | 'succeed' | 'abort' | 'canceled', result: unknown) => {
			if (word === 'abort') goal.abort(result);
			else if (word === 'canceled' || (word === 'result' && goal.status === 'canceling')) goal.canceled(result);
			else goal.succeed(result);
			silence.end(goal);
		};
		return {
			input(message) {
				const { action: asked, goalId, payload } = message as { action?: unknown; goalId?: unknown; payload?: unknown };
				const word = checkChoice('msg.action', asked ?? 'result', words);
				const id = goalIdToText(goalIdFromText('msg.goalId', goalId));
				if (word === 'accept' || word === 'reject') {
					server.decide(id, word === 'accept');
					const goal = server.goal(id);
					if (goal?.isActive) silence.heard(goal);
				} else if (word === 'feedback') {
					const goal = runningGoal(id);
					goal.feedback(payload);
					silence.heard(goal);
				} else finish(runningGoal(id), word, payload);
				showGoals();
			},
			async close() {
				silence.close();
				if (server.end()) {
					const heard = new Promise((resolve) => setTimeout(resolve, farewell));
					closeAfter(heard);
					await heard;
				}
				server.close();
			},
		};
	});
}
