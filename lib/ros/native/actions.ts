import type { QosProfile } from '../qos';
import { qosPresets } from '../qos';
import type { Handle } from './addon';
import {
	answer,
	type ClientPort,
	dropAll,
	type OnRequest,
	type OnResponse,
	openServer,
	type ServerPort,
	send,
	serviceParts,
	takeRequests,
	takeResponses,
} from './ports';
import { toNativeQos } from './qos';
import type { Session } from './session';
import type { Structures } from './structure';

/**
 * The services that actions are made of. rclnodejs makes no clients and servers of their types one by one, but of all
 * services of an action together, as rcl_action has them. Here the services of one action share that.
 */

/** One of the services of an action. */
export interface ActionPart {
	readonly kind: 'goal' | 'result' | 'cancel';
	/** Absolute name of the action. */
	readonly action: string;
	/** Of the service. */
	readonly service: string;
	/** Of the service; of a cancel service it does not tell the type of its action. */
	readonly typeName: string;
}

const kinds = { send_goal: 'goal', get_result: 'result', cancel_goal: 'cancel' } as const;
const typeSuffix = /_(SendGoal|GetResult)$/;

/** Which part of an action a service is, or undefined when it is none. */
export function actionPart(service: string, typeName: string): ActionPart | undefined {
	const [, action, word] = /^(.+)\/_action\/(send_goal|get_result|cancel_goal)$/.exec(service) ?? [];
	if (action === undefined) return undefined;
	const kind = kinds[word as keyof typeof kinds];
	if (kind === 'cancel' ? typeName !== 'action_msgs/srv/CancelGoal' : !typeSuffix.test(typeName)) return undefined;
	return { kind, action, service, typeName };
}

const feedbackQos = toNativeQos(qosPresets.default);
const statusQos = toNativeQos({ ...qosPresets.default, durability: 'transient_local', depth: 1 });
const serviceQos = toNativeQos(qosPresets.services);

/** Type of an action from the type of its goal or result service. */
function actionType(part: ActionPart): { typeName: string; packageName: string; name: string } {
	const typeName = part.typeName.replace(typeSuffix, '');
	return { typeName, ...pick(serviceParts(typeName)) };
}

function pick({ packageName, name }: { packageName: string; name: string }) {
	return { packageName, name };
}

interface SharedClient {
	readonly handle: Handle;
	users: number;
	readonly onGoal: Set<OnResponse>;
	readonly onResult: Set<OnResponse>;
}

/** The clients of the goal and result services. */
export class ActionClients {
	readonly #shared = new Map<string, SharedClient>();

	constructor(
		private readonly session: Session,
		private readonly structures: Structures,
	) {}

	open(part: ActionPart, qos: QosProfile, onResponse: OnResponse): ClientPort {
		const { addon, node } = this.session;
		const { typeName } = actionType(part);
		const key = `${part.action} ${typeName}`;
		const shared = this.#shared.get(key) ?? this.#make(part, qos);
		this.#shared.set(key, shared);
		shared.users++;
		// One rcl client counts the requests of all; each waits for the numbers that it was given.
		const sent = new Set<number>();
		const listeners = part.kind === 'goal' ? shared.onGoal : shared.onResult;
		const listener: OnResponse = (sequenceNumber, response) => {
			if (sent.delete(sequenceNumber)) onResponse(sequenceNumber, response);
		};
		listeners.add(listener);
		const request = this.structures.of(`${part.typeName}_Request`);
		return {
			send: (cdr) => {
				const number = send(request, cdr, (memory) =>
					part.kind === 'goal'
						? addon.actionSendGoalRequest(shared.handle, memory)
						: addon.actionSendResultRequest(shared.handle, memory),
				);
				sent.add(number);
				return number;
			},
			isAvailable: () => addon.actionServerIsAvailable(node, shared.handle),
			close: () => {
				listeners.delete(listener);
				shared.users--;
				if (shared.users > 0) return;
				this.#shared.delete(key);
				this.session.release(shared.handle);
			},
		};
	}

