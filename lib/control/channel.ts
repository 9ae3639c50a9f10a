import { BriefError } from '../check';
import { CommandValues } from './command-values';
import type { Command, GateOptions, GateState, Reason } from './gate-options';
import { Pace } from './pace';
import { isFiniteThroughout, safeCopy, withoutStamp } from './safe-copy';
import { systemTimers, type Timers } from './timers';
import { clamp, hasMemory, ValueLimits } from './value-limits';

/** Times closer than this are the same, ms. */
const epsilon = 1e-6;

class NotFinite extends BriefError {
	constructor() {
		super('not finite', 'Expected all numbers of the command to be finite: it has a NaN or an infinity');
	}
}

/** One stream of commands through a gate. */
export class Channel<M extends Command> {
	readonly #options: GateOptions<M>;
	readonly #timers: Timers;
	readonly #pace: Pace;
	readonly #values: CommandValues | undefined;
	readonly #limits: ValueLimits;
	readonly #numbers: number[] = [];
	/** Whether a limit counts from the command before. */
	readonly #remembers: boolean;
	#mode: GateState['mode'] = 'idle';
	#topic: string | undefined;
	/** The newest command that has not left yet. */
	#held: M | undefined;
	/** The newest command that has left, and what its payload was before the limits. */
	#command: M | undefined;
	#target: unknown;
	/** The payload that left last. */
	#sent: unknown;
	/** What is sent instead of commands, until the next one passes. */
	#fallback: 'safe' | 'ramp' | 'hold' | undefined;
	#lastInput = 0;
	#lastStamp = Number.NEGATIVE_INFINITY;
	#watch: unknown;

	constructor(options: GateOptions<M>) {
		this.#options = options;
		this.#timers = options.timers ?? systemTimers;
		const { rate, fixed = false, fields = [], together = false, start = 'zero' } = options;
		const onError = (error: unknown) => {
			if (options.failSafe) this.fault('error');
			options.onError(error);
		};
		this.#pace = new Pace({ rate, fixed, turn: (elapsed) => this.#turn(elapsed), onError, timers: this.#timers });
		this.#values = fields.length > 0 ? new CommandValues(fields) : undefined;
		this.#limits = new ValueLimits({ together, start });
		this.#remembers = fields.some(hasMemory);
	}

