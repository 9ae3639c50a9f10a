import { Channel } from './channel';
import { ipv4ToNumber, isLoopback, isMulticast, type Locator } from './locator';
import { MessageBuilder } from './messages';
import type { DatagramSocket, NetworkInterface, Transport } from './transport';

/** The group that participants announce themselves to (DDSI-RTPS 2.5, 9.6.1.4). */
export const discoveryGroup = '239.255.0.1';

/** Participants of one domain on one host (DDSI-RTPS 2.5, 9.6.1.1: the ports of a domain end where the next begins). */
const maxParticipantIndex = 119;
/** Participants that a peer without a port is looked for at: what stacks use for this host and for another. */
const peerIndices = { loopback: 32, other: 10 };

/** Well-known ports (DDSI-RTPS 2.5, 9.6.1.1): 7400 + 250 x domain, plus an offset. */
export const ports = {
	discoveryMulticast: (domainId: number) => 7400 + 250 * domainId,
	discoveryUnicast: (domainId: number, index: number) => 7410 + 250 * domainId + 2 * index,
	userUnicast: (domainId: number, index: number) => 7411 + 250 * domainId + 2 * index,
};

export interface NetworkOptions {
	/**
	 * Interfaces by name or address. Default: every one but loopback, and loopback where there is no other, as ROS 2
	 * does.
	 */
	readonly interfaces?: readonly string[] | undefined;
	/** Announce to the multicast group and listen to it. Default: true. */
	readonly multicast?: boolean | undefined;
	/** Hosts to announce to one by one: an IPv4 address, or address:port. Default: none. */
	readonly peers?: readonly string[] | undefined;
	/** Only the loopback interface. Default: false. */
	readonly localhostOnly?: boolean | undefined;
}

export interface NetworkCallbacks {
	readonly onDatagram: (data: Uint8Array) => void;
	readonly onError: (error: Error) => void;
}

/** What a participant would like its receive buffer to be: a few camera images, bytes. */
export const wantedReceiveBuffer = 4 * 1024 * 1024;

