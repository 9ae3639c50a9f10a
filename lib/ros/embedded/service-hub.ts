import { incompatiblePolicy } from '../qos';
import type { Client } from './client';
import type { Server } from './server';
import { misfit } from './service-wire';

/**
 * Clients and servers of one graph: they reach each other directly, without a socket. The rules are those of the wire:
 * types and QoS have to fit, in both directions.
 */
export class ServiceHub {
	readonly clients = new Set<Client>();
	readonly servers = new Set<Server>();

	addClient(client: Client): void {
		this.clients.add(client);
		for (const server of this.servers) match(client, server);
	}

	addServer(server: Server): void {
		this.servers.add(server);
		for (const client of this.clients) match(client, server);
	}

	removeClient(client: Client): void {
		this.clients.delete(client);
		for (const server of this.servers) server.unmatch(client);
	}

	removeServer(server: Server): void {
		this.servers.delete(server);
		for (const client of this.clients) client.unmatch(server);
	}

	/** GUIDs of the endpoints that they have on the network. */
	guids(kind: 'reader' | 'writer'): Uint8Array[] {
		return [...this.clients, ...this.servers].flatMap(({ guids }) => guids?.[kind] ?? []);
	}
}

function match(client: Client, server: Server): void {
	if (client.service !== server.service) return;
	const policy =
		client.typeName === server.typeName
			? (incompatiblePolicy(client.qos, server.qos) ?? incompatiblePolicy(server.qos, client.qos))
			: 'type';
	if (policy === undefined) {
		client.match(server);
		server.match(client);
		return;
	}
	const { service } = client;
	client.emit({
		kind: 'incompatible',
		policy,
		message: misfit(policy, `the server of ${service}`, server, 'client', client),
	});
	server.emit({
		kind: 'incompatible',
		policy,
		message: misfit(policy, `the client of ${service}`, client, 'server', server),
	});
}
