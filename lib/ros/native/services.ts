import type { Clock } from '../../rtps/clock';
import type { Now } from '../clock';
import type { EndpointOptions, RequestHandler, ServiceClient, ServiceServer } from '../graph';
import type { QosProfile } from '../qos';
import { ActionClients, ActionServers, actionPart } from './actions';
import { NativeClient } from './client';
import type { Installed } from './installed';
import { openClient, openServer } from './ports';
import { NativeServer } from './server';
import type { Session } from './session';
import { Structures } from './structure';

/** The clients and servers of one graph. */
export class Services {
	readonly #structures: Structures;
	readonly #actionClients: ActionClients;
	readonly #actionServers: ActionServers;
	readonly #clients = new Set<NativeClient>();
	readonly #servers = new Set<NativeServer>();

	constructor(
		private readonly session: Session,
		installed: Installed,
		private readonly now: Now,
		private readonly clock: Clock,
		private readonly onError: (error: unknown) => void,
	) {
		this.#structures = new Structures(session.addon, installed.types);
		this.#actionClients = new ActionClients(session, this.#structures);
		this.#actionServers = new ActionServers(session, this.#structures);
	}

	createClient(service: string, typeName: string, qos: QosProfile, options: EndpointOptions): ServiceClient {
		const { session } = this;
		const part = actionPart(service, typeName);
		const client = new NativeClient(session, service, typeName, {
			...options,
			clock: this.clock,
			open: (onResponse) =>
				part === undefined || part.kind === 'cancel'
					? openClient(session, this.#structures, service, typeName, qos, onResponse)
					: this.#actionClients.open(part, qos, onResponse),
			count: () => session.addon.countServices(session.node, service),
			onClose: (closed) => this.#clients.delete(closed),
		});
		this.#clients.add(client);
		return client;
	}

	createServer(
		service: string,
		typeName: string,
		qos: QosProfile,
		onRequest: RequestHandler,
		options: EndpointOptions,
	): ServiceServer {
		const { session } = this;
		const part = actionPart(service, typeName);
		if (part !== undefined) this.#actionServers.announce(part);
		const server = new NativeServer(session, service, typeName, {
			...options,
			onRequest,
			onError: this.onError,
			now: this.now,
			open: (onTaken) =>
				part === undefined
					? openServer(session, this.#structures, service, typeName, qos, onTaken)
					: this.#actionServers.open(part, qos, onTaken),
			count: () => session.addon.countClients(session.node, service),
			onClose: (closed) => this.#servers.delete(closed),
		});
		this.#servers.add(server);
		return server;
	}

	/** Looks for what rcl does not tell by itself. */
	check(): void {
		for (const client of this.#clients) client.check();
		for (const server of this.#servers) server.check();
	}

	close(): void {
		for (const end of [...this.#clients, ...this.#servers]) end.close();
	}
}
