import { BriefError } from '../../check';
import type { Timers } from '../../control/timers';
import type { Now } from '../clock';
import type { EndpointEvent, Graph, Publisher, ServiceServer } from '../graph';
import { nanosecondsToStamp, type Stamp, stampToNanoseconds } from '../time';
import type { ActionType, Message, MessageType, ServiceType, TypeRegistry } from '../types/registry';
import { Decision } from './decision';
import { goalIdFromText, goalIdToText, noGoalId } from './goal-id';
import { type GoalEnd, goalStatuses } from './goal-status';
import { actionNames, feedbackQos, statusQos } from './names';
import { type GoalHost, ServerGoal } from './server-goal';

/** A goal that a client wants to have accepted. */
export interface GoalOffer {
	/** 32 hexadecimal digits. */
	readonly id: string;
	readonly goal: Message;
	/** When it came: ms since the Unix epoch, with fractions. */
	readonly receivedAt: number;
	/** @throws BriefError when it was decided already or the time for it is over */
	accept(): ServerGoal;
	/** @throws as accept() */
	reject(): void;
}

/** A wish to cancel a goal. */
export interface CancelOffer {
	readonly goal: ServerGoal;
	/** The goal is being canceled from now on; it ends with its result. @throws BriefError when it was decided already */
	accept(): void;
	/** The goal goes on. @throws as accept() */
	reject(): void;
}

export interface ActionServerOptions {
	/** Absolute name, such as `/fibonacci`. */
	readonly action: string;
	/** Such as `example_interfaces/action/Fibonacci`. */
	readonly typeName: string;
	/** Decides by `accept` or `reject`, now or later. */
	onGoal(offer: GoalOffer): void;
	/** Decides by `accept` or `reject`, now or later. */
	onCancel(offer: CancelOffer): void;
	/** Requests that cannot be read, decisions that did not come in time, and what the callbacks throw. */
	onError(error: unknown): void;
	/** What happens to the service of goals: the clients that match, and what does not fit. */
	onEvent?: (event: EndpointEvent) => void;
	readonly timers: Pick<Timers, 'setTimeout' | 'clearTimeout'>;
	readonly now: Now;
	/** How long a decision may take, ms; then it is no. Default: 10 s. */
	readonly decisionTimeout?: number;
	/** How long a result is kept for clients that ask late, ms. Default: 15 min, as rclpy does. */
	readonly resultTimeout?: number;
}

/** Goals that run or wait to be decided, goals that have ended, and requests for one result, at most. */
const mostActive = 1000;
const mostEnded = 100;
const mostAskers = 100;

type Respond = (response: Uint8Array) => void;

/** A goal, those who wait for its result, and that result once it is there. */
interface Entry {
	readonly goal: ServerGoal;
	askers: Respond[];
	result: Uint8Array | undefined;
	/** Decides whether to cancel it, for all that ask meanwhile. */
	canceling: { readonly decision: Decision; readonly askers: ((yes: boolean) => void)[] } | undefined;
	timer: unknown;
}

/** Codes of action_msgs/srv/CancelGoal. */
const cancelCodes = { none: 0, rejected: 1, unknownGoal: 2, terminated: 3 } as const;

/**
 * The server of an action, made of services and topics of any graph. Source: rcl_action/action_server.c.
 * @throws TypeError, RangeError or BriefError when a name or type is wrong
 */
export class ActionServer {
	readonly #options: ActionServerOptions;
	readonly #type: ActionType;
	readonly #cancelType: ServiceType;
	readonly #statusType: MessageType;
	readonly #entries = new Map<string, Entry>();
	/** Goals that are not decided yet. */
	readonly #offers = new Map<string, Decision>();
	readonly #services: ServiceServer[];
	readonly #feedback: Publisher;
	readonly #status: Publisher;
	#ended = 0;
	#ending = false;
	#closed = false;

