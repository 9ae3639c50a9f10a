import { checkNumber } from '../check';
import type { FieldLimits } from './command-values';
import type { Timers } from './timers';

/** What a gate needs of a message. */
export interface Command {
	payload?: unknown;
	topic?: string | undefined;
}

/** Why a command is not passed on any more. */
export type Reason =
	/** No input for `timeout`. */
	| 'silent'
	/** The input's stamp is too far from the clock. */
	| 'old'
	/** A number of the input is NaN or infinite. */
	| 'not finite'
	/** Something failed while a command was handled. */
	| 'error'
	/** The latched stop. */
	| 'stopped';

/** What a gate does with the commands of a topic. */
export interface GateState {
	/** `idle`: waits for input after a reset. */
	readonly mode: 'passing' | 'fault' | 'stopped' | 'idle';
	/** Of a fault or stop. */
	readonly reason: Reason | undefined;
	/** Of the newest command; undefined when it had none or there was none. */
	readonly topic: string | undefined;
}

export interface GateOptions<M extends Command> {
	/** Commands in a second, > 0 (Hz): at most, or exactly when `fixed`. */
	rate: number;
	/** Repeat the last command on a grid of times, for receivers that want to be kept alive. Default: false. */
	fixed?: boolean;
	/** Each topic by itself. Default: false, all input is one stream. */
	perTopic?: boolean;
	/** Limits of values. Default: none. */
	fields?: readonly FieldLimits[];
	/** See {@link ValueLimitsOptions}. */
	together?: boolean;
	/** See {@link ValueLimitsOptions}. */
	start?: 'zero' | 'first';
	/** A command with NaN or an infinite number anywhere is a fault. Default: false. */
	finite?: boolean;
	/** Longest time without input, > 0 (s). Default: any. */
	timeout?: number | undefined;
	/** Farthest that the stamp of a command may be from `wallNow`, > 0 (s). Default: any. */
	maxAge?: number | undefined;
	/** The stamp of a message, ms since the Unix epoch; undefined when it has none. Needed for `maxAge`. */
	stampOf?: (message: M) => number | undefined;
	/** The time that the stamp of a message is compared with, ms. Default: `Date.now`. */
	wallNow?: (message: M) => number;
	/**
	 * At a fault: send the safe payload (once, or as long as it lasts when `fixed`); come to rest within the limits,
	 * where `safe` says or at zero; or leave things as the last command put them. Default: `safe`.
	 */
	onFault?: 'safe' | 'ramp' | 'hold';
	/** What ends a fault: good input, or only a reset. Default: `auto`. */
	recovery?: 'auto' | 'reset';
	/** The payload that brings the receiver to rest. */
	safe?: unknown;
	/** Errors are faults, and {@link Gate.lastWord} sends `safe`. Default: false. */
	failSafe?: boolean;
	/**
	 * Passes a message on.
	 * @param held how long ago its command came, ms; 0 for the safe payload, which is nobody's command
	 */
	send: (message: M, held: number) => void;
	/** A message that will not leave: replaced by a newer one, too old, or held back by a fault or stop. */
	onDrop: (message: M) => void;
	/** What the gate does has changed. */
	onState?: (state: GateState) => void;
	/** Something failed that no input caused at once. */
	onError: (error: unknown) => void;
	/** Default: the process's own. */
	timers?: Timers;
}

/**
 * @throws TypeError or RangeError when options are wrong by themselves or do not fit each other. `rate` and `fields`
 * are checked where they are used.
 */
export function checkGateOptions(options: GateOptions<never>): void {
	const { timeout, maxAge, finite, failSafe, safe, fields = [], onFault = 'safe' } = options;
	if (timeout !== undefined) checkNumber('timeout', timeout, { above: 0, unit: 's' });
	if (maxAge !== undefined) checkNumber('maxAge', maxAge, { above: 0, unit: 's' });
	const watches = timeout !== undefined || maxAge !== undefined || finite === true;
	if (safe === undefined && (failSafe || (watches && onFault === 'safe'))) {
		throw new RangeError('Expected `safe`, the payload to send at a fault, got none');
	}
	if (onFault === 'ramp' && !fields.some(({ rate }) => rate !== undefined)) {
		throw new RangeError(
			'Expected a `rate` in one of `fields`, for the fault that ramps down: without one it would jump',
		);
	}
}
