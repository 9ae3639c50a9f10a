import type { Timers } from '../clock';
import type { EndpointEvent, EndpointOptions, ServiceServer } from '../graph';
import type { QosProfile } from '../qos';
import { handOver, type Taker } from '../services/hand-over';
import type { Client } from './client';
import { ServerWire } from './server-wire';
import type { ServiceEnd } from './service-wire';
import type { WireContext } from './wire';

export interface ServerOptions extends EndpointOptions, Taker {
	readonly onClose: (server: Server) => void;
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
		handOver(this.service, request, this.#options, (response) => {
			if (!this.#closed) reply(response);
		});
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
