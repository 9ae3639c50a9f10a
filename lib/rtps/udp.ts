import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import type { DatagramSocket, NetworkInterface, SocketOptions, Transport } from './transport';

function listInterfaces(): NetworkInterface[] {
	const list: NetworkInterface[] = [];
	for (const [name, addresses] of Object.entries(networkInterfaces())) {
		for (const { family, address, netmask, internal } of addresses ?? []) {
			if (family === 'IPv4') list.push({ name, address, netmask, internal });
		}
	}
	return list;
}

function open(options: SocketOptions): Promise<DatagramSocket> {
	return new Promise((resolve, reject) => {
		const socket = createSocket({
			type: 'udp4',
			reuseAddr: options.shared,
			// Every address here is numeric. The default lookup would put each datagram off to the next tick.
			lookup: (hostname, _options, callback) => callback(null, hostname, 4),
		});
		// One that could not be bound, to a port that is taken, keeps its file descriptor until it is closed.
		const onBindError = (error: Error) => socket.close(() => reject(error));
		socket.once('error', onBindError);
		socket.bind({ port: options.port, address: options.address, exclusive: true }, () => {
			socket.removeListener('error', onBindError);
			socket.on('error', options.onError);
			socket.on('message', (data, source) => options.onDatagram(data, source.address));
			try {
				socket.setRecvBufferSize(options.receiveBufferSize);
			} catch {
				// Some systems refuse a size above their limit instead of capping it: what they grant is read below.
			}
			try {
				if (options.multicastInterface !== undefined) socket.setMulticastInterface(options.multicastInterface);
				if (options.multicastInterface !== undefined) socket.setMulticastLoopback(true);
			} catch (error) {
				options.onError(error as Error);
			}
			const join = (address: string) => {
				try {
					// With the interface named, no route and no multicast flag is needed, not even on loopback.
					if (closing === undefined) socket.addMembership(options.group!.address, address);
				} catch (error) {
					// One that went and came back has not been left.
					if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') options.onError(error as Error);
				}
			};
			let closing: Promise<void> | undefined;
			for (const address of options.group?.interfaces ?? []) join(address);
			resolve({
				port: socket.address().port,
				// Linux counts its own book-keeping and so reports twice what it was asked for (man 7 socket).
				receiveBufferSize: process.platform === 'linux' ? socket.getRecvBufferSize() / 2 : socket.getRecvBufferSize(),
				send(parts, port, address) {
					if (closing !== undefined) return true;
					socket.send(parts, port, address);
					return socket.getSendQueueCount() === 0;
				},
				join,
				close() {
					closing ??= new Promise((done) => socket.close(() => done()));
					return closing;
				},
			});
		});
	});
}

/** UDP over IPv4 by node:dgram. Nothing else imports it. */
export function udpTransport(): Transport {
	return { interfaces: listInterfaces, open };
}
