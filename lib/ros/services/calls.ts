import { BriefError, checkNumber } from '../../check';
import type { Timers } from '../clock';
import type { CallOptions } from '../graph';
import { noAnswer, noServer, noServerFits } from './failures';
import { checkMessage } from './message';

/** Calls of one client that may wait at the same time. */
const mostCalls = 1000;
/** Timers of Node.js count to 2^31 ms. */
const longestTimeout = 0x7fffffff;

/** A call that waits: for a server at first, then for the answer. */
export interface Call<Sent> {
	readonly request: Uint8Array;
	/** How it went out; undefined while it waits for a server. */
	sent: Sent | undefined;
}

interface Ending {
	resolve(response: Uint8Array): void;
	reject(error: unknown): void;
	/** Takes back timer and signal. */
	release(): void;
}

/** The calls of one client that wait. Each ends once, by an answer or a failure, whatever carries it. */
export class Calls<Sent> {
	readonly #endings = new Map<Call<Sent>, Ending>();
	#isClosed = false;

	/** @param misfit why a server that is there does not fit; undefined when there is none */
	constructor(
		private readonly service: string,
		private readonly timers: Timers,
		private readonly misfit: () => string | undefined,
	) {}

	get isClosed(): boolean {
		return this.#isClosed;
	}

	[Symbol.iterator](): Iterator<Call<Sent>> {
		return this.#endings.keys();
	}

	has(call: Call<Sent>): boolean {
		return this.#endings.has(call);
	}

	/**
	 * A call from now until it ends.
	 * @param send is given it at once, to be sent now or later
	 * @returns as ServiceClient.call() does
	 */
	async add(
		request: Uint8Array,
		{ timeout, signal }: CallOptions,
		send: (call: Call<Sent>) => void,
	): Promise<Uint8Array> {
		const { service, timers } = this;
		if (this.#isClosed) throw new Error(`The client of ${service} is closed`);
		checkMessage('request', service, request);
		checkNumber('timeout', timeout, { above: 0, max: longestTimeout, unit: 'ms' });
		signal?.throwIfAborted();
		if (this.#endings.size >= mostCalls) {
			throw new BriefError(
				'too many calls',
				`${mostCalls} calls of ${service} wait for an answer already. Call it less often, or with a shorter timeout.`,
			);
		}
		return new Promise((resolve, reject) => {
			const call: Call<Sent> = { request, sent: undefined };
			const onAbort = () => this.fail(call, signal?.reason);
			const timer = timers.setTimeout(() => this.fail(call, this.#timedOut(call, timeout)), timeout);
			signal?.addEventListener('abort', onAbort, { once: true });
			this.#endings.set(call, {
				resolve,
				reject,
				release() {
					timers.clearTimeout(timer);
					signal?.removeEventListener('abort', onAbort);
				},
			});
			send(call);
		});
	}

	/** Nothing happens to a call that has ended already. */
	answer(call: Call<Sent>, response: Uint8Array): void {
		this.#end(call)?.resolve(response);
	}

	/** Nothing happens to a call that has ended already. */
	fail(call: Call<Sent>, error: unknown): void {
		this.#end(call)?.reject(error);
	}

	/** All that wait fail, and so do further ones. */
	close(): void {
		this.#isClosed = true;
		for (const call of this)
			this.fail(call, new Error(`The client of ${this.service} was closed before the answer came`));
	}

	#end(call: Call<Sent>): Ending | undefined {
		const ending = this.#endings.get(call);
		this.#endings.delete(call);
		ending?.release();
		return ending;
	}

	#timedOut({ sent }: Call<Sent>, timeout: number): BriefError {
		if (sent !== undefined) return noAnswer(this.service, timeout);
		const misfit = this.misfit();
		return misfit === undefined ? noServer(this.service, timeout) : noServerFits(this.service, timeout, misfit);
	}
}
