import { Channel } from './channel';
import { type Command, checkGateOptions, type GateOptions } from './gate-options';

/** More topics than this through one gate are a mistake, such as a topic that counts. */
const maxTopics = 256;

/**
 * The last gate before an actuator. It limits the rate of commands, their values and their changes, watches over its
 * input, and stops. The newest command wins: one that comes too early is held until its turn and replaced by any that
 * comes after it, so the last of a burst, the stop command, always leaves.
 */
export class Gate<M extends Command> {
	readonly #options: GateOptions<M>;
	readonly #channels = new Map<string, Channel<M>>();
	#isStopped = false;
	#isClosed = false;

	/** @throws TypeError or RangeError when an option is wrong. */
	constructor(options: GateOptions<M>) {
		checkGateOptions(options as GateOptions<never>);
		this.#options = options;
		if (!options.perTopic) this.#channelOf(undefined);
		// Of many, the first is made now so that what is wrong shows at once.
		else new Channel(options).close();
	}

	/** Whether the latched stop is on. */
	get isStopped(): boolean {
		return this.#isStopped;
	}

	/**
	 * @throws TypeError, RangeError or BriefError when the message is refused; it is as if it had not come, unless the
	 * options make it a fault.
	 */
	push(message: M): void {
		if (this.#isClosed) return;
		if (this.#isStopped) this.#options.onDrop(message);
		else this.#channelOf(message.topic).push(message);
	}

	/**
	 * Latches the stop: nothing passes, and the safe payload is sent now and at the rate, until {@link reset}.
	 * @throws RangeError when there is no safe payload.
	 */
	stop(): void {
		if (this.#isClosed || this.#isStopped) return;
		if (this.#options.safe === undefined) throw new RangeError('Expected `safe`, the payload to stop with, got none');
		this.#isStopped = true;
		if (this.#channels.size === 0) this.#channelOf(undefined);
		for (const channel of this.#channels.values()) channel.stop();
	}

	/** Releases the stop, and ends faults: the next command passes. */
	reset(): void {
		if (this.#isClosed) return;
		this.#isStopped = false;
		for (const channel of this.#channels.values()) channel.reset();
	}

	/**
	 * Changes the rate of the stream that a topic belongs to.
	 * @param rate > 0 (Hz)
	 * @throws TypeError or RangeError
	 */
	setRate(rate: number, topic?: string): void {
		if (!this.#isClosed) this.#channelOf(topic).setRate(rate);
	}

	/** Takes stamps older than those before from now on: their clock has jumped back. */
	forgetStamps(): void {
		for (const channel of this.#channels.values()) channel.forgetStamps();
	}

	/** Closes, and when it is to fail safe, sends the safe payload for each stream first. */
	lastWord(): void {
		if (this.#isClosed) return;
		this.close();
		if (this.#options.failSafe) for (const channel of this.#channels.values()) channel.sendSafe();
	}

	/** Stops the timers; held messages are dropped. */
	close(): void {
		this.#isClosed = true;
		for (const channel of this.#channels.values()) channel.close();
	}

	#channelOf(topic: string | undefined): Channel<M> {
		const key = this.#options.perTopic ? (topic ?? '') : '';
		let channel = this.#channels.get(key);
		if (channel === undefined) {
			if (this.#channels.size >= maxTopics) {
				throw new RangeError(`Expected at most ${maxTopics} topics, got one more: ${key}`);
			}
			channel = new Channel(this.#options);
			this.#channels.set(key, channel);
		}
		return channel;
	}
}
