import type { Clock } from '../../../lib/rtps/clock';
import { createParticipant, type Participant, type ParticipantOptions } from '../../../lib/rtps/participant';
import type { DatagramSocket, NetworkInterface, SocketOptions, Transport } from '../../../lib/rtps/transport';

/** Pseudo-random numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
	};
}

interface Event {
	readonly at: number;
	readonly order: number;
	readonly callback: () => void;
	cancelled: boolean;
}

/** A clock that goes only as far as a test lets it. */
export class SimulatedClock implements Clock {
	#now = 0;
	#order = 0;
	readonly #heap: Event[] = [];

	now(): number {
		return this.#now;
	}

	date(): number {
		return 1_700_000_000_000 + this.#now;
	}

	setTimeout(callback: () => void, delay: number): Event {
		const event = { at: this.#now + Math.max(0, delay), order: this.#order++, callback, cancelled: false };
		this.#push(event);
		return event;
	}

	clearTimeout(timer: unknown): void {
		if (timer !== undefined) (timer as Event).cancelled = true;
	}

	setImmediate(callback: () => void): void {
		this.setTimeout(callback, 0.001);
	}

	/** Lets `milliseconds` pass. */
	run(milliseconds: number): void {
		this.runUntil(() => false, milliseconds);
	}

	/** Lets time pass until `condition` holds, at most `milliseconds`; returns whether it does. */
	runUntil(condition: () => boolean, milliseconds: number): boolean {
		const end = this.#now + milliseconds;
		while (!condition()) {
			const next = this.#heap[0];
			if (next === undefined || next.at > end) {
				this.#now = end;
				return condition();
			}
			this.#pop();
			this.#now = Math.max(this.#now, next.at);
			if (!next.cancelled) next.callback();
		}
		return true;
	}

	#before(a: number, b: number): boolean {
		const x = this.#heap[a]!;
		const y = this.#heap[b]!;
		return x.at < y.at || (x.at === y.at && x.order < y.order);
	}

	#swap(a: number, b: number): void {
		const x = this.#heap[a]!;
		this.#heap[a] = this.#heap[b]!;
		this.#heap[b] = x;
	}

	#push(event: Event): void {
		this.#heap.push(event);
		for (let i = this.#heap.length - 1; i > 0; ) {
			const parent = (i - 1) >> 1;
			if (!this.#before(i, parent)) break;
			this.#swap(i, parent);
			i = parent;
		}
	}

	#pop(): void {
		this.#swap(0, this.#heap.length - 1);
		this.#heap.pop();
		for (let i = 0; ; ) {
			let least = i;
			for (const child of [2 * i + 1, 2 * i + 2]) {
				if (child < this.#heap.length && this.#before(child, least)) least = child;
			}
			if (least === i) return;
			this.#swap(i, least);
			i = least;
		}
	}
}

export interface Conditions {
	/** Probability that a datagram is lost. Default: 0. */
	loss?: number;
	/** Probability that it comes twice. Default: 0. */
	duplicate?: number;
	/** Time on the way: at least 0.05 ms, at most this, ms. Datagrams overtake each other. Default: 0.05. */
	latency?: number;
	/** Probability that a socket holds on to the bytes of a datagram until it is delivered. Default: 0. */
	held?: number;
}

interface Bound {
	readonly host: Host;
	readonly options: SocketOptions;
	readonly port: number;
	/** Addresses of the interfaces that it hears the group on. */
	readonly joined: Set<string>;
}

/** A network with hosts of one interface each, which loses, delays and doubles datagrams as told. */
export class SimulatedNetwork {
	readonly clock = new SimulatedClock();
	readonly random: () => number;
	conditions: Conditions = {};
	/** Told of each datagram; one that it returns true for is lost. */
	filter: ((bytes: Uint8Array, to: string, port: number) => boolean) | undefined;
	sent = 0;
	readonly sockets = new Set<Bound>();

	constructor(seed = 1) {
		this.random = random(seed);
	}

	host(address: string): Host {
		return new Host(this, address);
	}

