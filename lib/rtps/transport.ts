/** Sockets as the participant needs them, injected so that tests run it on a simulated network. */

export interface NetworkInterface {
	/** Such as `eth0`. */
	readonly name: string;
	/** IPv4 address in dotted form. */
	readonly address: string;
	/** In dotted form, such as `255.255.255.0`. */
	readonly netmask: string;
	/** A loopback interface. */
	readonly internal: boolean;
}

export interface SocketOptions {
	/** Address to bind: `0.0.0.0` or that of one interface. */
	readonly address: string;
	/** Port to bind; 0 for any free one. */
	readonly port: number;
	/** Several sockets may bind this port, as those that receive the same multicast do. */
	readonly shared: boolean;
	/** Group to join, on each of these interface addresses. */
	readonly group?: { readonly address: string; readonly interfaces: readonly string[] };
	/** Address of the interface that multicast leaves from. */
	readonly multicastInterface?: string;
	/** Size that the kernel's receive buffer is asked to have, bytes. */
	readonly receiveBufferSize: number;
	/** The bytes belong to the callee. */
	readonly onDatagram: (data: Uint8Array, sourceAddress: string) => void;
	/** A failure after opening; also of one interface that the group cannot be joined on. */
	readonly onError: (error: Error) => void;
}

export interface DatagramSocket {
	readonly port: number;
	/** Size that the kernel granted, bytes. */
	readonly receiveBufferSize: number;
	/**
	 * Sends one datagram, the parts in a row.
	 * @returns true when the bytes have left and may be written again; false when the socket still holds on to them.
	 */
	send(parts: Uint8Array | Uint8Array[], port: number, address: string): boolean;
	/** Joins the group that it was opened with on one more interface, given by its address. */
	join(interfaceAddress: string): void;
	close(): Promise<void>;
}

export interface Transport {
	/** The IPv4 interfaces that are up. */
	interfaces(): NetworkInterface[];
	/** @throws an error whose `code` is `EADDRINUSE` when the port is taken. */
	open(options: SocketOptions): Promise<DatagramSocket>;
}
