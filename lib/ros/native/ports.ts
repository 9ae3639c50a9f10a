import { BriefError } from '../../check';
import { parseTypeName } from '../names';
import type { QosProfile } from '../qos';
import type { Handle } from './addon';
import { toNativeQos } from './qos';
import type { Session } from './session';
import type { Structure, Structures } from './structure';

/** Requests or responses that are taken in a turn at most, so that others get theirs. */
const mostAtOnce = 100;

/** The requests of one client on their way through rcl. All of it within Session.run(), or when something is ready. */
export interface ClientPort {
	/** @returns a number that its response comes with */
	send(request: Uint8Array): number;
	/** Whether a server is there that would get a request and whose response would come back. */
	isAvailable(): boolean;
	close(): void;
}

export type OnResponse = (sequenceNumber: number, response: Uint8Array) => void;
/** `respond` may be called until the port is closed; from then on it does nothing. */
export type OnRequest = (request: Uint8Array, respond: (response: Uint8Array) => void) => void;

/** The requests that come to one server. */
export interface ServerPort {
	close(): void;
}

/** The names of a service type as rcl takes them. */
export function serviceParts(typeName: string): { packageName: string; name: string } {
	return parseTypeName('type', typeName, typeName.split('/')[1] === 'action' ? 'action' : 'srv');
}

export function openClient(
	session: Session,
	structures: Structures,
	service: string,
	typeName: string,
	qos: QosProfile,
	onResponse: OnResponse,
): ClientPort {
	const { addon, node } = session;
	const { packageName, name } = serviceParts(typeName);
	const request = structures.of(`${typeName}_Request`);
	const response = structures.of(`${typeName}_Response`);
	const handle = addon.createClient(node, service, name, packageName, toNativeQos(qos));
	session.add('_clients', handle, () => {
		takeResponses(response, (memory) => addon.rclTakeResponse(handle, memory), onResponse);
	});
	return {
		send: (cdr) => send(request, cdr, (memory) => addon.sendRequest(handle, memory)),
		isAvailable: () => addon.serviceServerIsAvailable(node, handle),
		close: () => session.release(handle),
	};
}

export function openServer(
	session: Session,
	structures: Structures,
	service: string,
	typeName: string,
	qos: QosProfile,
	onRequest: OnRequest,
): ServerPort {
	const { addon, node } = session;
	const { packageName, name } = serviceParts(typeName);
	const request = structures.of(`${typeName}_Request`);
	const response = structures.of(`${typeName}_Response`);
	const handle = addon.createService(node, service, name, packageName, toNativeQos(qos));
	let closed = false;
	session.add('_services', handle, () => {
		takeRequests(
			request,
			(memory) => addon.rclTakeRequest(handle, node, memory),
			(asked, header) => {
				onRequest(asked, (cdr) => {
					if (!closed) answer(service, response, cdr, (memory) => addon.sendResponse(handle, memory, header));
				});
			},
		);
	});
	return {
		close() {
			closed = true;
			session.release(handle);
		},
	};
}

/** Gives rcl a structure for the length of a call. */
export function send<T>(structure: Structure, cdr: Uint8Array, give: (memory: Buffer) => T): T {
	const memory = structure.from(cdr);
	try {
		return give(memory);
	} finally {
		structure.free(memory);
	}
}

/**
 * Sends an answer, which takes an RMW up to 0.1 s when it knows but half of the client.
 * @throws BriefError when the client cannot be reached
 */
export function answer(service: string, structure: Structure, cdr: Uint8Array, give: (memory: Buffer) => void): void {
	try {
		send(structure, cdr, give);
	} catch (error) {
		// Cyclone DDS gives no reason.
		if (!/will not receive|error not set/.test((error as Error).message)) throw error;
		throw new BriefError(
			'client is gone',
			`The answer of ${service} reached nobody: its client has gone, or is still being discovered`,
			{ cause: error },
		);
	}
}

/** Takes what is there. */
export function takeResponses(
	structure: Structure,
	take: (memory: Buffer) => number | undefined,
	onResponse: OnResponse,
): void {
	takeAll(structure, take, (cdr, sequenceNumber) => onResponse(sequenceNumber, cdr));
}

/** Takes what is there. What does not fit the type is dropped: an RMW tells nobody of it either. */
export function takeRequests(
	structure: Structure,
	take: (memory: Buffer) => Handle | undefined,
	onRequest: (request: Uint8Array, header: Handle) => void,
): void {
	takeAll(structure, take, onRequest);
}

/** Takes what is there without looking at it. */
export function dropAll(structure: Structure, take: (memory: Buffer) => unknown): void {
	for (let i = 0; i < mostAtOnce; i++) {
		const { memory } = structure.empty();
		try {
			if (take(memory) === undefined) return;
		} finally {
			structure.free(memory);
		}
	}
}

function takeAll<T>(
	structure: Structure,
	take: (memory: Buffer) => T | undefined,
	onTaken: (cdr: Uint8Array, taken: T) => void,
): void {
	for (let i = 0; i < mostAtOnce; i++) {
		const { memory, isFilled } = structure.empty();
		let cdr: Buffer;
		let taken: T | undefined;
		try {
			taken = take(memory);
			if (taken === undefined) return;
			if (!isFilled()) continue;
			cdr = structure.read(memory);
		} finally {
			structure.free(memory);
		}
		onTaken(cdr, taken);
	}
}
