import { BriefError } from '../check';
import type { Channel } from './channel';
import type { Clock } from './clock';
import { concerns, everybody, History, type Sample } from './history';
import type { Locator } from './locator';
import { NumberSet } from './number-set';
import type { Submessage } from './parser';
import type { Qos } from './qos';
import { ReaderProxy, type Resend } from './reader-proxy';
import type { RemoteReader } from './remote';
import { SampleSender } from './sender';

/** Bytes that one turn of the event loop may send before others get theirs, and receivers the time to drain. */
const burst = 256 * 1024;
/** From an unacknowledged sample to the first question for acknowledgement; doubled each time up to the longest, ms. */
const heartbeatPeriod = { first: 20, longest: 2500 };

export interface WriterOptions {
	readonly entityId: number;
	readonly qos: Qos;
	readonly channel: Channel;
	readonly clock: Clock;
	/** A larger payload is sent in fragments of this size, bytes: a multiple of 4, at most 64,000. */
	readonly fragmentSize: number;
	/** A reader has become one that is listening, see {@link ReaderProxy.isListening}. */
	readonly onListening?: (proxy: ReaderProxy) => void;
}

/**
 * The sending half of the protocol between a writer and its readers (DDSI-RTPS 2.5, 8.4.9): a history of samples,
 * heartbeats that say what is in it, and the answers to what readers say they lack.
 *
 * A heartbeat rides on each sample with its final flag set: a reader that lacks something sees so at once, one that
 * lacks nothing stays silent. Acknowledgement is asked for by timer, some 20 ms later, so that 1000 samples per second
 * do not draw 1000 answers.
 */
export class Writer {
	readonly entityId: number;
	readonly qos: Qos;
	readonly proxies: ReaderProxy[] = [];
	readonly #reliable: boolean;
	readonly #transientLocal: boolean;
	readonly #channel: Channel;
	readonly #clock: Clock;
	readonly #fragmentSize: number;
	readonly #onListening: WriterOptions['onListening'];
	readonly #history = new History();
	readonly #sender: SampleSender;
	/** All samples up to this one have been sent. */
	#sent = 0;
	/** Fragments of sample #sent + 1 that have been sent. */
	#sentFragments = 0;
	/** The sample of which some fragments have been sent. It is kept until all have, whatever the history says. */
	#sending: Sample | undefined;
	#destinations: Locator[] = [];
	#reliableDestinations = false;
	#resends: Resend[] = [];
	#pumping = false;
	#heartbeatCount = 0;
	#heartbeatTimer: unknown;
	#heartbeatDelay = heartbeatPeriod.first;
	#drained: (() => void)[] = [];
	#closed = false;
	readonly #gap = new NumberSet();

