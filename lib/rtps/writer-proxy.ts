import { isRepeated } from './count';
import { vendorFast } from './messages';
import { maxSetBits, NumberSet } from './number-set';
import type { MessageParser, Submessage } from './parser';
import type { Reader } from './reader';
import { Reassembly } from './reassembly';
import type { RemoteWriter } from './remote';
import { type SampleIdentity, SampleInfo } from './sample';
import { Watch } from './watch';

/** Samples ahead of the next one that are kept while it is missing. Those further ahead are asked for later. */
const window = 512;
/** Samples of a best-effort writer that may be in the making at once. */
const maxPartial = 4;
/** NACK_FRAGs in one message, which lets a sample of 1344-byte fragments be repaired in one round. */
const maxNackFrags = 4;
/** Between two requests for the same samples: at least, at first, and at most, ms. */
const renack = { least: 10, first: 30, longest: 1000 };
/** Between two pre-emptive ACKNACKs: at first and at most, ms. */
const preemptive = { first: 50, longest: 3200 };
/** Pre-emptive ACKNACKs after which a writer that sends data but no heartbeat is taken as it is. */
const patience = 8;

interface Pending {
	readonly payload: Uint8Array | undefined;
	readonly info: SampleInfo;
}

/** In place of a sample that the writer has declared irrelevant. */
const gap = Symbol('gap');

/**
 * What a reader knows of one writer that it matches (DDSI-RTPS 2.5, 8.4.10.4): which samples have come, which are
 * missing, which are in the making.
 */
export class WriterProxy {
	readonly reliable: boolean;
	/** True once a message is due that answers the writer; the reader's side sends it after all data are delivered. */
	owesAnswer = false;
	/** False once the writer's liveliness lease has run out. */
	alive = true;
	/** The next sample to deliver: all before it have been, or will never be. */
	#next = 1;
	/** Highest sequence number that the writer is known to have sent. */
	#highest = 0;
	/** Whether it is known which sample is the first that this reader is to have. */
	#baseline: boolean;
	#heartbeatCount: number | undefined;
	#heartbeatFragCount: number | undefined;
	readonly #pending = new Map<number, Pending | typeof gap>();
	readonly #partial = new Map<number, Reassembly>();
	#nackedAt = Number.NEGATIVE_INFINITY;
	#nackedBase = 0;
	/** The highest sequence number that the last request was about. */
	#nackedTo = 0;
	/** Samples and fragments of the last request that have not come yet. */
	#outstanding = 0;
	/** Whether anything has come since the last request. */
	#progress = false;
	/** Size of the latest sample that was put together, bytes: what a missing one may be like. */
	#sampleSize = 0;
	#timer: unknown;
	#delay = preemptive.first;
	#preemptives = 0;
	#closed = false;
	readonly #lease: Watch | undefined;
	readonly #missing = new NumberSet();

