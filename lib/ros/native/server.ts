import type { EndpointOptions, ServiceServer } from '../graph';
import { handOver, type Taker } from '../services/hand-over';
import type { OnRequest, ServerPort } from './ports';
import type { Session } from './session';

export interface ServerOptions extends EndpointOptions, Taker {
	/** Makes the server in rcl; called within Session.run(). */
	readonly open: (onRequest: OnRequest) => ServerPort;
	/** Clients of the service in the graph. */
	readonly count: () => number;
	readonly onClose: (server: NativeServer) => void;
}

/** A server of a service, whose requests come through rcl. */
export class NativeServer implements ServiceServer {
	#port: ServerPort | undefined;
	#matched = 0;
	#closed = false;

	constructor(
		private readonly session: Session,
		readonly service: string,
		readonly typeName: string,
		private readonly options: ServerOptions,
	) {
		session.run(() => {
			if (this.#closed) return;
			try {
				this.#port = options.open((request, reply) => this.#take(request, reply));
			} catch (error) {
				throw new Error(`The server of ${service} (${typeName}) cannot be made: ${(error as Error).message}`);
			}
			this.check();
		});
	}

	get matched(): number {
		return this.#matched;
	}

	/** Looks whether clients have come or gone. */
	check(): void {
		if (this.#port === undefined || this.#closed) return;
		const count = this.options.count();
		if (count === this.#matched) return;
		this.#matched = count;
		this.options.onEvent?.({ kind: 'matched', count });
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.options.onClose(this);
		this.session.run(() => this.#port?.close());
	}

	#take(request: Uint8Array, reply: (response: Uint8Array) => void): void {
		if (this.#closed) return;
		handOver(this.service, request, this.options, (response) => {
			if (!this.#closed) reply(response);
		});
	}
}
