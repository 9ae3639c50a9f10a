import type { Timers } from '../clock';
import type { CallOptions, EndpointEvent, EndpointOptions, ServiceClient } from '../graph';
import type { QosProfile } from '../qos';
import { type Call, Calls } from '../services/calls';
import { serverIsGone } from '../services/failures';
import { ClientWire } from './client-wire';
import { Server } from './server';
import type { Manner, ServiceEnd } from './service-wire';
import type { WireContext } from './wire';

export interface ClientOptions extends EndpointOptions {
	readonly onClose: (client: Client) => void;
	readonly timers: Timers;
	/** How to write to servers whose vendor leaves it open. */
	readonly manner: Manner;
}

/** How a call went out. */
interface Sent {
	/** Whom to: a server of this graph, or servers on the network by their GUIDs. */
	readonly to: Server | ReadonlySet<string>;
	/** What the network knows it by. */
	readonly sequenceNumber?: number;
}

/**
 * A client of a service in this process. A server of the same graph is asked directly, and it alone; otherwise the
 * servers on the network are, of which the first to answer counts.
 */
export class Client implements ServiceClient, ServiceEnd {
	readonly #options: ClientOptions;
	readonly #local = new Set<Server>();
	readonly #calls: Calls<Sent>;
	#wire: ClientWire | undefined;
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
		this.#calls = new Calls(service, options.timers, () => this.#misfit);
	}

	get available(): number {
		return this.#local.size + (this.#wire?.servers.size ?? 0);
	}

	get guids() {
		return this.#wire?.guids;
	}

	call(request: Uint8Array, options: CallOptions): Promise<Uint8Array> {
		return this.#calls.add(request, options, (call) => this.#send(call));
	}

	close(): void {
		if (this.#calls.isClosed) return;
		this.#calls.close();
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
		if (!this.#calls.isClosed) this.#options.onEvent?.(event);
	}

	/** Servers have come or gone: calls that wait for one go out, calls whose servers are all gone fail. */
	#changed(): void {
		for (const call of this.#calls) {
			if (call.sent === undefined) this.#send(call);
			else if (!this.#isThere(call.sent)) this.#calls.fail(call, serverIsGone(this.service));
		}
		const count = this.available;
		if (count === this.#told) return;
		this.#told = count;
		this.emit({ kind: 'matched', count });
	}

	#isThere({ to }: Sent): boolean {
		if (to instanceof Server) return this.#local.has(to);
		for (const guid of to) if (this.#wire?.servers.has(guid)) return true;
		return false;
	}

	/** Sends a call when there is a server. */
	#send(call: Call<Sent>): void {
		const [server] = this.#local;
		if (server !== undefined) {
			call.sent = { to: server };
			// In a later turn, so that a flow that calls itself cannot recurse.
			setImmediate(() => {
				if (this.#calls.has(call)) server.take(call.request, (response) => this.#calls.answer(call, response));
			});
			return;
		}
		const wire = this.#wire;
		if (wire === undefined || wire.servers.size === 0) return;
		try {
			call.sent = { sequenceNumber: wire.send(call.request), to: wire.servers };
		} catch (error) {
			this.#calls.fail(call, error);
		}
	}

	/** An answer from the network. Late ones and ones that nobody asked for find no call. */
	#answered(sequenceNumber: number, response: Uint8Array): void {
		for (const call of this.#calls) {
			if (call.sent?.sequenceNumber !== sequenceNumber) continue;
			this.#calls.answer(call, response);
			return;
		}
	}
}
