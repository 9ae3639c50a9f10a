import { BriefError } from '../../lib/check';
import type { Timers } from '../../lib/control/timers';
import { type ActionClient, longestWait } from '../../lib/ros/actions/client';
import type { ClientGoal, GoalResult } from '../../lib/ros/actions/client-goal';
import type { Message } from '../../lib/ros/types/registry';

export interface GoalsOptions {
	readonly action: string;
	/** Until a goal is accepted, ms. */
	readonly acceptTimeout: number;
	/** From then to its result, ms; undefined for no limit. */
	readonly timeout: number | undefined;
	readonly timers: Pick<Timers, 'setTimeout' | 'clearTimeout'>;
	/** Called when the number of goals or the status of one has changed. */
	onChange(): void;
}

export interface OneGoal {
	/** From createGoalId(). */
	readonly id: string;
	readonly payload: unknown;
	onFeedback(feedback: Message, receivedAt: number): void;
}

/** A goal, once it is accepted, and what gives it up. */
interface Entry {
	readonly id: string;
	goal: ClientGoal | undefined;
	readonly giveUp: AbortController;
}

/** How long a server may take to answer a wish to cancel, ms; and when the node closes. */
const cancelPatience = 5000;
const closePatience = 1000;

/** The goals that one node has sent: each from its beginning to its result, to be canceled one by one or all. */
export class Goals {
	/** Goals that are being sent or run. */
	readonly #all = new Set<Entry>();
	#closed = false;

	constructor(
		private readonly client: ActionClient,
		private readonly options: GoalsOptions,
	) {}

	get size(): number {
		return this.#all.size;
	}

	/** @returns rejects when it is not accepted, when there is no result in time, or when the node closes */
	async run({ id, payload, onFeedback }: OneGoal): Promise<GoalResult> {
		if (this.#closed) throw this.#closing();
		const { acceptTimeout, timeout, timers } = this.options;
		const entry: Entry = { id, goal: undefined, giveUp: new AbortController() };
		const { signal } = entry.giveUp;
		this.#all.add(entry);
		this.options.onChange();
		try {
			const goal = await this.client.send(payload, { id, timeout: acceptTimeout, signal, onFeedback });
			entry.goal = goal;
			const timer =
				timeout === undefined ? undefined : timers.setTimeout(() => entry.giveUp.abort(this.#late()), timeout);
			try {
				return await goal.result({ timeout: longestWait, signal });
			} catch (error) {
				// Whoever waits no longer does not want the robot to go on either.
				goal.release();
				if (!this.#closed) goal.cancel({ timeout: cancelPatience }).catch(() => {});
				throw error;
			} finally {
				timers.clearTimeout(timer);
			}
		} finally {
			this.#all.delete(entry);
			this.options.onChange();
		}
	}

	/**
	 * @param id of a goal of this node; undefined for all of them, those that are being sent included
	 * @returns rejects when a server refuses it or does not answer
	 */
	async cancel(id: string | undefined): Promise<void> {
		const meant = [...this.#all].filter((entry) => id === undefined || entry.id === id);
		if (id !== undefined && meant.length === 0) {
			throw new BriefError('no such goal', `No goal ${id} of this node is under way to be canceled`);
		}
		await Promise.all(
			meant.map(async ({ goal, giveUp }) => {
				if (goal === undefined) {
					return giveUp.abort(
						new BriefError('goal canceled', `The goal was canceled before ${this.options.action} accepted it`),
					);
				}
				const outcome = await goal.cancel({ timeout: cancelPatience });
				// One that has ended meanwhile tells by its result.
				if (outcome !== 'rejected') return;
				throw new BriefError(
					'cancel refused',
					`The server of ${this.options.action} refused to cancel the goal ${goal.id}; it goes on`,
				);
			}),
		);
	}

	/** Cancels all, and waits a moment for the servers to have heard it. */
	async close(): Promise<void> {
		this.#closed = true;
		const canceling = [...this.#all].flatMap(({ goal }) => goal?.cancel({ timeout: closePatience }) ?? []);
		for (const { goal, giveUp } of [...this.#all]) if (goal === undefined) giveUp.abort(this.#closing());
		await Promise.allSettled(canceling);
		for (const { giveUp } of [...this.#all]) giveUp.abort(this.#closing());
	}

	#late(): BriefError {
		const time = `${(this.options.timeout ?? 0) / 1000} s`;
		return new BriefError(
			'no result',
			`The goal of ${this.options.action} had no result within ${time}, so it was told to be canceled`,
		);
	}

	#closing(): Error {
		return new Error(
			`The node was closed before the goal of ${this.options.action} had ended; it was told to cancel it`,
		);
	}
}
