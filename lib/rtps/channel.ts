import type { Locator } from './locator';
import type { MessageBuilder } from './messages';
import type { DatagramSocket } from './transport';

/** A payload up to this size is copied behind its header: cheaper than handing three parts to the socket, bytes. */
export const copyLimit = 8192;

/** Where endpoints build a message and send it. One message is built at a time: nothing in between gives way. */
export class Channel {
	readonly #socket: DatagramSocket;

	constructor(
		readonly builder: MessageBuilder,
		socket: DatagramSocket,
	) {
		this.#socket = socket;
	}

	/** Sends what the builder holds to each destination. */
	send(destinations: readonly Locator[]): void {
		const bytes = this.builder.view();
		let free = true;
		for (const { address, port } of destinations) free = this.#socket.send(bytes, port, address) && free;
		if (!free) this.builder.abandon();
	}

	/** Sends what the builder holds with `payload` put in at `offset`, without copying it. */
	sendAround(offset: number, payload: Uint8Array, destinations: readonly Locator[]): void {
		const parts = [this.builder.view().subarray(0, offset), payload, this.builder.view(offset)];
		let free = true;
		for (const { address, port } of destinations) free = this.#socket.send(parts, port, address) && free;
		if (!free) this.builder.abandon();
	}
}
