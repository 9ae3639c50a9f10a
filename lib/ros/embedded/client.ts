import { BriefError, checkNumber, show } from '../../check';
import type { CallOptions, EndpointEvent, EndpointOptions, ServiceClient } from '../graph';
import type { QosProfile } from '../qos';
import { ClientWire } from './client-wire';
import type { Server } from './server';
import type { Timers } from './server-wire';
import { isMessage, type Manner, type ServiceEnd } from './service-wire';
import type { WireContext } from './wire';

export interface ClientOptions extends EndpointOptions {
	readonly onClose: (client: Client) => void;
	readonly timers: Timers;
	/** How to write to servers whose vendor leaves it open. */
	readonly manner: Manner;
}

/** Calls of one client that may wait at the same time. */
const mostCalls = 1000;
/** Timers of Node.js count to 2^31 ms. */
const longestTimeout = 0x7fffffff;

/** A call that waits: for a server at first, then for the answer. */
interface Call {
	readonly request: Uint8Array;
	readonly timeout: number;
	/** Whom it was sent to: a server of this graph, or servers on the network by their GUIDs. */
	sentTo: Server | ReadonlySet<string> | undefined;
	/** What the network knows it by; 0 for none. */
	sequenceNumber: number;
	resolve(response: Uint8Array): void;
	reject(error: unknown): void;
	/** Takes back timer and signal. */
	release(): void;
}

/**
 * A client of a service in this process. A server of the same graph is asked directly, and it alone; otherwise the
 * servers on the network are, of which the first to answer counts.
 */
export class Client implements ServiceClient, ServiceEnd {
	readonly #options: ClientOptions;
	readonly #local = new Set<Server>();
	readonly #calls = new Set<Call>();
	#wire: ClientWire | undefined;
	#closed = false;
	/** The count that the last `matched` event told. */
	#told = 0;
	/** Why the last server that was seen does not fit. */
	#misfit: string | undefined;

	constructor(
		readonly service: string,
		readonly typeName: string,
		readonly qos: QosProfile,
		options: ClientOptions,
	) {
		this.#options = options;
	}

	get available(): number {
		return this.#local.size + (this.#wire?.servers.size ?? 0);
	}

	get guids() {
		return this.#wire?.guids;
	}

	async call(request: Uint8Array, { timeout, signal }: CallOptions): Promise<Uint8Array> {
		const { service } = this;
		if (this.#closed) throw new Error(`The client of ${service} is closed`);
		if (!(request instanceof Uint8Array)) {
			throw new TypeError(`Expected the request of ${service} to be bytes, got ${show(request)}`);
		}
		if (!isMessage(request)) {
			throw new RangeError(
				`Expected a serialized request of ${service} with its 4-byte header, got ${request.length} bytes`,
			);
		}
		checkNumber('timeout', timeout, { above: 0, max: longestTimeout, unit: 'ms' });
		signal?.throwIfAborted();
		if (this.#calls.size >= mostCalls) {
			throw new BriefError(
				'too many calls',
				`${mostCalls} calls of ${service} wait for an answer already. Call it less often, or with a shorter timeout.`,
			);
		}
		return new Promise((resolve, reject) => {
			const { timers } = this.#options;
			const onAbort = () => this.#fail(call, signal?.reason);
			const timer = timers.setTimeout(() => this.#fail(call, this.#timedOut(call)), timeout);
			const call: Call = {
				request,
				timeout,
				sentTo: undefined,
				sequenceNumber: 0,
				resolve,
				reject,
				release() {
					timers.clearTimeout(timer);
					signal?.removeEventListener('abort', onAbort);
				},
			};
			signal?.addEventListener('abort', onAbort, { once: true });
			this.#calls.add(call);
			this.#send(call);
		});
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		for (const call of this.#calls) {
			this.#fail(call, new Error(`The client of ${this.service} was closed before the answer came`));
		}
		this.#wire?.close();
		this.#local.clear();
		this.#options.onClose(this);
	}

	/** Lets it reach the network too. */
	connect(context: WireContext): void {
		this.#wire = new ClientWire(
			this,
			context,
			this.#options.manner,
			this.#options.timers,
			() => this.#changed(),
			(sequenceNumber, response) => this.#answered(sequenceNumber, response),
		);
		if (this.#wire.servers.size > 0) this.#changed();
	}

	match(server: Server): void {
		this.#local.add(server);
		this.#changed();
	}

	unmatch(server: Server): void {
		if (this.#local.delete(server)) this.#changed();
	}

	emit(event: EndpointEvent): void {
		if (event.kind === 'incompatible') this.#misfit = event.message;
		if (!this.#closed) this.#options.onEvent?.(event);
	}

	/** Servers have come or gone: calls that wait for one go out, calls whose servers are all gone fail. */
	#changed(): void {
		for (const call of this.#calls) {
			if (call.sentTo === undefined) this.#send(call);
			else if (!this.#isThere(call.sentTo)) {
				this.#fail(
					call,
					new BriefError(
						'server is gone',
						`The server of ${this.service} went away before it answered. It may have done what it was asked, or not.`,
					),
				);
			}
		}
		const count = this.available;
		if (count === this.#told) return;
		this.#told = count;
		this.emit({ kind: 'matched', count });
	}

	#isThere(sentTo: Server | ReadonlySet<string>): boolean {
		if (!(sentTo instanceof Set)) return this.#local.has(sentTo as Server);
		for (const guid of sentTo) if (this.#wire?.servers.has(guid)) return true;
		return false;
	}

	/** Sends a call when there is a server. */
	#send(call: Call): void {
		const [server] = this.#local;
		if (server !== undefined) {
			call.sentTo = server;
			// In a later turn, so that a flow that calls itself cannot recurse.
			setImmediate(() => {
				if (!this.#calls.has(call)) return;
				server.take(call.request, (response) => this.#settle(call) && call.resolve(response));
			});
			return;
		}
		const wire = this.#wire;
		if (wire === undefined || wire.servers.size === 0) return;
		try {
			call.sequenceNumber = wire.send(call.request);
			call.sentTo = wire.servers;
		} catch (error) {
			this.#fail(call, error);
		}
	}

	/** An answer from the network. Late ones and ones that nobody asked for find no call. */
	#answered(sequenceNumber: number, response: Uint8Array): void {
		if (sequenceNumber <= 0) return;
		for (const call of this.#calls) {
			if (call.sequenceNumber !== sequenceNumber) continue;
			this.#settle(call);
			call.resolve(response);
			return;
		}
	}

	#timedOut({ sentTo, timeout }: Call): BriefError {
		const { service } = this;
		const time = `${timeout / 1000} s`;
		if (sentTo !== undefined) {
			return new BriefError(
				'no answer',
				`The server of ${service} did not answer within ${time}. It may still be at work: allow it more time, or look at its log.`,
			);
		}
		if (this.#misfit !== undefined) {
			return new BriefError(
				'no server fits',
				`No server of ${service} that fits was found within ${time}: ${this.#misfit}`,
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
		call.release();
		return true;
	}
}