	push(message: M): void {
		const { failSafe, recovery = 'auto', onDrop } = this.#options;
		this.#topic = message.topic;
		if (this.#mode === 'stopped') {
			onDrop(message);
			return;
		}
		let isFresh: boolean;
		try {
			isFresh = this.#check(message);
		} catch (error) {
			if (error instanceof NotFinite) this.fault('not finite');
			else if (failSafe) this.fault('error');
			throw error;
		}
		if (!isFresh || (this.#mode === 'fault' && recovery === 'reset')) {
			onDrop(message);
			return;
		}
		if (this.#mode !== 'passing') this.#enter('passing', undefined);
		this.#lastInput = this.#timers.now();
		this.#startWatch();
		const replaced = this.#held;
		this.#held = message;
		if (replaced) onDrop(replaced);
		try {
			this.#pace.request();
		} catch (error) {
			if (failSafe) this.fault('error');
			throw error;
		}
	}

	/** Stops passing commands, and does what the options say. */
	fault(reason: Reason): void {
		if (this.#mode === 'fault' || this.#mode === 'stopped') return;
		const { onFault = 'safe', safe } = this.#options;
		// An error may come at any fault setting; without a safe payload things stay as they are.
		this.#fallback = onFault === 'safe' && safe === undefined ? 'hold' : onFault;
		this.#leave();
		this.#mode = 'fault';
		if (this.#fallback === 'ramp' && !this.#aimAtRest()) this.#fallback = safe === undefined ? 'hold' : 'safe';
		if (this.#fallback === 'safe') this.#pace.turnNow();
		else if (this.#fallback === 'ramp' || this.#options.fixed) this.#pace.request();
		this.#report(reason);
	}

	/** Sends the safe payload, now and at the rate, until {@link reset}. */
	stop(): void {
		if (this.#mode === 'stopped') return;
		this.#leave();
		this.#mode = 'stopped';
		this.#fallback = 'safe';
		this.#pace.turnNow();
		this.#report('stopped');
	}

	/** Ends a stop or fault: the next command passes. Until then the safe payload is repeated, if anything was. */
	reset(): void {
		if (this.#mode !== 'fault' && this.#mode !== 'stopped') return;
		this.#enter('idle', undefined);
	}

	/** @throws TypeError or RangeError */
	setRate(rate: number): void {
		this.#pace.setRate(rate);
	}

	/** Stamps may begin anew: their clock has jumped. */
	forgetStamps(): void {
		this.#lastStamp = Number.NEGATIVE_INFINITY;
	}

	/** Sends the safe payload, whatever was sent before. */
	sendSafe(): void {
		const { safe, send } = this.#options;
		if (safe === undefined) return;
		this.#standAt(safe);
		send({ topic: this.#topic, payload: safeCopy(safe) } as M, 0);
	}

	/** Stops the timers; a held message is dropped. */
	close(): void {
		this.#leave();
		this.#pace.stop();
	}

	/** @returns whether the message is new enough; a fault when it is too old. */
	#check(message: M): boolean {
		const { maxAge, finite } = this.#options;
		if (finite && !isFiniteThroughout(message.payload)) {
			throw new NotFinite();
		}
		if (this.#values) {
			this.#values.read(message.payload, this.#numbers);
			this.#limits.checkCount(this.#numbers.length, this.#values.limits);
			if (this.#remembers) this.#values.checkJoints(message.payload);
		}
		if (maxAge === undefined) return true;
		const stamp = this.#options.stampOf?.(message);
		if (stamp === undefined) {
			throw new BriefError(
				'age unknown',
				`A stamp at most ${maxAge} s old is asked for, but the message has none. Keep msg.ros on the way from ros2-subscribe, or clear the limit.`,
			);
		}
		// A stamp of the future is as wrong as one of the past: one of the clocks has jumped.
		const age = (this.#options.wallNow ?? Date.now)(message) - stamp;
		if (Math.abs(age) > maxAge * 1000) {
			// One of the future: the clock has jumped back, and the stamps that follow will be before the last.
			if (age < 0) this.#lastStamp = Number.NEGATIVE_INFINITY;
			this.fault('old');
			return false;
		}
		// After a jump of the clock the stamps begin anew.
		if (stamp < this.#lastStamp && this.#lastStamp - stamp <= maxAge * 1000) return false;
		this.#lastStamp = stamp;
		return true;
	}

	/** @returns whether another turn is needed, also for what came while this one sent. */
	#turn(elapsed: number): boolean {
		return this.#act(elapsed) || this.#held !== undefined;
	}

	#act(elapsed: number): boolean {
		const { fixed = false } = this.#options;
		const held = this.#held;
		if (held) {
			this.#held = undefined;
			this.#fallback = undefined;
			return this.#pass(held, elapsed);
		}
		switch (this.#fallback) {
			case 'safe':
				this.sendSafe();
				return fixed || this.#mode === 'stopped';
			case 'hold':
				if (!fixed || this.#command === undefined) return false;
				this.#repeat(this.#sent);
				return true;
			default: {
				if (this.#command === undefined) return false;
				const isSettled = this.#limit(elapsed);
				this.#repeat(this.#sent);
				return fixed || !isSettled;
			}
		}
	}

	#pass(message: M, elapsed: number): boolean {
		const { fixed = false, send } = this.#options;
		this.#target = message.payload;
		const isSettled = this.#limit(elapsed);
		// What may be sent again is kept apart from what others may write into.
		const isKept = fixed || this.#values !== undefined;
		this.#command = isKept ? { ...message } : message;
		if (isKept) message.payload = safeCopy(this.#sent);
		send(message, this.#timers.now() - this.#lastInput);
		return fixed || !isSettled;
	}

	/** Sets what is to leave. @returns whether it is the target. */
	#limit(elapsed: number): boolean {
		const values = this.#values;
		this.#sent = this.#target;
		if (!values) return true;
		values.read(this.#target, this.#numbers);
		this.#limits.step(this.#numbers, values.limits, elapsed);
		this.#sent = values.write(this.#target, this.#numbers);
		return this.#limits.isSettled;
	}

	#repeat(payload: unknown): void {
		const repeat = { ...(this.#command as M), payload: withoutStamp(safeCopy(payload)) };
		this.#options.send(repeat, this.#timers.now() - this.#lastInput);
	}

	/** Makes rest the target. @returns whether there is something to come to rest from. */
	#aimAtRest(): boolean {
		const values = this.#values;
		if (!values || this.#command === undefined) return false;
		const { safe } = this.#options;
		try {
			const count = values.read(this.#target, this.#numbers).length;
			if (safe !== undefined) {
				if (values.read(safe, this.#numbers).length !== count) return false;
				this.#target = safe;
			} else {
				const rest = this.#numbers.map((_, i) => clamp(0, values.limits[i] as object));
				this.#target = values.write(this.#target, rest);
			}
			return true;
		} catch {
			// A safe payload of another kind cannot be approached: it is sent.
			return false;
		}
	}

	/** From now on the limits count from these values. */
	#standAt(payload: unknown): void {
		if (!this.#values) return;
		this.#values.reset();
		try {
			this.#limits.standAt(this.#values.read(payload, this.#numbers));
		} catch {
			this.#limits.reset();
		}
	}

	#startWatch(): void {
		const { timeout } = this.#options;
		if (timeout === undefined || this.#watch !== undefined) return;
		this.#watch = this.#timers.setTimeout(this.#look, timeout * 1000);
	}

	/** One timer looks after the silence; input only notes its time, instead of setting a timer per message. */
	readonly #look = (): void => {
		const left = this.#lastInput + (this.#options.timeout as number) * 1000 - this.#timers.now();
		if (left > epsilon) {
			this.#watch = this.#timers.setTimeout(this.#look, left);
			return;
		}
		this.#watch = undefined;
		try {
			this.fault('silent');
		} catch (error) {
			this.#options.onError(error);
		}
	};

	/** What is held is older than what comes now; sent after it, it would undo it. */
	#leave(): void {
		this.#timers.clearTimeout(this.#watch);
		this.#watch = undefined;
		const held = this.#held;
		this.#held = undefined;
		if (held) this.#options.onDrop(held);
	}

	#enter(mode: GateState['mode'], reason: Reason | undefined): void {
		this.#mode = mode;
		this.#report(reason);
	}

	#report(reason: Reason | undefined): void {
		this.#options.onState?.({ mode: this.#mode, reason, topic: this.#topic });
	}
}