	constructor(options: WriterOptions) {
		this.entityId = options.entityId;
		this.qos = options.qos;
		this.#reliable = options.qos.reliability === 'reliable';
		this.#transientLocal = options.qos.durability !== 'volatile';
		this.#channel = options.channel;
		this.#clock = options.clock;
		this.#fragmentSize = options.fragmentSize;
		this.#onListening = options.onListening;
		this.#sender = new SampleSender(options.channel, options.entityId, options.fragmentSize, (last) =>
			this.#piggyback(last),
		);
	}

	/** Samples held: for readers to come, or because a reader has not acknowledged them. */
	get stored(): number {
		return this.#history.size;
	}

	/** Sequence number of the latest sample, 0 before the first. */
	get lastSequenceNumber(): number {
		return this.#history.last;
	}

	/** All samples up to this one have been acknowledged by every reader, or been sent where none has to. */
	get acknowledged(): number {
		let done = this.#sent;
		for (const proxy of this.proxies) if (proxy.reliable && proxy.acknowledged < done) done = proxy.acknowledged;
		return done;
	}

	/**
	 * Sends a sample. The bytes belong to the writer from then on.
	 * @param audience who is to have it; the others are told that it does not concern them
	 * @returns its sequence number
	 * @throws BriefError when the history keeps all and is full of samples that readers have not acknowledged
	 */
	write(payload: Uint8Array | undefined, inlineQos?: Uint8Array, isKey = false, audience = everybody): number {
		this.#makeRoom();
		const date = this.#clock.date() / 1000;
		const seconds = Math.floor(date);
		const { lifespan } = this.qos;
		const sample: Sample = {
			sequenceNumber: this.#history.next(),
			payload,
			isKey,
			inlineQos,
			seconds,
			fraction: Math.floor((date - seconds) * 0x1_0000_0000),
			expires: lifespan === Number.POSITIVE_INFINITY ? lifespan : this.#clock.now() + lifespan,
			only: audience.only,
			isFor: audience.isFor,
		};
		const waits = this.#sent + 1 < sample.sequenceNumber || sample.isFor !== undefined;
		const fits = payload === undefined || payload.length <= this.#fragmentSize;
		if (this.#transientLocal || this.#reliableDestinations || waits || !fits) this.#history.add(sample);
		if (waits || !fits) this.#pump(burst);
		else this.#sendWhole(sample);
		return sample.sequenceNumber;
	}

	/** Takes one sample out of the history, since another has replaced it; readers that ask get a GAP. */
	remove(sequenceNumber: number): void {
		this.#history.remove(sequenceNumber);
	}

	/** True while write() would throw. */
	get isFull(): boolean {
		return this.qos.history === 'keep_all' && this.#history.size >= this.qos.depth && !this.#oldestIsDone();
	}

	/** Resolves once a full history has room again: at most half of it is waiting. At once when it is not full. */
	drained(): Promise<void> {
		if (!this.isFull || this.#closed) return Promise.resolve();
		this.#askForAcknowledgement();
		return new Promise((resolve) => this.#drained.push(resolve));
	}

	addReader(remote: RemoteReader, entityId: number): ReaderProxy {
		const wantsHistory = this.#transientLocal && remote.info.qos.durability !== 'volatile';
		const proxy = new ReaderProxy(this, remote, entityId, wantsHistory ? 1 : this.#sent + 1);
		this.proxies.push(proxy);
		this.refreshDestinations();
		if (proxy.reliable) {
			this.#heartbeat([proxy], false);
			this.#armHeartbeat();
		} else if (wantsHistory) {
			for (const sequenceNumber of this.#history.sequenceNumbers()) {
				const isFor = this.#available(sequenceNumber, proxy) !== undefined;
				if (isFor && sequenceNumber <= this.#sent) this.#resend(proxy, sequenceNumber, undefined);
			}
			this.#pump(burst);
		}
		return proxy;
	}

	removeReader(proxy: ReaderProxy): void {
		const index = this.proxies.indexOf(proxy);
		if (index < 0) return;
		this.proxies.splice(index, 1);
		this.#resends = this.#resends.filter((resend) => resend.proxy !== proxy);
		this.refreshDestinations();
		this.#discardAcknowledged();
	}

	/** To be called when the address of a reader has changed. */
	refreshDestinations(): void {
		const unique = new Map<string, Locator>();
		for (const proxy of this.proxies) {
			for (const locator of proxy.remote.destinations) unique.set(`${locator.address}:${locator.port}`, locator);
		}
		this.#destinations = [...unique.values()];
		this.#reliableDestinations = this.proxies.some((proxy) => proxy.reliable);
	}

	onAckNack(proxy: ReaderProxy, { set, count, final }: Submessage): void {
		const { isListening } = proxy;
		if (!proxy.reliable || !proxy.isNewAckNack(count)) return;
		if (!isListening) this.#onListening?.(proxy);
		const acknowledged = Math.min(set.base - 1, this.#sent);
		if (acknowledged > proxy.acknowledged) {
			proxy.acknowledged = acknowledged;
			this.#discardAcknowledged();
		}
		const floor = Math.max(this.#history.first, proxy.start);
		let gapStart = 0;
		let wanted = false;
		for (let i = 0; i < set.bits; i++) {
			const sequenceNumber = set.base + i;
			if (!set.has(i) || sequenceNumber === 0) continue;
			if (sequenceNumber > this.#sent) break;
			wanted = true;
			if (sequenceNumber >= floor && this.#available(sequenceNumber, proxy) !== undefined) {
				this.#resend(proxy, sequenceNumber, undefined);
				continue;
			}
			const end = Math.max(sequenceNumber + 1, Math.min(floor, this.#sent + 1));
			if (gapStart === 0) {
				gapStart = sequenceNumber;
				this.#gap.reset(end);
			} else if (sequenceNumber === this.#gap.base && this.#gap.bits === 0) {
				this.#gap.base = end;
			} else if (sequenceNumber >= this.#gap.base) {
				this.#gap.add(sequenceNumber - this.#gap.base);
			}
		}
		if (gapStart !== 0) this.#sendGap(proxy, gapStart);
		if (wanted) {
			this.#pump(burst);
			this.#hurry();
		}
		// Neither asks for anything nor says that it is satisfied: a reader that waits for its first heartbeat.
		if (!final && !wanted) this.#heartbeat([proxy], true);
	}

	onNackFrag(proxy: ReaderProxy, { sequenceNumber, set, count }: Submessage): void {
		if (!proxy.reliable || !proxy.isNewNackFrag(count)) return;
		if (sequenceNumber > this.#sent) return;
		const sample = sequenceNumber < proxy.start ? undefined : this.#available(sequenceNumber, proxy);
		if (sample === undefined) {
			this.#gap.reset(sequenceNumber + 1);
			this.#sendGap(proxy, sequenceNumber);
			return;
		}
		const fragments: number[] = [];
		const total = this.#sender.fragments(sample);
		for (let i = 0; i < set.bits; i++) {
			if (set.has(i) && set.base + i <= total) fragments.push(set.base + i);
		}
		if (fragments.length === 0) return;
		this.#resend(proxy, sequenceNumber, fragments);
		this.#pump(burst);
		this.#hurry();
	}

	/** Tells readers that this writer is alive although it has nothing to say (liveliness manual_by_topic). */
	assertLiveliness(): void {
		if (this.proxies.length > 0) this.#heartbeat(this.proxies, true, true);
	}

	close(): void {
		this.#closed = true;
		this.#clock.clearTimeout(this.#heartbeatTimer);
		this.#history.clear();
		this.#resends = [];
		this.#sending = undefined;
		for (const resolve of this.#drained.splice(0)) resolve();
	}

	/** The sample when it is held, has not expired, and is for this reader. */
	#available(sequenceNumber: number, proxy: ReaderProxy): Sample | undefined {
		const sample = this.#history.get(sequenceNumber);
		if (sample === undefined) return undefined;
		if (sample.expires > this.#clock.now()) return concerns(sample, proxy) ? sample : undefined;
		this.remove(sequenceNumber);
		return undefined;
	}

	/** Says that what lies from `start` up to the base of #gap, and what is in that, does not concern a reader. */
	#sendGap(proxy: ReaderProxy, start: number): void {
		this.#sender.begin(proxy).gap(proxy.entityId, this.entityId, start, this.#gap);
		this.#channel.send(proxy.remote.destinations);
	}

	#oldestIsDone(): boolean {
		if (this.#history.first > this.#sent) return false;
		for (const proxy of this.proxies) {
			if (proxy.reliable && proxy.acknowledged < this.#history.first) return false;
		}
		return true;
	}

	#makeRoom(): void {
		if (this.#history.size < this.qos.depth) return;
		if (this.qos.history === 'keep_all' && !this.#oldestIsDone()) {
			this.#askForAcknowledgement();
			throw new BriefError(
				'writer is full',
				`${this.#history.size} samples wait for readers to acknowledge them, which is all that \`qos.depth\` lets a keep_all history hold: write more slowly, or wait for drained()`,
			);
		}
		// A sample leaves the history only after it has been sent once, as with a write that blocks until it is.
		while (this.#history.size >= this.qos.depth && this.#history.first > this.#sent) this.#sendNext();
		if (this.#history.size >= this.qos.depth) this.remove(this.#history.first);
	}

	#discardAcknowledged(): void {
		if (!this.#transientLocal) this.#history.removeUpTo(this.acknowledged);
		if (this.#drained.length > 0 && (this.#history.size <= this.qos.depth / 2 || this.#oldestIsDone())) {
			for (const resolve of this.#drained.splice(0)) resolve();
		}
	}

	#sendWhole(sample: Sample): void {
		const destinations = sample.only?.remote.destinations ?? this.#destinations;
		if (destinations.length > 0) this.#sender.whole(sample, destinations, sample.only, true);
		this.#hasSent(sample);
	}

	#hasSent(sample: Sample): void {
		this.#sent = sample.sequenceNumber;
		this.#sentFragments = 0;
		this.#sending = undefined;
		if (sample.only !== undefined || sample.isFor !== undefined) {
			this.#gap.reset(sample.sequenceNumber + 1);
			for (const proxy of this.proxies) {
				if (proxy.reliable && !concerns(sample, proxy)) this.#sendGap(proxy, sample.sequenceNumber);
			}
		}
		if (this.#reliableDestinations) this.#armHeartbeat();
		else if (!this.#transientLocal) this.#discardAcknowledged();
	}

	/** The heartbeat that rides on a sample: final, but where a full history has to be emptied. */
	#piggyback(last: number): void {
		if (!this.#reliableDestinations) return;
		const half = Math.max(1, this.qos.depth >> 1);
		const asks = this.qos.history === 'keep_all' && this.#history.size % half === 0;
		const first = Math.min(this.#history.first, last + 1);
		this.#channel.builder.heartbeat(0, this.entityId, first, last, ++this.#heartbeatCount, !asks);
	}

	/** Sends the next sample or fragment that has not been sent yet; returns its bytes. */
	#sendNext(): number {
		const sample = this.#sending ?? this.#history.get(this.#sent + 1);
		if (sample === undefined) {
			this.#sent++;
			return 0;
		}
		if (sample.isFor !== undefined) {
			// To each by itself: what is sent to all at once could reach one that it is not for.
			for (const proxy of this.proxies)
				if (concerns(sample, proxy)) this.#resend(proxy, sample.sequenceNumber, undefined);
			this.#hasSent(sample);
			return 0;
		}
		const total = this.#sender.fragments(sample);
		const destinations = sample.only?.remote.destinations ?? this.#destinations;
		if (total === 1 || destinations.length === 0) {
			this.#sendWhole(sample);
			return destinations.length === 0 ? 0 : (sample.payload?.length ?? 0);
		}
		this.#sending = sample;
		this.#sender.fragment(sample, ++this.#sentFragments, destinations, sample.only, true);
		if (this.#sentFragments === total) this.#hasSent(sample);
		return this.#fragmentSize;
	}

	#resend(proxy: ReaderProxy, sequenceNumber: number, fragments: number[] | undefined): void {
		const resend = proxy.request(sequenceNumber, fragments);
		if (resend !== undefined) this.#resends.push(resend);
	}

	/** Sends the next piece of what was asked for again; returns its bytes. */
	#sendResend(resend: Resend): number {
		const { proxy, sequenceNumber, fragments } = resend;
		const sample = this.#available(sequenceNumber, proxy);
		let bytes = 0;
		let done = true;
		if (sample === undefined) {
			this.#gap.reset(sequenceNumber + 1);
			this.#sendGap(proxy, sequenceNumber);
		} else {
			const total = this.#sender.fragments(sample);
			bytes = Math.min(sample.payload?.length ?? 0, this.#fragmentSize);
			if (total === 1) {
				this.#sender.whole(sample, proxy.remote.destinations, proxy, false);
			} else {
				const fragment = fragments === undefined ? resend.next + 1 : fragments[resend.next]!;
				this.#sender.fragment(sample, fragment, proxy.remote.destinations, proxy, false);
				resend.next++;
				done = resend.next >= (fragments?.length ?? total);
			}
		}
		if (done) {
			this.#resends.shift();
			proxy.resends.delete(sequenceNumber);
			if (proxy.resends.size === 0 && proxy.reliable) this.#heartbeat([proxy], false);
		}
		return bytes;
	}

	/** Sends what waits, a burst per turn of the event loop; what was asked for again goes first. */
	#pump(budget: number): void {
		if (this.#pumping) return;
		let rest = budget;
		while (rest > 0 && (this.#resends.length > 0 || this.#sent < this.#history.last)) {
			const resend = this.#resends[0];
			rest -= (resend === undefined ? this.#sendNext() : this.#sendResend(resend)) + 64;
		}
		if (this.#resends.length === 0 && this.#sent >= this.#history.last) return;
		this.#pumping = true;
		this.#clock.setImmediate(() => {
			this.#pumping = false;
			if (!this.#closed) this.#pump(burst);
		});
	}

	#heartbeat(proxies: readonly ReaderProxy[], final: boolean, liveliness = false): void {
		const first = Math.min(this.#history.first, this.#sent + 1);
		for (const proxy of proxies) {
			if (!proxy.reliable && !liveliness) continue;
			this.#sender
				.begin(proxy)
				.heartbeat(proxy.entityId, this.entityId, first, this.#sent, ++this.#heartbeatCount, final, liveliness);
			this.#channel.send(proxy.remote.destinations);
		}
	}

	#askForAcknowledgement(): void {
		this.#heartbeat(
			this.proxies.filter((proxy) => proxy.acknowledged < this.#sent),
			false,
		);
		this.#armHeartbeat();
	}

	/** A reader is there and lacks something: it may need the next heartbeat soon to ask for what it still lacks. */
	#hurry(): void {
		if (this.#heartbeatDelay === heartbeatPeriod.first) return;
		this.#heartbeatDelay = heartbeatPeriod.first;
		this.#clock.clearTimeout(this.#heartbeatTimer);
		this.#heartbeatTimer = undefined;
		this.#armHeartbeat();
	}

	#armHeartbeat(): void {
		if (this.#heartbeatTimer !== undefined || !this.#reliable || this.#closed) return;
		this.#heartbeatTimer = this.#clock.setTimeout(() => {
			this.#heartbeatTimer = undefined;
			const waiting = this.proxies.filter(
				(proxy) => proxy.reliable && (proxy.acknowledged < this.#sent || !proxy.isListening),
			);
			if (waiting.length === 0) {
				this.#heartbeatDelay = heartbeatPeriod.first;
				return;
			}
			this.#heartbeat(waiting, false);
			this.#heartbeatDelay = Math.min(this.#heartbeatDelay * 2, heartbeatPeriod.longest);
			this.#armHeartbeat();
		}, this.#heartbeatDelay);
	}
}
