import { BriefError } from '../../check';
import type { CallOptions } from '../graph';
import type { Stamp } from '../time';
import type { Message } from '../types/registry';
import type { GoalEnd, GoalStatus } from './goal-status';

export interface GoalResult {
	readonly status: GoalEnd;
	readonly result: Message;
}

/** What came of a wish to cancel: only `canceling` means that the server took it up. */
export type CancelOutcome = 'canceling' | 'rejected' | 'unknown' | 'ended';

/** What a goal asks of the client that sent it. */
export interface GoalSource {
	result(id: string, options: CallOptions): Promise<GoalResult>;
	cancel(id: string, options: CallOptions): Promise<CancelOutcome>;
	status(id: string): GoalStatus | undefined;
	release(id: string): void;
}

/** A goal that a server has accepted, as its client sees it. */
export class ClientGoal {
	#ended: GoalEnd | undefined;

	constructor(
		/** 32 hexadecimal digits. */
		readonly id: string,
		/** When the server accepted it, by the server's clock. */
		readonly stamp: Stamp,
		private readonly source: GoalSource,
	) {}

	/** What the server said last. */
	get status(): GoalStatus {
		return this.#ended ?? this.source.status(this.id) ?? 'accepted';
	}

	/**
	 * Waits for the end of the goal. Then its feedback ends too.
	 * @returns rejects with a BriefError when none comes in time, the server goes away or has forgotten the goal
	 */
	async result(options: CallOptions): Promise<GoalResult> {
		const result = await this.source.result(this.id, options);
		this.#ended = result.status;
		this.source.release(this.id);
		return result;
	}

	/** Asks the server to cancel the goal. Its result tells whether it was. */
	cancel(options: CallOptions): Promise<CancelOutcome> {
		return this.source.cancel(this.id, options);
	}

	/** Takes no more feedback; the goal goes on. */
	release(): void {
		this.source.release(this.id);
	}
}

/** A goal that its server does not know any more. */
export function forgottenError(action: string, id: string): BriefError {
	return new BriefError(
		'goal unknown',
		`The server of ${action} does not know the goal ${id} any more: it was started anew, or it keeps results for a shorter time`,
	);
}
