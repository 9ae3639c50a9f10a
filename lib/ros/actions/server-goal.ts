import { BriefError } from '../../check';
import type { Stamp } from '../time';
import type { Message } from '../types/registry';
import { type GoalEnd, type GoalEvent, type GoalStatus, isActive, nextStatus } from './goal-status';

/** What a goal asks of the server that it belongs to. */
export interface GoalHost {
	/** Checks and sends. @throws TypeError or RangeError with the path of the field */
	feedback(goal: ServerGoal, feedback: unknown): void;
	/** Checks a result and keeps it for those that ask. @throws TypeError or RangeError with the path of the field */
	result(goal: ServerGoal, status: GoalEnd, result: unknown): void;
	/** The status of a goal has changed. */
	changed(goal: ServerGoal): void;
}

/** A goal that a server has accepted. */
export class ServerGoal {
	#status: GoalStatus = 'accepted';

	constructor(
		/** 32 hexadecimal digits. */
		readonly id: string,
		readonly goal: Message,
		/** When it was accepted. */
		readonly stamp: Stamp,
		private readonly host: GoalHost,
	) {}

	get status(): GoalStatus {
		return this.#status;
	}

	/** Whether it has not ended yet. */
	get isActive(): boolean {
		return isActive(this.#status);
	}

	/** @throws TypeError or RangeError with the path of the field; BriefError when the goal has ended */
	feedback(feedback: unknown): void {
		if (!this.isActive) throw this.#refuse('feedback');
		this.host.feedback(this, feedback);
	}

	/**
	 * Ends the goal with its result.
	 * @throws TypeError or RangeError with the path of the field, and the goal goes on; BriefError when it cannot end so
	 */
	succeed(result: unknown = {}): void {
		this.#end('succeed', 'succeeded', result);
	}

	/** Ends the goal as failed. @throws as succeed() */
	abort(result: unknown = {}): void {
		this.#end('abort', 'aborted', result);
	}

	/** Ends a goal that is being canceled. @throws as succeed(); BriefError too when nobody asked to cancel it */
	canceled(result: unknown = {}): void {
		this.#end('canceled', 'canceled', result);
	}

	/** For the server. @returns false when it cannot happen now */
	happens(event: 'execute' | 'cancel'): boolean {
		const next = nextStatus(this.#status, event);
		if (next === undefined) return false;
		this.#status = next;
		this.host.changed(this);
		return true;
	}

	#end(event: GoalEvent, end: GoalEnd, result: unknown): void {
		if (nextStatus(this.#status, event) === undefined) throw this.#refuse(end);
		this.host.result(this, end, result);
		this.#status = end;
		this.host.changed(this);
	}

	#refuse(what: string): BriefError {
		const why = this.isActive ? 'nobody asked to cancel it' : 'it has ended';
		return new BriefError(
			this.isActive ? 'not canceling' : 'goal has ended',
			`Expected a goal that can take \`${what}\`, got ${this.id}, which is ${this.#status}: ${why}`,
		);
	}
}
