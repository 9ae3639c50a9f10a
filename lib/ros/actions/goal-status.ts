/** What a goal may be in, by name, with the numbers of action_msgs/msg/GoalStatus. */
export const goalStatuses = {
	unknown: 0,
	accepted: 1,
	executing: 2,
	canceling: 3,
	succeeded: 4,
	canceled: 5,
	aborted: 6,
} as const;

export type GoalStatus = keyof typeof goalStatuses;
/** What a goal ends in. */
export type GoalEnd = 'succeeded' | 'canceled' | 'aborted';
/** What happens to a goal. */
export type GoalEvent = 'execute' | 'cancel' | 'succeed' | 'abort' | 'canceled';

const names = Object.keys(goalStatuses) as GoalStatus[];

/** The status of a number; what is no number of a status is unknown. */
export function goalStatusOf(number: number): GoalStatus {
	return names[number] ?? 'unknown';
}

/**
 * Where an event leads to; nowhere when it is not listed. A goal that is being canceled may still succeed or fail.
 * Source: rcl_action/src/rcl_action/goal_state_machine.c and https://design.ros2.org/articles/actions.html
 */
const transitions: Readonly<Record<GoalStatus, Partial<Record<GoalEvent, GoalStatus>>>> = {
	unknown: {},
	accepted: { execute: 'executing', cancel: 'canceling' },
	executing: { cancel: 'canceling', succeed: 'succeeded', abort: 'aborted' },
	canceling: { succeed: 'succeeded', abort: 'aborted', canceled: 'canceled' },
	succeeded: {},
	canceled: {},
	aborted: {},
};

/** The status after an event; undefined when the event cannot happen to a goal in this status. */
export function nextStatus(status: GoalStatus, event: GoalEvent): GoalStatus | undefined {
	return transitions[status][event];
}

/** Whether a goal has not ended yet. */
export function isActive(status: GoalStatus): boolean {
	return status === 'accepted' || status === 'executing' || status === 'canceling';
}
