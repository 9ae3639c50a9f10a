import { BriefError, checkNumber } from '../../check';
import type { Timers } from '../../control/timers';
import type { CallOptions, EndpointEvent, Graph, ServiceClient, Subscription } from '../graph';
import type { Stamp } from '../time';
import type { ActionType, Message, MessageType, ServiceType, TypeRegistry } from '../types/registry';
import { Availability } from './availability';
import { type CancelOutcome, ClientGoal, forgottenError, type GoalResult, type GoalSource } from './client-goal';
import { createGoalId, goalIdFromText, goalIdToText, noGoalId } from './goal-id';
import { type GoalEnd, type GoalStatus, goalStatusOf, isActive } from './goal-status';
import { actionNames, feedbackQos, statusQos } from './names';

export interface ActionClientOptions {
	/** Absolute name, such as `/fibonacci`. */
	readonly action: string;
	/** Such as `example_interfaces/action/Fibonacci`. */
	readonly typeName: string;
	/** Feedback and statuses that cannot be read, and what the callbacks throw. */
	onError(error: unknown): void;
	/** A server has come, or the last one gone. */
	onServer?: (isThere: boolean) => void;
	/** What does not fit, and other warnings. */
	onEvent?: (event: EndpointEvent) => void;
	readonly timers: Timers;
}

/** How a goal is sent. */
export interface SendOptions extends CallOptions {
	/** What to know the goal by, from createGoalId(). Default: a new one. */
	readonly id?: string;
	/** Feedback of this goal, until its result has come. */
	onFeedback?: (feedback: Message, receivedAt: number) => void;
}

/** Goals whose acceptance was not awaited; kept to cancel them should they start, at most. */
const mostOrphans = 100;
/** How long to try to cancel such a goal, ms. */
const orphanPatience = 5000;
/** Timers of Node.js count to 2^31 ms: as good as no limit. */
export const longestWait = 0x7fffffff;

/**
 * The client of an action, made of services and topics of any graph. Source: rcl_action/action_client.c.
 * @throws TypeError, RangeError or BriefError when a name or type is wrong
 */
export class ActionClient {
	readonly #options: ActionClientOptions;
	readonly #type: ActionType;
	readonly #cancelType: ServiceType;
	readonly #statusType: MessageType;
	readonly #sendGoal: ServiceClient;
	readonly #cancelGoal: ServiceClient;
	readonly #getResult: ServiceClient;
	readonly #feedback: Subscription;
	readonly #status: Subscription;
	readonly #availability: Availability;
	/** Who takes the feedback of goals, and what their servers said of them. */
	readonly #goals = new Map<string, { onFeedback: SendOptions['onFeedback']; status: GoalStatus | undefined }>();
	readonly #orphans = new Set<string>();
	#closed = false;