	constructor(graph: Graph, types: TypeRegistry, options: ActionServerOptions) {
		this.#options = options;
		this.#type = types.action(options.typeName);
		this.#cancelType = types.service('action_msgs/srv/CancelGoal');
		this.#statusType = types.message('action_msgs/msg/GoalStatusArray');
		const names = actionNames(options.action);
		const { sendGoal, getResult, feedbackMessage } = this.#type;
		this.#feedback = graph.advertise(names.feedback, feedbackMessage.name, feedbackQos);
		this.#status = graph.advertise(names.status, this.#statusType.name, statusQos);
		const serve = (
			name: string,
			type: ServiceType,
			take: (request: Message, respond: Respond, at: number) => void,
			onEvent?: (event: EndpointEvent) => void,
		) =>
			graph.createService(
				name,
				type.name,
				undefined,
				(bytes, respond, { receivedAt }) => this.#guard(() => take(type.request.decode(bytes), respond, receivedAt)),
				onEvent ? { onEvent } : {},
			);
		this.#services = [
			serve(names.sendGoal, sendGoal, (request, respond, at) => this.#onGoal(request, respond, at), options.onEvent),
			serve(names.cancelGoal, this.#cancelType, (request, respond) => this.#onCancel(request, respond)),
			serve(names.getResult, getResult, (request, respond) => this.#onResult(request, respond)),
		];
	}

	/** Clients that can send goals at this moment. */
	get matched(): number {
		return this.#services[0]!.matched;
	}

	/** Goals that have not ended, those that wait to be decided included. */
	get active(): number {
		return this.#entries.size - this.#ended + this.#offers.size;
	}

	/** A goal by its id, as long as its result is kept. */
	goal(id: string): ServerGoal | undefined {
		return this.#entries.get(id)?.goal;
	}

	/**
	 * Decides on a goal that is offered, or else on the wish to cancel one: for those who have the id only.
	 * @throws BriefError when there is nothing to decide
	 */
	decide(id: string, yes: boolean): void {
		const decision = this.#offers.get(id) ?? this.#entries.get(id)?.canceling?.decision;
		if (decision === undefined) {
			throw new BriefError(
				'nothing to decide',
				`Nothing of the goal ${id} of ${this.#options.action} is to be decided: it was decided, or the time for it is over`,
			);
		}
		decision.decide(yes);
	}

	/**
	 * Rejects what is not decided and aborts what runs, so that no client waits in vain; goals that come later are
	 * rejected.
	 * @returns whether there was any: then clients should be given a moment to hear it before close()
	 */
	end(): boolean {
		const any = this.active > 0;
		this.#ending = true;
		for (const decision of [...this.#offers.values()]) decision.decide(false);
		for (const { goal, canceling } of [...this.#entries.values()]) {
			if (canceling?.decision.isOpen) canceling.decision.decide(false);
			if (goal.isActive) goal.abort();
		}
		return any;
	}

	/** Ends all goals, if that was not done before, and takes the server off the graph. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.end();
		for (const id of [...this.#entries.keys()]) this.#forget(id);
		for (const endpoint of [...this.#services, this.#feedback, this.#status]) endpoint.close();
	}

	#onGoal(request: Message, respond: Respond, receivedAt: number): void {
		const { action, now, timers, onError, onGoal, decisionTimeout = 10_000 } = this.#options;
		const id = goalIdToText(request.goal_id as { uuid: Uint8Array });
		const answer = (accepted: boolean, stamp: Stamp) =>
			this.#guard(() => respond(this.#type.sendGoal.response.encode({ accepted, stamp })));
		if (this.#ending) {
			answer(false, stampOf(now()));
			return;
		}
		const isTaken = id === noGoalId || this.#entries.has(id) || this.#offers.has(id);
		if (isTaken || this.active >= mostActive) {
			answer(false, stampOf(now()));
			const why = isTaken ? `its id ${id} is taken or zero` : `${mostActive} goals are active already`;
			throw new BriefError('goal refused', `A goal of ${action} was rejected, since ${why}`);
		}
		let accepted: ServerGoal | undefined;
		const decision = new Decision(`the goal ${id}`, decisionTimeout, timers, (yes, isLate) => {
			this.#offers.delete(id);
			const stamp = stampOf(now());
			if (yes) {
				accepted = new ServerGoal(id, request.goal as Message, stamp, this.#host);
				this.#entries.set(id, {
					goal: accepted,
					askers: [],
					result: undefined,
					canceling: undefined,
					timer: undefined,
				});
			}
			answer(yes, stamp);
			accepted?.happens('execute');
			if (isLate) onError(lateError(`the goal ${id} of ${action}`, 'accept or reject it', decisionTimeout, 'rejected'));
		});
		this.#offers.set(id, decision);
		const accept = () => {
			decision.decide(true);
			return accepted!;
		};
		try {
			onGoal({ id, goal: request.goal as Message, receivedAt, accept, reject: () => decision.decide(false) });
		} catch (error) {
			if (decision.isOpen) decision.decide(false);
			throw error;
		}
	}

	#onCancel(request: Message, respond: Respond): void {
		const { goal_id, stamp } = request.goal_info as { goal_id: { uuid: Uint8Array }; stamp: Stamp };
		const id = goalIdToText(goal_id);
		const { code, goals } = this.#goalsToCancel(id, stamp);
		const canceling: ServerGoal[] = [];
		let open = goals.length;
		const answer = () => {
			const return_code = goals.length > 0 && canceling.length === 0 ? cancelCodes.rejected : code;
			const response = this.#cancelType.response.encode({ return_code, goals_canceling: canceling.map(infoOf) });
			this.#guard(() => respond(response));
		};
		if (open === 0) answer();
		for (const entry of goals) {
			this.#askToCancel(entry, (yes) => {
				if (yes) canceling.push(entry.goal);
				open--;
				if (open === 0) answer();
			});
		}
	}

	/** An id alone means that goal, a stamp alone all up to then, both mean both, none of them all. */
	#goalsToCancel(id: string, stamp: Stamp): { code: number; goals: Entry[] } {
		const until = stampToNanoseconds(stamp);
		const isCancelable = ({ goal: { status } }: Entry) => status === 'accepted' || status === 'executing';
		if (id !== noGoalId && until === 0n) {
			const entry = this.#entries.get(id);
			if (entry === undefined) return { code: cancelCodes.unknownGoal, goals: [] };
			// One that is being canceled already is not canceled again, as in rcl.
			return isCancelable(entry)
				? { code: cancelCodes.none, goals: [entry] }
				: { code: cancelCodes.terminated, goals: [] };
		}
		const all = id === noGoalId && until === 0n;
		const goals = [...this.#entries.values()].filter(
			(entry) => isCancelable(entry) && (all || entry.goal.id === id || stampToNanoseconds(entry.goal.stamp) <= until),
		);
		return { code: cancelCodes.none, goals };
	}

	#askToCancel(entry: Entry, asker: (yes: boolean) => void): void {
		const waiting = entry.canceling?.askers;
		if (waiting !== undefined) {
			if (waiting.length < mostAskers) waiting.push(asker);
			else asker(false);
			return;
		}
		const { action, timers, onCancel, onError, decisionTimeout = 10_000 } = this.#options;
		const { goal } = entry;
		const askers = [asker];
		const decision = new Decision(`whether to cancel ${goal.id}`, decisionTimeout, timers, (yes, isLate) => {
			entry.canceling = undefined;
			// By now it may have ended by itself.
			const canceled = yes && goal.happens('cancel');
			for (const ask of askers) ask(canceled);
			const what = `the wish to cancel ${goal.id} of ${action}`;
			if (isLate) onError(lateError(what, 'accept or reject it', decisionTimeout, 'refused'));
		});
		entry.canceling = { decision, askers };
		try {
			onCancel({ goal, accept: () => decision.decide(true), reject: () => decision.decide(false) });
		} catch (error) {
			if (decision.isOpen) decision.decide(false);
			onError(error);
		}
	}

	#onResult(request: Message, respond: Respond): void {
		const entry = this.#entries.get(goalIdToText(request.goal_id as { uuid: Uint8Array }));
		if (entry === undefined) {
			respond(this.#type.getResult.response.encode({ status: goalStatuses.unknown }));
		} else if (entry.result !== undefined) respond(entry.result);
		else if (entry.askers.length < mostAskers) entry.askers.push(respond);
	}

	readonly #host: GoalHost = {
		feedback: ({ id }, feedback) => {
			this.#feedback.publish(this.#type.feedbackMessage.encode({ goal_id: goalIdFromText('goal', id), feedback }));
		},
		result: ({ id }, status, result) => this.#keepResult(id, status, result),
		changed: () => this.#tellStatus(),
	};

	#keepResult(id: string, status: GoalEnd, result: unknown): void {
		const { timers, resultTimeout = 900_000 } = this.#options;
		const entry = this.#entries.get(id)!;
		const bytes = this.#type.getResult.response.encode({ status: goalStatuses[status], result });
		entry.result = bytes;
		this.#ended++;
		for (const respond of entry.askers.splice(0)) this.#guard(() => respond(bytes));
		entry.timer = timers.setTimeout(() => this.#forget(id), resultTimeout);
		if (this.#ended <= mostEnded) return;
		for (const [other, { result: kept }] of this.#entries) {
			if (kept === undefined || other === id) continue;
			this.#forget(other);
			break;
		}
	}

	#forget(id: string): void {
		const entry = this.#entries.get(id);
		if (entry === undefined) return;
		this.#options.timers.clearTimeout(entry.timer);
		if (entry.result !== undefined) this.#ended--;
		this.#entries.delete(id);
	}

	#tellStatus(): void {
		const status_list = [...this.#entries.values()].map(({ goal }) => ({
			goal_info: infoOf(goal),
			status: goalStatuses[goal.status],
		}));
		this.#status.publish(this.#statusType.encode({ status_list }));
	}

	#guard(task: () => void): void {
		try {
			task();
		} catch (error) {
			this.#options.onError(error);
		}
	}
}

function infoOf({ id, stamp }: ServerGoal) {
	return { goal_id: goalIdFromText('goal', id), stamp };
}

/** @param now ms since the Unix epoch */
function stampOf(now: number): Stamp {
	return nanosecondsToStamp(BigInt(Math.round(now * 1e6)));
}

function lateError(what: string, wanted: string, timeout: number, outcome: string): BriefError {
	return new BriefError(
		'no decision',
		`Nobody decided on ${what} within ${timeout / 1000} s, so it was ${outcome}. The flow has to ${wanted} in time.`,
	);
}
