import type { Now } from '../clock';
import type { EndpointEvent, EndpointOptions, RequestHandler, ServiceServer } from '../graph';
import type { QosProfile } from '../qos';
import type { Client } from './client';
import { ServerWire, type Timers } from './server-wire';
import { isMessage, type ServiceEnd } from './service-wire';
import type { WireContext } from './wire';

export interface ServerOptions extends EndpointOptions {
	readonly onRequest: RequestHandler;
	readonly onError: (error: unknown) => void;
	readonly onClose: (server: Server) => void;
	readonly now: Now;
	readonly timers: Timers;
}

/** A server of a service in this process. */
export class Server implements ServiceServer, ServiceEnd {
	readonly #options: ServerOptions;
	readonly #local = new Set<Client>();
	#wire: ServerWire | undefined;
	#closed = false;
	/** The count that the last `matched` event told. */
	#told = 0;

	constructor(
		readonly service: string,
		readonly typeName: string,
		readonly qos: QosProfile,
		options: ServerOptions,
	) {
		this.#options = options;
	}

	get matched(): number {
		return this.#local.size + (this.#wire?.matched ?? 0);
	}

	get guids() {
		return this.#wire?.guids;
	}

	/** Lets it hear the network too. */
	connect(context: WireContext): void {
		this.#wire = new ServerWire(
			this,
			context,
			this.#options.timers,
			() => this.#changed(),
			(request, reply) => this.take(request, reply),
		);
		if (this.#wire.matched > 0) this.#changed();
	}

	match(client: Client): void {
		this.#local.add(client);
		this.#changed();
	}

	unmatch(client: Client): void {
		if (this.#local.delete(client)) this.#changed();
	}

	emit(event: EndpointEvent): void {
		if (!this.#closed) this.#options.onEvent?.(event);
	}

	/** Hands a request over. @param reply is called once at most, and not after close() */
	take(request: Uint8Array, reply: (response: Uint8Array) => void): void {
		if (this.#closed) return;
		const { onRequest, onError, now } = this.#options;
		let answered = false;
		const respond = (response: Uint8Array) => {
			if (answered) throw new Error(`This request of ${this.service} has been answered already`);
			if (!(response instanceof Uint8Array)) {
				throw new TypeError(`Expected the response of ${this.service} to be bytes, got ${typeof response}`);
			}
			if (!isMessage(response)) {
				throw new RangeError(
					`Expected a serialized response of ${this.service} with its 4-byte header, got ${response.length} bytes`,
				);
			}
			answered = true;
			if (!this.#closed) reply(response);
		};
		try {
			// A handler that is asynchronous fails later, and must not take the process with it.
			onRequest(request, respond, { receivedAt: now() })?.catch(onError);
		} catch (error) {
			onError(error);
		}
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#wire?.close();
		this.#local.clear();
		this.#options.onClose(this);
	}

	#changed(): void {
		const count = this.matched;
		if (count === this.#told) return;
		this.#told = count;
		this.emit({ kind: 'matched', count });
	}
}