	constructor(
		readonly reader: Reader,
		readonly remote: RemoteWriter,
		readonly entityId: number,
	) {
		const { qos } = remote.info;
		this.reliable = reader.qos.reliability === 'reliable' && qos.reliability === 'reliable';
		this.#baseline = !this.reliable || (reader.qos.durability !== 'volatile' && qos.durability !== 'volatile');
		if (this.reliable) this.#sendPreemptive();
		if (qos.livelinessLease !== Number.POSITIVE_INFINITY) {
			this.#lease = new Watch(reader.clock, qos.livelinessLease, () => {
				if (!this.alive) return;
				this.alive = false;
				reader.livelinessChanged();
			});
		}
	}

	close(): void {
		this.#closed = true;
		this.#lease?.close();
		this.reader.clock.clearTimeout(this.#timer);
		for (const sample of this.#partial.values()) this.reader.budget.give(sample.size);
		this.#partial.clear();
		this.#pending.clear();
	}

	/** A sign of life of the writer. */
	assertLiveliness(): void {
		if (this.#lease === undefined) return;
		this.#lease.touch();
		if (this.alive) return;
		this.alive = true;
		this.reader.livelinessChanged();
	}

	onData(submessage: Submessage, parser: MessageParser): void {
		this.assertLiveliness();
		const { sequenceNumber, payloadStart, payloadEnd } = submessage;
		if (!this.#accepts(sequenceNumber)) return;
		const payload = payloadStart < 0 ? undefined : parser.data.subarray(payloadStart, payloadEnd);
		let related: SampleIdentity | undefined;
		if (submessage.relatedGuid >= 0) {
			const guid = parser.data.slice(submessage.relatedGuid, submessage.relatedGuid + 16);
			related = { guid: new Uint8Array(guid), sequenceNumber: submessage.relatedSequenceNumber };
		}
		const { status, keyHash } = submessage;
		const info = new SampleInfo(
			status === 0 ? 'alive' : (status & 1) !== 0 ? 'disposed' : 'unregistered',
			this.remote.info,
			sequenceNumber,
			related,
			parser.timestampSeconds,
			parser.timestampFraction,
			status !== 0 && keyHash >= 0 ? new Uint8Array(parser.data.slice(keyHash, keyHash + 16)) : undefined,
		);
		this.#complete(payload, info);
	}

	onDataFrag(submessage: Submessage, parser: MessageParser): void {
		this.assertLiveliness();
		const { sequenceNumber } = submessage;
		if (!this.#accepts(sequenceNumber) || submessage.isKey) return;
		let sample = this.#partial.get(sequenceNumber);
		if (sample === undefined) {
			if (this.reliable && this.#partial.size >= window) return;
			if (!this.reliable && this.#partial.size >= maxPartial && !this.#dropOldestPartial(sequenceNumber)) return;
			sample = Reassembly.begin(submessage, this.reader.budget);
			if (sample === undefined) {
				this.reader.tooLarge(this.remote.info, submessage.sampleSize);
				return;
			}
			this.#partial.set(sequenceNumber, sample);
			this.reader.largeSample(submessage.sampleSize);
		}
		const before = sample.missing;
		if (!sample.add(submessage, parser.data)) return;
		this.#hasCome(sequenceNumber, before - sample.missing);
		if (parser.timestampSeconds !== 0) {
			sample.timestampSeconds = parser.timestampSeconds;
			sample.timestampFraction = parser.timestampFraction;
		}
		if (submessage.relatedGuid >= 0 && sample.related === undefined) {
			const guid = parser.data.slice(submessage.relatedGuid, submessage.relatedGuid + 16);
			sample.related = { guid: new Uint8Array(guid), sequenceNumber: submessage.relatedSequenceNumber };
		}
		if (!sample.isComplete) return;
		this.#dropPartial(sequenceNumber);
		const { related, timestampSeconds, timestampFraction } = sample;
		const info = new SampleInfo(
			'alive',
			this.remote.info,
			sequenceNumber,
			related,
			timestampSeconds,
			timestampFraction,
		);
		this.#complete(sample.bytes, info);
	}

	onHeartbeat({ sequenceNumber: first, last, count, final, liveliness }: Submessage): void {
		if (liveliness || this.remote.info.qos.liveliness === 'automatic') this.assertLiveliness();
		if (!this.reliable) return;
		if (isRepeated(count, this.#heartbeatCount)) return;
		const isFirst = this.#heartbeatCount === undefined;
		this.#heartbeatCount = count;
		this.#highest = Math.max(this.#highest, last);
		if (!this.#baseline) this.#setBaseline(first, last);
		else if (first > this.#next) this.#advance(first);
		if (isFirst) this.#stopTimer();
		if (!final || this.#isMissing()) this.#oweAnswer();
	}

	onHeartbeatFrag({ sequenceNumber, fragment, count }: Submessage): void {
		this.assertLiveliness();
		if (!this.reliable || !this.#accepts(sequenceNumber)) return;
		if (isRepeated(count, this.#heartbeatFragCount)) return;
		this.#heartbeatFragCount = count;
		const sample = this.#partial.get(sequenceNumber);
		if (sample === undefined) return;
		sample.announced = Math.max(sample.announced, Math.min(fragment, sample.fragments));
		if (sequenceNumber <= this.#highest) this.#oweAnswer();
	}

	onGap({ sequenceNumber: start, set }: Submessage): void {
		if (!this.reliable) return;
		if (start <= this.#next) {
			if (set.base > this.#next) this.#advance(set.base);
		} else {
			const end = Math.min(set.base, this.#next + window);
			for (let n = start; n < end; n++) this.#addGap(n);
		}
		for (let i = 0; i < set.bits; i++) if (set.has(i)) this.#addGap(set.base + i);
		this.#deliverInOrder();
	}

	/** Writes the answer that is owed: what is missing, or that nothing is. */
	answer(): void {
		this.owesAnswer = false;
		if (this.#closed) return;
		const { builder } = this.reader.channel;
		const missing = this.#missing;
		missing.reset(this.#next);
		const end = Math.min(this.#highest + 1, this.#next + maxSetBits);
		let budget = this.reader.repairBudget;
		let requested = 0;
		let partial = false;
		for (let n = this.#next; n < end; n++) {
			if (this.#pending.has(n)) continue;
			if (this.#partial.has(n)) partial = true;
			else if (budget > 0) {
				missing.add(n - this.#next);
				requested++;
				budget -= this.#sampleSize;
			}
		}
		const lacks = partial || missing.bits > 0;
		const now = this.reader.clock.now();
		if (lacks) {
			const wait = this.#nackedAt + renack.least - now;
			// Repairs are on their way: asking again now would bring them twice.
			if (this.#nackedBase === this.#next && wait > 0) {
				if (this.#timer === undefined) this.#arm(wait);
				return;
			}
			if (this.#progress) this.#delay = renack.first;
			this.#progress = false;
			this.#nackedTo = end - 1;
			this.#outstanding = requested;
			this.#nackedAt = now;
			this.#nackedBase = this.#next;
		}
		builder.reset().infoDestination(this.remote.participant.prefix);
		builder.acknack(this.reader.entityId, this.entityId, missing, this.reader.nextCount(), true);
		if (partial) this.#nackFrags(end, budget);
		this.reader.channel.send(this.remote.destinations);
		this.#stopTimer();
		if (lacks) {
			this.#arm(this.#delay);
			this.#delay = Math.min(this.#delay * 2, renack.longest);
		}
	}

	#nackFrags(end: number, budget: number): void {
		const { builder } = this.reader.channel;
		// At least one, or a sample whose fragments are larger than the budget would never be whole.
		let rest = Math.max(1, budget);
		let left = maxNackFrags;
		for (let n = this.#next; n < end && left > 0; n++) {
			const sample = this.#partial.get(n);
			if (sample === undefined) continue;
			let fragment = 1;
			for (; left > 0 && rest > 0 && fragment <= sample.fragments; left--) {
				while (fragment <= sample.fragments && sample.has(fragment)) fragment++;
				if (fragment > sample.fragments) break;
				this.#missing.reset(fragment);
				const last = Math.min(sample.fragments, fragment + maxSetBits - 1);
				for (let i = fragment; i <= last && rest > 0; i++) {
					if (sample.has(i)) continue;
					this.#missing.add(i - fragment);
					this.#outstanding++;
					rest -= sample.fragmentSize;
				}
				builder.nackFrag(this.reader.entityId, this.entityId, n, this.#missing, this.reader.nextCount());
				fragment = last + 1;
			}
		}
	}

	/** Whether a sample is one that has not come yet and that there is room for. */
	#accepts(sequenceNumber: number): boolean {
		if (sequenceNumber < this.#next) return false;
		if (!this.reliable) return true;
		if (this.#pending.has(sequenceNumber)) return false;
		// Before the baseline is known, any sample may turn out to be the next.
		return this.#baseline ? sequenceNumber < this.#next + window : this.#pending.size < window;
	}

	#complete(payload: Uint8Array | undefined, info: SampleInfo): void {
		const { sequenceNumber } = info;
		if (!this.reliable) {
			this.#next = sequenceNumber + 1;
			for (const n of this.#partial.keys()) if (n < this.#next) this.#dropPartial(n);
			this.reader.deliver(payload, info);
			return;
		}
		this.#hasCome(sequenceNumber, 1);
		this.#sampleSize = payload?.length ?? 0;
		if (sequenceNumber > this.#highest) this.#highest = sequenceNumber;
		this.#dropPartial(sequenceNumber);
		if (this.#baseline && sequenceNumber === this.#next) {
			this.#next++;
			this.reader.deliver(payload, info);
			this.#deliverInOrder();
		} else {
			this.#pending.set(sequenceNumber, { payload, info });
		}
	}

	/** Once all that was asked for has come, the next portion is asked for without waiting for a heartbeat. */
	#hasCome(sequenceNumber: number, count: number): void {
		this.#progress = true;
		if (this.#outstanding === 0 || sequenceNumber > this.#nackedTo) return;
		this.#outstanding = Math.max(0, this.#outstanding - count);
		if (this.#outstanding > 0) return;
		this.#nackedAt = Number.NEGATIVE_INFINITY;
		this.#oweAnswer();
	}

	#deliverInOrder(): void {
		if (!this.#baseline) return;
		while (this.#pending.size > 0) {
			const sample = this.#pending.get(this.#next);
			if (sample === undefined) return;
			this.#pending.delete(this.#next++);
			if (sample !== gap) this.reader.deliver(sample.payload, sample.info);
			if (this.#closed) return;
		}
	}

	#addGap(sequenceNumber: number): void {
		if (sequenceNumber < this.#next || sequenceNumber >= this.#next + window) return;
		this.#dropPartial(sequenceNumber);
		if (sequenceNumber > this.#highest) this.#highest = sequenceNumber;
		if (!this.#pending.has(sequenceNumber)) this.#pending.set(sequenceNumber, gap);
	}

	/** Everything before `to` will not come any more; what has come of it is delivered in order. */
	#advance(to: number): void {
		for (const n of this.#partial.keys()) if (n < to) this.#dropPartial(n);
		const before = [...this.#pending.keys()].filter((n) => n < to).sort((a, b) => a - b);
		this.#next = to;
		this.#highest = Math.max(this.#highest, to - 1);
		for (const n of before) {
			const sample = this.#pending.get(n);
			this.#pending.delete(n);
			if (sample !== undefined && sample !== gap) this.reader.deliver(sample.payload, sample.info);
		}
		this.#deliverInOrder();
	}

	/**
	 * Decides from the first heartbeat which sample is the first of a volatile reader. A volatile writer holds only what
	 * some reader still needs, so all of it; one that keeps a history, what it sends from now on.
	 */
	#setBaseline(first: number, last: number): void {
		this.#baseline = true;
		let next = first;
		if (this.remote.info.qos.durability !== 'volatile') {
			next = last + 1;
			for (const n of this.#pending.keys()) if (n < next) next = n;
			for (const n of this.#partial.keys()) if (n < next) next = n;
		}
		if (next > this.#next) this.#advance(next);
		else this.#deliverInOrder();
	}

	#isMissing(): boolean {
		return this.#next + this.#pending.size <= this.#highest;
	}

	#oweAnswer(): void {
		if (this.owesAnswer) return;
		this.owesAnswer = true;
		this.reader.answers.push(this);
	}

	#dropPartial(sequenceNumber: number): void {
		const sample = this.#partial.get(sequenceNumber);
		if (sample === undefined) return;
		this.#partial.delete(sequenceNumber);
		this.reader.budget.give(sample.size);
	}

	/** Makes room for a newer sample; false when `sequenceNumber` itself is the oldest. */
	#dropOldestPartial(sequenceNumber: number): boolean {
		const oldest = Math.min(...this.#partial.keys());
		if (oldest > sequenceNumber) return false;
		this.#dropPartial(oldest);
		return true;
	}

	/** Asks for the first heartbeat. Fast DDS understands that of a base of 0, others of 1. */
	#sendPreemptive(): void {
		this.#missing.reset(this.remote.participant.info.vendor === vendorFast ? 0 : 1);
		this.reader.channel.builder
			.reset()
			.infoDestination(this.remote.participant.prefix)
			.acknack(this.reader.entityId, this.entityId, this.#missing, this.reader.nextCount(), false);
		this.reader.channel.send(this.remote.destinations);
		this.#arm(this.#delay);
		this.#delay = Math.min(this.#delay * 2, preemptive.longest);
	}

	#arm(delay: number): void {
		this.#timer = this.reader.clock.setTimeout(() => {
			this.#timer = undefined;
			if (this.#closed) return;
			if (this.#heartbeatCount !== undefined) {
				if (this.#isMissing()) this.answer();
				return;
			}
			this.#sendPreemptive();
			if (++this.#preemptives < patience || this.#baseline || this.#pending.size === 0) return;
			this.#setBaseline(Math.min(...this.#pending.keys()), this.#highest);
		}, delay);
	}

	#stopTimer(): void {
		if (this.#timer === undefined) return;
		this.reader.clock.clearTimeout(this.#timer);
		this.#timer = undefined;
	}
}
