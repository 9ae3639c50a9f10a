import type { ServiceDescription } from '../graph';
import { checkTopicName } from '../names';
import { type QosProfile, qosPresets } from '../qos';

/** The services and topics that an action is made of. */
export interface ActionNames {
	readonly sendGoal: string;
	readonly cancelGoal: string;
	readonly getResult: string;
	readonly feedback: string;
	readonly status: string;
}

/**
 * @param action absolute name, such as `/fibonacci`
 * @see https://design.ros2.org/articles/actions.html
 * @throws TypeError or RangeError when it is no name or too long
 */
export function actionNames(action: string): ActionNames {
	checkTopicName('action', action);
	const name = (part: string) => `${action}/_action/${part}`;
	checkTopicName('action', name('cancel_goal'));
	return {
		sendGoal: name('send_goal'),
		cancelGoal: name('cancel_goal'),
		getResult: name('get_result'),
		feedback: name('feedback'),
		status: name('status'),
	};
}

/** Source: rcl_action_client_get_default_options. */
export const feedbackQos: QosProfile = qosPresets.default;
/** The last state of all goals, for late joiners too. Source: rcl_action/default_qos.h */
export const statusQos: QosProfile = {
	reliability: 'reliable',
	durability: 'transient_local',
	history: 'keep_last',
	depth: 1,
};

/** The actions among services, under their own names and types: those whose goals can be sent. */
export function actionsOf(services: readonly ServiceDescription[]): ServiceDescription[] {
	return services.flatMap((service) => {
		const action = /^(.+)\/_action\/send_goal$/.exec(service.service)?.[1];
		if (action === undefined) return [];
		const typeNames = service.typeNames.flatMap((name) => /^(.+)_SendGoal$/.exec(name)?.[1] ?? []);
		return [{ ...service, service: action, typeNames }];
	});
}