	/** A participant on the host with this address. */
	join(address: string, options: ParticipantOptions = {}): Promise<Participant> {
		return createParticipant({ transport: this.host(address), clock: this.clock, ...options });
	}

	deliver(parts: readonly Uint8Array[], source: string, address: string, port: number): boolean {
		const { loss = 0, duplicate = 0, latency = 0.05, held = 0 } = this.conditions;
		this.sent++;
		const isHeld = this.random() < held;
		// What is held is copied when it is delivered, so that it shows if somebody has written over it.
		const copy = isHeld ? undefined : Buffer.concat(parts);
		const kept = isHeld ? parts.map((part) => part) : undefined;
		if (this.filter?.(Buffer.concat(parts), address, port) === true) return true;
		const times = (this.random() < loss ? 0 : 1) + (this.random() < duplicate ? 1 : 0);
		for (let i = 0; i < times; i++) {
			const delay = 0.05 + this.random() * Math.max(0, latency - 0.05);
			this.clock.setTimeout(() => this.#arrive(copy ?? Buffer.concat(kept!), source, address, port), delay);
		}
		return !isHeld;
	}

	#arrive(bytes: Uint8Array, source: string, address: string, port: number): void {
		const multicast = Number(address.split('.')[0]) >= 224;
		for (const { host, options, port: own, joined } of [...this.sockets]) {
			if (own !== port || !host.isUp) continue;
			const hears = options.group?.address === address && joined.has(host.address);
			const addressed = host.address === address && options.group === undefined;
			// A copy each, as the kernel gives it.
			if (multicast ? hears : addressed) options.onDatagram(Buffer.from(bytes), source);
		}
	}
}

class Host implements Transport {
	/** False while its interface is down: then it has its loopback only, which reaches nobody here. */
	isUp = true;

	constructor(
		readonly network: SimulatedNetwork,
		public address: string,
	) {}

	interfaces(): NetworkInterface[] {
		if (!this.isUp) return [{ name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0', internal: true }];
		return [{ name: 'eth0', address: this.address, netmask: '255.255.255.0', internal: false }];
	}

	open(options: SocketOptions): Promise<DatagramSocket> {
		const { sockets } = this.network;
		let port = options.port;
		const taken = () => [...sockets].some((bound) => bound.host.address === this.address && bound.port === port);
		if (port === 0) for (port = 50_000; taken(); ) port++;
		else if (!options.shared && taken()) {
			return Promise.reject(Object.assign(new Error(`Port ${port} is taken`), { code: 'EADDRINUSE' }));
		}
		const bound = { host: this, options, port, joined: new Set(options.group?.interfaces) };
		sockets.add(bound);
		return Promise.resolve({
			port,
			receiveBufferSize: options.receiveBufferSize,
			join: (address) => void bound.joined.add(address),
			send: (parts, to, address) => {
				// Multicast leaves by the interface that the socket was opened for.
				const { multicastInterface = this.address } = options;
				if (!this.isUp || multicastInterface !== this.address) return true;
				const list = parts instanceof Uint8Array ? [parts] : parts;
				return this.network.deliver(list, this.address, address, to);
			},
			close: () => {
				sockets.delete(bound);
				return Promise.resolve();
			},
		});
	}
}

/** A payload of `length` bytes with an encapsulation header, told apart by `number`. */
export function payload(number: number, length = 16): Uint8Array {
	const bytes = new Uint8Array(length);
	bytes[1] = 1;
	for (let i = 4; i < length; i++) bytes[i] = number + i * 7;
	if (length >= 8) new DataView(bytes.buffer).setUint32(4, number, true);
	return bytes;
}

/** The number of a payload, checked byte by byte. */
export function numberOf(bytes: Uint8Array): number {
	const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
	// Padding to 4 may follow.
	const right = payload(number, bytes.length);
	const tail = bytes.length - 3;
	for (let i = 0; i < bytes.length; i++) {
		if (bytes[i] !== right[i] && !(i >= tail && bytes[i] === 0)) throw new Error(`Byte ${i} of ${number} is wrong`);
	}
	return number;
}

/** The numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