/** The interfaces that `options` choose. @throws RangeError when one of them does not exist. */
export function chooseInterfaces(all: readonly NetworkInterface[], options: NetworkOptions): NetworkInterface[] {
	if (options.localhostOnly === true) {
		const loopback = all.filter(({ internal }) => internal);
		return [loopback[0] ?? { name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0', internal: true }];
	}
	if (options.interfaces !== undefined && options.interfaces.length > 0) {
		return options.interfaces.map((wanted) => {
			const found = all.find(({ name, address }) => name === wanted || address === wanted);
			if (found !== undefined) return found;
			const known = all.map(({ name, address }) => `${name} (${address})`).join(', ');
			throw new RangeError(`Expected \`network.interfaces\` to name an IPv4 interface: ${known}; got "${wanted}"`);
		});
	}
	const outside = all.filter(({ internal }) => !internal);
	return outside.length > 0 ? outside : [...all];
}

/** Addresses that announcements go to one by one. @throws RangeError when a peer is no IPv4 address. */
export function peerLocators(peers: readonly string[], domainId: number): Locator[] {
	return peers.flatMap((peer) => {
		const [address, port, ...rest] = peer.split(':') as [string, string?];
		const number = port === undefined ? 0 : Number(port);
		const bad = ipv4ToNumber(address) === 0 || !Number.isInteger(number) || number < 0 || number > 0xffff;
		if (bad || rest.length > 0) {
			throw new RangeError(`Expected \`network.peers\` to be IPv4 addresses such as 192.168.1.5, got "${peer}"`);
		}
		if (port !== undefined) return [{ address, port: number }];
		const count = isLoopback(address) ? peerIndices.loopback : peerIndices.other;
		return Array.from({ length: count }, (_, index) => ({ address, port: ports.discoveryUnicast(domainId, index) }));
	});
}

/** The sockets of one participant. */
export class Network {
	readonly #sockets: DatagramSocket[] = [];
	#multicastSenders: DatagramSocket[] = [];
	/** Discovery: announcements of participants and endpoints. */
	metatraffic!: Channel;
	/** The user's data. */
	user!: Channel;
	/** Where others reach discovery here. */
	metatrafficLocators: Locator[] = [];
	/** Where others reach the user's endpoints here. */
	userLocators: Locator[] = [];
	/** Bytes that the kernel granted for the user's data. */
	receiveBufferSize = 0;
	/** Index among the participants of this domain on this host. */
	index = 0;
	readonly #interfaces: NetworkInterface[];
	readonly #ownAddresses: Set<string>;
	readonly #loopbackOnly: boolean;
	readonly #domainId: number;
	readonly #peers: Locator[];

	private constructor(transport: Transport, options: NetworkOptions, domainId: number) {
		const all = transport.interfaces();
		this.#interfaces = chooseInterfaces(all, options);
		this.#ownAddresses = new Set(all.map(({ address }) => address));
		this.#loopbackOnly = this.#interfaces.every(({ internal }) => internal);
		this.#domainId = domainId;
		this.#peers = peerLocators(options.peers ?? [], domainId);
	}

	/** @throws an error that says what to do when no port is free. */
	static async open(
		transport: Transport,
		options: NetworkOptions,
		domainId: number,
		prefix: Uint8Array,
		callbacks: NetworkCallbacks,
	): Promise<Network> {
		const network = new Network(transport, options, domainId);
		try {
			await network.#open(transport, options.multicast !== false, prefix, callbacks);
		} catch (error) {
			await network.close();
			throw error;
		}
		return network;
	}

	async #open(transport: Transport, multicast: boolean, prefix: Uint8Array, callbacks: NetworkCallbacks) {
		const addresses = this.#interfaces.map(({ address }) => address);
		// One interface chosen: only what comes in there. Several: the system has no way to bind to some.
		const address = addresses.length === 1 ? addresses[0]! : '0.0.0.0';
		const { onError } = callbacks;
		const onDatagram = (data: Uint8Array) => callbacks.onDatagram(data);
		const base = { address, shared: false, onDatagram, onError, receiveBufferSize: wantedReceiveBuffer };
		const open = async (port: number) => {
			const socket = await transport.open({ ...base, port });
			this.#sockets.push(socket);
			return socket;
		};
		for (; ; this.index++) {
			if (this.index > maxParticipantIndex) {
				throw new Error(
					`No free port for a participant in domain ${this.#domainId} on this host (${ports.discoveryUnicast(this.#domainId, 0)} and up): close some, or choose another domain`,
				);
			}
			try {
				const metatraffic = await open(ports.discoveryUnicast(this.#domainId, this.index));
				const user = await open(ports.userUnicast(this.#domainId, this.index));
				const builder = new MessageBuilder(prefix);
				this.metatraffic = new Channel(builder, metatraffic);
				this.user = new Channel(builder, user);
				this.receiveBufferSize = user.receiveBufferSize;
				this.metatrafficLocators = addresses.map((own) => ({ address: own, port: metatraffic.port }));
				this.userLocators = addresses.map((own) => ({ address: own, port: user.port }));
				break;
			} catch (error) {
				for (const socket of this.#sockets.splice(0)) await socket.close();
				if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
			}
		}
		if (!multicast) return;
		this.#sockets.push(
			await transport.open({
				...base,
				address: '0.0.0.0',
				port: ports.discoveryMulticast(this.#domainId),
				shared: true,
				group: { address: discoveryGroup, interfaces: addresses },
				// A group joined on one interface is heard on all by a socket that is bound to none.
				onDatagram: (data, source) => {
					if (!this.#loopbackOnly || isLoopback(source) || this.#ownAddresses.has(source)) onDatagram(data);
				},
			}),
		);
		for (const own of addresses) {
			const sender = await transport.open({ ...base, address: own, port: 0, multicastInterface: own });
			this.#sockets.push(sender);
			this.#multicastSenders.push(sender);
		}
	}

	get hasMulticast(): boolean {
		return this.#multicastSenders.length > 0;
	}

	/** Sends an announcement to the group on each interface, and to each peer. */
	announce(message: Uint8Array): void {
		// Bytes of its own: the sockets may hold on to them.
		const port = ports.discoveryMulticast(this.#domainId);
		for (const sender of this.#multicastSenders) sender.send(message, port, discoveryGroup);
		for (const peer of this.#peers) this.#sockets[0]!.send(message, peer.port, peer.address);
	}

	/**
	 * Of the addresses that a participant gives, the one to send to: one of this host or of a network that a chosen
	 * interface is in. Where there is none of these, a router has to know, and all are tried.
	 */
	choose(locators: readonly Locator[]): Locator[] {
		const unicast = locators.filter(({ address }) => !isMulticast(address));
		const outside = unicast.filter(({ address }) => !isLoopback(address));
		const sameHost = outside.length === 0 || outside.some(({ address }) => this.#ownAddresses.has(address));
		const loopback = unicast.find(({ address }) => isLoopback(address));
		if (loopback !== undefined && sameHost && (this.#loopbackOnly || outside.length === 0)) return [loopback];
		const near =
			outside.find(({ address }) => this.#ownAddresses.has(address)) ??
			outside.find(({ address }) => this.#interfaces.some((own) => inSubnet(own, address)));
		return near !== undefined ? [near] : outside.slice(0, 4);
	}

	async close(): Promise<void> {
		this.#multicastSenders = [];
		await Promise.all(this.#sockets.splice(0).map((socket) => socket.close()));
	}
}

function inSubnet(own: NetworkInterface, address: string): boolean {
	const mask = ipv4ToNumber(own.netmask);
	return (ipv4ToNumber(own.address) & mask) === (ipv4ToNumber(address) & mask);
}
