import { BriefError, checkNumber, show } from '../../check';
import type { Clock } from '../../rtps/clock';
import type { CallOptions, EndpointOptions, ServiceClient } from '../graph';
import type { ClientPort, OnResponse } from './ports';
import type { Session } from './session';

/** Calls of one client that may wait at the same time. */
const mostCalls = 1000;
/** Timers of Node.js count to 2^31 ms. */
const longestTimeout = 0x7fffffff;
/**
 * Requests that are on their way at once, and the time after which one counts as arrived without its answer, ms. rcl
 * keeps the last few (10 by default) on either side, so more of them in one go would push each other out.
 */
const burst = 5;
const pause = 50;
/** How often a call that waits for a server looks for one, ms: rcl does not tell when one has come. */
const lookInterval = 20;

export interface ClientOptions extends EndpointOptions {
	readonly clock: Clock;
	/** Makes the client in rcl; called within Session.run(). */
	readonly open: (onResponse: OnResponse) => ClientPort;
	/** Servers of the service in the graph, whether they fit or not. */
	readonly count: () => number;
	readonly onClose: (client: NativeClient) => void;
}

interface Call {
	readonly request: Uint8Array;
	readonly timeout: number;
	/** What its response comes with, once it is sent. */
	sequenceNumber: number | undefined;
	resolve(response: Uint8Array): void;
	reject(error: unknown): void;
	/** Takes back timer and signal. */
	release(): void;
}

/** A client of a service, whose requests go through rcl. */
export class NativeClient implements ServiceClient {
	readonly #calls = new Set<Call>();
	#port: ClientPort | undefined;
	/** Why rcl has no client. */
	#failure: unknown;
	#available = 0;
	#look: unknown;
	/** Calls whose request is on its way. */
	readonly #fresh = new Set<Call>();
	#pause: unknown;
	#closed = false;

	constructor(
		private readonly session: Session,
		readonly service: string,
		readonly typeName: string,
		private readonly options: ClientOptions,
	) {
		session.run(() => {
			if (this.#closed) return;
			try {
				this.#port = options.open((sequenceNumber, response) => this.#answered(sequenceNumber, response));
			} catch (error) {
				this.#failure = error;
				for (const call of this.#calls) this.#fail(call, error);
				throw new Error(`The client of ${service} (${typeName}) cannot be made: ${(error as Error).message}`);
			}
			this.check();
		});
	}

	get available(): number {
		return this.#available;
	}

	async call(request: Uint8Array, { timeout, signal }: CallOptions): Promise<Uint8Array> {
		const { service } = this;
		if (this.#closed) throw new Error(`The client of ${service} is closed`);
		if (!(request instanceof Uint8Array)) {
			throw new TypeError(`Expected the request of ${service} to be bytes, got ${show(request)}`);
		}
		if (request.length < 4) {
			throw new RangeError(
				`Expected a serialized request of ${service} with its 4-byte header, got ${request.length} bytes`,
			);
		}
		checkNumber('timeout', timeout, { above: 0, max: longestTimeout, unit: 'ms' });
		signal?.throwIfAborted();
		if (this.#failure !== undefined) throw this.#failure;
		if (this.#calls.size >= mostCalls) {
			throw new BriefError(
				'too many calls',
				`${mostCalls} calls of ${service} wait for an answer already. Call it less often, or with a shorter timeout.`,
			);
		}
		return new Promise((resolve, reject) => {
			const { clock } = this.options;
			const onAbort = () => this.#fail(call, signal?.reason);
			const timer = clock.setTimeout(() => this.#fail(call, this.#timedOut(call)), timeout);
			const call: Call = {
				request,
				timeout,
				sequenceNumber: undefined,
				resolve,
				reject,
				release() {
					clock.clearTimeout(timer);
					signal?.removeEventListener('abort', onAbort);
				},
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			this.#calls.add(call);
			this.check();
		});
	}

	/** Looks whether servers have come or gone: calls that wait for one go out, calls whose server is gone fail. */
	check(): void {
		const port = this.#port;
		if (port === undefined || this.#closed) return;
		const count = port.isAvailable() ? Math.max(1, this.options.count()) : 0;
		let isWaiting = false;
		for (const call of this.#calls) {
			if (count === 0) {
				if (call.sequenceNumber === undefined) isWaiting = true;
				else this.#fail(call, this.#gone());
			} else if (call.sequenceNumber === undefined && !this.#send(call, port)) break;
		}
		if (isWaiting && this.#look === undefined) {
			this.#look = this.options.clock.setTimeout(() => {
				this.#look = undefined;
				this.check();
			}, lookInterval);
		}
		if (count === this.#available) return;
		this.#available = count;
		this.options.onEvent?.({ kind: 'matched', count });
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.options.clock.clearTimeout(this.#look);
		this.options.clock.clearTimeout(this.#pause);
		for (const call of this.#calls) {
			this.#fail(call, new Error(`The client of ${this.service} was closed before the answer came`));
		}
		this.options.onClose(this);
		this.session.run(() => this.#port?.close());
	}

	/** @returns false when it has to wait for others that are on their way */
	#send(call: Call, port: ClientPort): boolean {
		if (this.#fresh.size >= burst) return false;
		if (this.#pause === undefined) this.#startPause();
		try {
			call.sequenceNumber = port.send(call.request);
			this.#fresh.add(call);
		} catch (error) {
			this.#fail(call, error);
		}
		return true;
	}

	#startPause(): void {
		const { clock } = this.options;
		const start = clock.now();
		this.#pause = clock.setTimeout(() => {
			// After a busy time of the event loop a server of this process has not seen them yet either.
			if (clock.now() - start > 1.2 * pause) return this.#startPause();
			this.#pause = undefined;
			this.#fresh.clear();
			this.check();
		}, pause);
	}

	/** Late answers, and those that are somebody else's, find no call. */
	#answered(sequenceNumber: number, response: Uint8Array): void {
		for (const call of this.#calls) {
			if (call.sequenceNumber !== sequenceNumber) continue;
			if (this.#settle(call)) call.resolve(response);
			// Its place is free.
			this.check();
			return;
		}
	}

	#gone(): BriefError {
		return new BriefError(
			'server is gone',
			`The server of ${this.service} went away before it answered. It may have done what it was asked, or not.`,
		);
	}

	#timedOut({ sequenceNumber, timeout }: Call): BriefError {
		const { service } = this;
		const time = `${timeout / 1000} s`;
		if (sequenceNumber !== undefined) {
			return new BriefError(
				'no answer',
				`The server of ${service} did not answer within ${time}. It may still be at work: allow it more time, or look at its log.`,
			);
		}
		if (this.options.count() > 0) {
			return new BriefError(
				'no server fits',
				`No server of ${service} that fits was found within ${time}: there is one of another type or QoS.`,
			);
		}
		return new BriefError(
			'no server',
			`No server of ${service} was found within ${time}. Is it running, in the same ROS_DOMAIN_ID?`,
		);
	}

	#fail(call: Call, error: unknown): void {
		if (this.#settle(call)) call.reject(error);
	}

	/** Ends a call; false when it has ended already. */
	#settle(call: Call): boolean {
		if (!this.#calls.delete(call)) return false;
		this.#fresh.delete(call);
		call.release();
		return true;
	}
}