	#make(part: ActionPart, qos: QosProfile): SharedClient {
		const { session, structures } = this;
		const { addon, node } = session;
		const { typeName, packageName, name } = actionType(part);
		const service = toNativeQos(qos);
		const goal = structures.of(`${typeName}_SendGoal_Response`);
		const result = structures.of(`${typeName}_GetResult_Response`);
		const cancel = structures.of('action_msgs/srv/CancelGoal_Response');
		const feedback = structures.of(`${typeName}_FeedbackMessage`);
		const status = structures.of('action_msgs/msg/GoalStatusArray');
		const handle = addon.actionCreateClient(
			node,
			part.action,
			name,
			packageName,
			service,
			service,
			service,
			feedbackQos,
			statusQos,
		);
		const shared: SharedClient = { handle, users: 0, onGoal: new Set(), onResult: new Set() };
		const tell = (listeners: Set<OnResponse>): OnResponse => {
			return (number, response) => {
				for (const listener of listeners) listener(number, response);
			};
		};
		session.add('_actionClients', handle, () => {
			const ready = handle.properties ?? {};
			const number = (isTaken: boolean | undefined) => (isTaken ? 0 : undefined);
			if (ready.isGoalResponseReady) {
				takeResponses(goal, (memory) => addon.actionTakeGoalResponse(handle, memory), tell(shared.onGoal));
			}
			if (ready.isResultResponseReady) {
				takeResponses(result, (memory) => addon.actionTakeResultResponse(handle, memory), tell(shared.onResult));
			}
			// These have subscriptions and clients of their own; what rcl_action gets has to be taken all the same.
			if (ready.isFeedbackReady) {
				dropAll(feedback, (memory) => number(addon.actionTakeFeedback(handle, memory)));
			}
			if (ready.isStatusReady) {
				dropAll(status, (memory) => number(addon.actionTakeStatus(handle, memory)));
			}
			if (ready.isCancelResponseReady) {
				dropAll(cancel, (memory) => addon.actionTakeCancelResponse(handle, memory));
			}
		});
		return shared;
	}
}

interface SharedServer {
	readonly handle: Handle;
	readonly clock: Handle;
	users: number;
	readonly handlers: Record<ActionPart['kind'], Set<OnRequest>>;
	closed: boolean;
}

/** Results that rcl_action would keep; ours keep their own. s */
const resultTimeout = 900;
/** rcl_clock_type_t: steady. */
const steadyClock = 3;

/** The servers of the goal, result and cancel services. */
export class ActionServers {
	readonly #shared = new Map<string, SharedServer>();
	/** Goal and result servers that there are or will be, by action: the cancel server goes with them. */
	readonly #types = new Map<string, ActionPart>();

	constructor(
		private readonly session: Session,
		private readonly structures: Structures,
	) {}

	/** Says that a part is going to be opened, so that those opened before know what they are part of. */
	announce(part: ActionPart): void {
		if (part.kind !== 'cancel') this.#types.set(part.action, part);
	}

	open(part: ActionPart, qos: QosProfile, onRequest: OnRequest): ServerPort {
		const { session, structures } = this;
		const typed = part.kind === 'cancel' ? this.#types.get(part.action) : part;
		// A cancel service without its action is a service like any other.
		if (typed === undefined) {
			return openServer(session, structures, part.service, part.typeName, qos, onRequest);
		}
		const shared = this.#shared.get(part.action) ?? this.#make(typed, qos);
		this.#shared.set(part.action, shared);
		shared.users++;
		const handlers = shared.handlers[part.kind];
		handlers.add(onRequest);
		return {
			close: () => {
				handlers.delete(onRequest);
				shared.users--;
				if (shared.users > 0) return;
				shared.closed = true;
				this.#shared.delete(part.action);
				this.#types.delete(part.action);
				session.release(shared.handle);
				session.release(shared.clock);
			},
		};
	}

	#make(part: ActionPart, qos: QosProfile): SharedServer {
		const { session, structures } = this;
		const { addon, node } = session;
		const { typeName, packageName, name } = actionType(part);
		const service = toNativeQos(qos);
		const clock = addon.createClock(steadyClock);
		const handle = addon.actionCreateServer(
			node,
			clock,
			part.action,
			name,
			packageName,
			service,
			service,
			serviceQos,
			feedbackQos,
			statusQos,
			resultTimeout,
		);
		const shared: SharedServer = {
			handle,
			clock,
			users: 0,
			handlers: { goal: new Set(), result: new Set(), cancel: new Set() },
			closed: false,
		};
		const take = (
			kind: ActionPart['kind'],
			service: string,
			takeOne: (memory: Buffer) => Handle | undefined,
			respond: (header: Handle, memory: Buffer) => void,
		) => {
			const response = structures.of(`${service}_Response`);
			takeRequests(structures.of(`${service}_Request`), takeOne, (request, header) => {
				const [handler] = shared.handlers[kind];
				handler?.(request, (cdr) => {
					if (!shared.closed) answer(part.action, response, cdr, (memory) => respond(header, memory));
				});
			});
		};
		session.add('_actionServers', handle, () => {
			const ready = handle.properties ?? {};
			if (ready.isGoalRequestReady) {
				take(
					'goal',
					`${typeName}_SendGoal`,
					(memory) => addon.actionTakeGoalRequest(handle, memory),
					(header, memory) => addon.actionSendGoalResponse(handle, header, memory),
				);
			}
			if (ready.isResultRequestReady) {
				take(
					'result',
					`${typeName}_GetResult`,
					(memory) => addon.actionTakeResultRequest(handle, memory),
					(header, memory) => addon.actionSendResultResponse(handle, header, memory),
				);
			}
			if (ready.isCancelRequestReady) {
				take(
					'cancel',
					'action_msgs/srv/CancelGoal',
					(memory) => addon.actionTakeCancelRequest(handle, memory),
					(header, memory) => addon.actionSendCancelResponse(handle, header, memory),
				);
			}
		});
		return shared;
	}
}
