import type { Clock } from '../../rtps/clock';
import type { CallOptions, EndpointOptions, ServiceClient } from '../graph';
import { type Call, Calls } from '../services/calls';
import { serverIsGone } from '../services/failures';
import type { ClientPort, OnResponse } from './ports';
import type { Session } from './session';

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

/** A client of a service, whose requests go through rcl. */
export class NativeClient implements ServiceClient {
	/** What was sent is known by the number that its response comes with. */
	readonly #calls: Calls<number>;
	#port: ClientPort | undefined;
	/** Why rcl has no client. */
	#failure: unknown;
	#available = 0;
	#look: unknown;
	/** Calls whose request is on its way; those that have ended since leave before the next is sent. */
	readonly #fresh = new Set<Call<number>>();
	#pause: unknown;

	constructor(
		private readonly session: Session,
		readonly service: string,
		readonly typeName: string,
		private readonly options: ClientOptions,
	) {
		this.#calls = new Calls(service, options.clock, () =>
			options.count() > 0 ? 'there is one of another type or QoS.' : undefined,
		);
		session.run(() => {
			if (this.#calls.isClosed) return;
			try {
				this.#port = options.open((sequenceNumber, response) => this.#answered(sequenceNumber, response));
			} catch (error) {
				this.#failure = error;
				for (const call of this.#calls) this.#calls.fail(call, error);
				throw new Error(`The client of ${service} (${typeName}) cannot be made: ${(error as Error).message}`);
			}
			this.check();
		});
	}

	get available(): number {
		return this.#available;
	}

	call(request: Uint8Array, options: CallOptions): Promise<Uint8Array> {
		return this.#calls.add(request, options, (call) => {
			if (this.#failure === undefined) this.check();
			else this.#calls.fail(call, this.#failure);
		});
	}

	/** Looks whether servers have come or gone: calls that wait for one go out, calls whose server is gone fail. */
	check(): void {
		const port = this.#port;
		if (port === undefined || this.#calls.isClosed) return;
		const count = port.isAvailable() ? Math.max(1, this.options.count()) : 0;
		let isWaiting = false;
		for (const call of this.#calls) {
			if (count === 0) {
				if (call.sent === undefined) isWaiting = true;
				else this.#calls.fail(call, serverIsGone(this.service));
			} else if (call.sent === undefined && !this.#send(call, port)) break;
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
		if (this.#calls.isClosed) return;
		this.#calls.close();
		this.options.clock.clearTimeout(this.#look);
		this.options.clock.clearTimeout(this.#pause);
		this.options.onClose(this);
		this.session.run(() => this.#port?.close());
	}

	/** @returns false when it has to wait for others that are on their way */
	#send(call: Call<number>, port: ClientPort): boolean {
		for (const fresh of this.#fresh) if (!this.#calls.has(fresh)) this.#fresh.delete(fresh);
		if (this.#fresh.size >= burst) return false;
		if (this.#pause === undefined) this.#startPause();
		try {
			call.sent = port.send(call.request);
			this.#fresh.add(call);
		} catch (error) {
			this.#calls.fail(call, error);
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
			if (call.sent !== sequenceNumber) continue;
			this.#calls.answer(call, response);
			// Its place is free.
			this.check();
			return;
		}
	}
}