	constructor(graph: Graph, types: TypeRegistry, options: ActionClientOptions) {
		this.#options = options;
		this.#type = types.action(options.typeName);
		this.#cancelType = types.service('action_msgs/srv/CancelGoal');
		this.#statusType = types.message('action_msgs/msg/GoalStatusArray');
		const names = actionNames(options.action);
		const { sendGoal, getResult, feedbackMessage } = this.#type;
		const availability = new Availability(options.action, options.timers, (isThere) => {
			if (!this.#closed) options.onServer?.(isThere);
		});
		this.#availability = availability;
		const onEvent = (event: EndpointEvent) => {
			availability.onEvent(event);
			if (event.kind !== 'matched') options.onEvent?.(event);
		};
		this.#sendGoal = graph.createClient(names.sendGoal, sendGoal.name, undefined, { onEvent });
		this.#cancelGoal = graph.createClient(names.cancelGoal, this.#cancelType.name, undefined, { onEvent });
		this.#getResult = graph.createClient(names.getResult, getResult.name, undefined, { onEvent });
		this.#feedback = graph.subscribe(
			names.feedback,
			feedbackMessage.name,
			feedbackQos,
			(cdr, { receivedAt }) => this.#guard(() => this.#onFeedback(cdr, receivedAt)),
			{ onEvent },
		);
		this.#status = graph.subscribe(
			names.status,
			this.#statusType.name,
			statusQos,
			(cdr) => this.#guard(() => this.#onStatus(cdr)),
			{ onEvent },
		);
		const services = [this.#sendGoal, this.#cancelGoal, this.#getResult];
		availability.watch([
			...services.map((client) => ({ name: client.service, isThere: () => client.available > 0 })),
			...[this.#feedback, this.#status].map((topic) => ({ name: topic.topic, isThere: () => topic.matched > 0 })),
		]);
	}

	/** Whether there is a server with all its services and topics. */
	get isServerThere(): boolean {
		return this.#availability.isThere;
	}

	/**
	 * Waits for a server and sends it a goal.
	 * @param options `timeout` is that of the search and of the server's decision together
	 * @returns rejects with a TypeError or RangeError that has the path of the field when the goal does not fit; with a
	 * BriefError when there is no server, no answer or a no
	 */
	async send(goal: unknown, { id = createGoalId(), timeout, signal, onFeedback }: SendOptions): Promise<ClientGoal> {
		const { action, timers } = this.#options;
		if (this.#closed) throw new Error(`The client of ${action} is closed`);
		checkNumber('timeout', timeout, { above: 0, max: longestWait, unit: 'ms' });
		const request = this.#type.sendGoal.request.encode({ goal_id: goalIdFromText('goal', id), goal });
		const begun = timers.now();
		const givenUp = signal === undefined ? {} : { signal };
		await this.#availability.wait({ timeout, ...givenUp });
		this.#goals.set(id, { onFeedback, status: undefined });
		try {
			const left = Math.max(1, timeout - (timers.now() - begun));
			const bytes = await this.#sendGoal.call(request, { timeout: left, ...givenUp });
			const { accepted, stamp } = this.#type.sendGoal.response.decode(bytes) as { accepted: boolean; stamp: Stamp };
			if (accepted) return new ClientGoal(id, stamp, this.#source);
			this.#goals.delete(id);
			throw new BriefError('goal rejected', `The server of ${action} rejected the goal`);
		} catch (error) {
			// It may have been accepted all the same: a robot must not act on what nobody waits for.
			if (this.#goals.delete(id)) this.#orphan(id);
			throw error;
		}
	}

	/**
	 * Asks the server to cancel a goal, of any client.
	 * @param id 32 hexadecimal digits, or undefined for all goals
	 */
	async cancel(id: string | undefined, options: CallOptions): Promise<CancelOutcome> {
		const request = { goal_info: { goal_id: goalIdFromText('id', id ?? noGoalId) } };
		const bytes = await this.#cancelGoal.call(this.#cancelType.request.encode(request), options);
		const { return_code, goals_canceling } = this.#cancelType.response.decode(bytes) as {
			return_code: number;
			goals_canceling: unknown[];
		};
		// A server may say that all is well and cancel nothing.
		if (return_code === 0 && goals_canceling.length === 0) return id === undefined ? 'ended' : 'rejected';
		return (['canceling', 'rejected', 'unknown', 'ended'] as const)[return_code] ?? 'rejected';
	}

	/** Goals go on; to stop them, cancel them before. What waits rejects. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#availability.close();
		this.#goals.clear();
		this.#orphans.clear();
		for (const end of [this.#sendGoal, this.#cancelGoal, this.#getResult, this.#feedback, this.#status]) end.close();
	}

	readonly #source: GoalSource = {
		cancel: (id, options) => this.cancel(id, options),
		status: (id) => this.#goals.get(id)?.status,
		release: (id) => void this.#goals.delete(id),
		result: (id, options) => this.#result(id, options),
	};

	async #result(id: string, options: CallOptions): Promise<GoalResult> {
		const { request, response } = this.#type.getResult;
		const bytes = await this.#getResult.call(request.encode({ goal_id: goalIdFromText('goal', id) }), options);
		// Feedback that was sent before it is handed over in a later turn than an answer.
		for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
		const { status, result } = response.decode(bytes) as { status: number; result: Message };
		const end = goalStatusOf(status);
		if (end === 'unknown' || isActive(end)) throw forgottenError(this.#options.action, id);
		return { status: end as GoalEnd, result };
	}

	#onFeedback(cdr: Uint8Array, receivedAt: number): void {
		if (this.#goals.size === 0) return;
		const { goal_id, feedback } = this.#type.feedbackMessage.decode(cdr) as {
			goal_id: { uuid: Uint8Array };
			feedback: Message;
		};
		this.#goals.get(goalIdToText(goal_id))?.onFeedback?.(feedback, receivedAt);
	}

	#onStatus(cdr: Uint8Array): void {
		if (this.#goals.size === 0 && this.#orphans.size === 0) return;
		const { status_list } = this.#statusType.decode(cdr) as {
			status_list: { goal_info: { goal_id: { uuid: Uint8Array } }; status: number }[];
		};
		for (const { goal_info, status } of status_list) {
			const id = goalIdToText(goal_info.goal_id);
			const goal = this.#goals.get(id);
			if (goal !== undefined) goal.status = goalStatusOf(status);
			// It was accepted although nobody waited for that any more.
			else if (this.#orphans.has(id) && isActive(goalStatusOf(status))) this.#cancelOrphan(id);
		}
	}

	/** A goal of which it is not known whether the server accepts it: it is canceled now, or when it starts. */
	#orphan(id: string): void {
		if (this.#closed) return;
		this.#orphans.add(id);
		if (this.#orphans.size > mostOrphans) {
			const [oldest] = this.#orphans;
			this.#orphans.delete(oldest!);
		}
		this.#cancelOrphan(id);
	}

	#cancelOrphan(id: string): void {
		this.cancel(id, { timeout: orphanPatience }).then(
			(outcome) => outcome !== 'unknown' && this.#orphans.delete(id),
			() => {},
		);
	}

	#guard(task: () => void): void {
		try {
			task();
		} catch (error) {
			this.#options.onError(error);
		}
	}
}
