import { Channel } from './channel';
import { ipv4ToNumber, isLoopback, isMulticast, type Locator } from './locator';
import { MessageBuilder } from './messages';
import type { DatagramSocket, NetworkInterface, SocketOptions, Transport } from './transport';

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
	/** The sockets that announcements to the group leave from, by the address of their interface. */
	readonly #multicastSenders = new Map<string, DatagramSocket>();
	#multicastReceiver: DatagramSocket | undefined;
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
	readonly #transport: Transport;
	readonly #options: NetworkOptions;
	readonly #callbacks: NetworkCallbacks;
	/** The interfaces were named: they stay, and only what comes in there is taken. */
	readonly #isFixed: boolean;
	#interfaces: readonly NetworkInterface[] = [];
	#ownAddresses: ReadonlySet<string> = new Set();
	#loopbackOnly = false;
	#ports = { metatraffic: 0, user: 0 };
	#isClosed = false;
	#isRefreshing = false;
	readonly #domainId: number;
	readonly #peers: Locator[];

	private constructor(transport: Transport, options: NetworkOptions, domainId: number, callbacks: NetworkCallbacks) {
		this.#transport = transport;
		this.#options = options;
		this.#callbacks = callbacks;
		this.#isFixed = options.localhostOnly === true || (options.interfaces ?? []).length > 0;
		this.#domainId = domainId;
		this.#peers = peerLocators(options.peers ?? [], domainId);
		this.#readInterfaces();
	}

	/** Returns whether anything has changed. */
	#readInterfaces(): boolean {
		const all = this.#transport.interfaces();
		const chosen = chooseInterfaces(all, this.#options);
		this.#ownAddresses = new Set(all.map(({ address }) => address));
		if (sameInterfaces(chosen, this.#interfaces)) return false;
		this.#interfaces = chosen;
		this.#loopbackOnly = chosen.every(({ internal }) => internal);
		return true;
	}

	/** @throws an error that says what to do when no port is free. */
	static async open(
		transport: Transport,
		options: NetworkOptions,
		domainId: number,
		prefix: Uint8Array,
		callbacks: NetworkCallbacks,
	): Promise<Network> {
		const network = new Network(transport, options, domainId, callbacks);
		try {
			await network.#open(prefix);
		} catch (error) {
			await network.close();
			throw error;
		}
		return network;
	}

	/** Opens a socket with these options, for as long as the network is open. */
	async #socket(options: Pick<SocketOptions, 'address' | 'port'> & Partial<SocketOptions>): Promise<DatagramSocket> {
		const { onDatagram, onError } = this.#callbacks;
		const base = { shared: false, onDatagram, onError, receiveBufferSize: wantedReceiveBuffer };
		const socket = await this.#transport.open({ ...base, ...options });
		this.#sockets.push(socket);
		return socket;
	}

	async #open(prefix: Uint8Array): Promise<void> {
		// Of several named interfaces some cannot be bound to, and those that were not named come and go.
		const [first, ...others] = this.#interfaces;
		const address = this.#isFixed && first !== undefined && others.length === 0 ? first.address : '0.0.0.0';
		const open = (port: number) => this.#socket({ address, port });
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
				this.#ports = { metatraffic: metatraffic.port, user: user.port };
				break;
			} catch (error) {
				for (const socket of this.#sockets.splice(0)) await socket.close();
				if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
			}
		}
		if (this.#options.multicast !== false) {
			this.#multicastReceiver = await this.#socket({
				address: '0.0.0.0',
				port: ports.discoveryMulticast(this.#domainId),
				shared: true,
				group: { address: discoveryGroup, interfaces: [] },
				// A group joined on one interface is heard on all by a socket that is bound to none.
				onDatagram: (data, source) => {
					const isOwn = isLoopback(source) || this.#ownAddresses.has(source);
					if (isOwn || !this.#loopbackOnly) this.#callbacks.onDatagram(data);
				},
			});
		}
		await this.#useInterfaces();
	}

	/**
	 * Looks whether interfaces have come, gone or changed their addresses, as those of wireless networks do, and
	 * resolves to whether they have. Interfaces that were named stay as they are.
	 */
	async refresh(): Promise<boolean> {
		if (this.#isFixed || this.#isRefreshing || !this.#readInterfaces()) return false;
		this.#isRefreshing = true;
		try {
			await this.#useInterfaces();
			return !this.#isClosed;
		} catch (error) {
			// One that has gone in the meantime, say: the next time finds all changed and tries again.
			this.#interfaces = [];
			throw error;
		} finally {
			this.#isRefreshing = false;
		}
	}

	/** Announces from the present interfaces, listens on them, and gives their addresses as this participant's. */
	async #useInterfaces(): Promise<void> {
		const addresses = this.#interfaces.map(({ address }) => address);
		this.metatrafficLocators = addresses.map((address) => ({ address, port: this.#ports.metatraffic }));
		this.userLocators = addresses.map((address) => ({ address, port: this.#ports.user }));
		if (this.#multicastReceiver === undefined) return;
		for (const [address, socket] of this.#multicastSenders) {
			if (addresses.includes(address)) continue;
			this.#multicastSenders.delete(address);
			this.#sockets.splice(this.#sockets.indexOf(socket), 1);
			await socket.close();
		}
		for (const address of addresses) {
			if (this.#multicastSenders.has(address)) continue;
			this.#multicastReceiver.join(address);
			const sender = await this.#socket({ address, port: 0, multicastInterface: address });
			if (this.#isClosed) return sender.close();
			this.#multicastSenders.set(address, sender);
		}
	}

	get hasMulticast(): boolean {
		return this.#multicastSenders.size > 0;
	}

	/** Sends an announcement to the group on each interface, and to each peer. */
	announce(message: Uint8Array): void {
		// Bytes of its own: the sockets may hold on to them.
		const port = ports.discoveryMulticast(this.#domainId);
		for (const sender of this.#multicastSenders.values()) sender.send(message, port, discoveryGroup);
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
		this.#isClosed = true;
		this.#multicastSenders.clear();
		await Promise.all(this.#sockets.splice(0).map((socket) => socket.close()));
	}
}

function sameInterfaces(a: readonly NetworkInterface[], b: readonly NetworkInterface[]): boolean {
	const isSame = (one: NetworkInterface, other: NetworkInterface | undefined) =>
		one.name === other?.name && one.address === other.address && one.netmask === other.netmask;
	return a.length === b.length && a.every((one, i) => isSame(one, b[i]));
}

function inSubnet(own: NetworkInterface, address: string): boolean {
	const mask = ipv4ToNumber(own.netmask);
	return (ipv4ToNumber(own.address) & mask) === (ipv4ToNumber(address) & mask);
}
