import { invalidSequenceNumber, readI32, readSequenceNumber, readU16, readU32 } from './bytes';
import { prefixLength, sameBytes } from './guid';
import { flags, headerLength, submessageIds } from './messages';
import { NumberSet } from './number-set';
import { pids, visitParameters } from './parameters';

const zeroPrefix = new Uint8Array(prefixLength);

/**
 * One submessage. The parser fills one such object anew for each, so whoever wants to keep something copies it. Which
 * fields are set depends on the kind; offsets are into {@link MessageParser.data}.
 */
export class Submessage {
	readerId = 0;
	writerId = 0;
	/** DATA, DATA_FRAG, NACK_FRAG, HEARTBEAT_FRAG; the start of a GAP; the first of a HEARTBEAT. */
	sequenceNumber = 0;
	/** HEARTBEAT: the last sequence number that is available. */
	last = 0;
	/** HEARTBEAT, ACKNACK, NACK_FRAG, HEARTBEAT_FRAG: int32, which wraps around. */
	count = 0;
	/** HEARTBEAT, ACKNACK: no answer is required. */
	final = false;
	/** HEARTBEAT: asserts the liveliness of the writer. */
	liveliness = false;
	/** ACKNACK, GAP: sequence numbers; NACK_FRAG: fragment numbers. */
	readonly set = new NumberSet();
	/** DATA, DATA_FRAG: where the payload lies; no payload when start is -1. */
	payloadStart = -1;
	payloadEnd = -1;
	/** DATA, DATA_FRAG: the payload is a serialized key. */
	isKey = false;
	/** DATA, DATA_FRAG: disposed 1, unregistered 2. */
	status = 0;
	/** Inline QoS: where the 16 bytes of the key hash lie, or -1. */
	keyHash = -1;
	/** Inline QoS: where the GUID of the related sample identity lies, or -1. */
	relatedGuid = -1;
	/** Inline QoS: the sequence number of the related sample identity; -1 when unknown. */
	relatedSequenceNumber = -1;
	/** DATA_FRAG: the first fragment, counted from 1; HEARTBEAT_FRAG: the last that is available. */
	fragment = 0;
	/** DATA_FRAG: how many fragments. */
	fragmentCount = 0;
	/** DATA_FRAG: bytes of each but the last. */
	fragmentSize = 0;
	/** DATA_FRAG: bytes of the whole. */
	sampleSize = 0;
}

/** Who is told of what a message contains. All arguments are good only during the call. */
export interface MessageSink {
	/** Called once the source is known, and again when it changes. False: skip what it sends. */
	onSource(data: Uint8Array, prefixOffset: number, vendor: number): boolean;
	onData(submessage: Submessage): void;
	onDataFrag(submessage: Submessage): void;
	onHeartbeat(submessage: Submessage): void;
	onHeartbeatFrag(submessage: Submessage): void;
	onGap(submessage: Submessage): void;
	onAckNack(submessage: Submessage): void;
	onNackFrag(submessage: Submessage): void;
}

/**
 * Takes RTPS messages apart (DDSI-RTPS 2.5, 9.4). It never throws and reads nothing out of bounds: a submessage that is
 * malformed ends the message, as 8.3.4.1 says, and is counted.
 */
export class MessageParser {
	/** The message at hand. */
	data: Uint8Array = new Uint8Array(0);
	littleEndian = true;
	/** Timestamp of the sender for the data that follow, or 0 and 0 when there is none. */
	timestampSeconds = 0;
	timestampFraction = 0;
	/** Messages that were cut off or dropped as malformed. */
	malformed = 0;
	readonly #own: Uint8Array;
	readonly #submessage = new Submessage();
	readonly #visit: (pid: number, offset: number, length: number) => void;

	/** @param own prefix of this participant: what is addressed to another, or comes from here, is skipped */
	constructor(own: Uint8Array) {
		this.#own = own;
		// Bound once, so that no closure is made for each message with inline QoS.
		this.#visit = (pid, offset, length) => this.#inlineParameter(pid, offset, length);
	}

	parse(data: Uint8Array, sink: MessageSink): void {
		const valid =
			data.length >= headerLength &&
			data[0] === 0x52 &&
			data[1] === 0x54 &&
			data[2] === 0x50 &&
			data[3] === 0x53 &&
			data[4] === 2;
		if (!valid) {
			this.malformed++;
			return;
		}
		if (sameBytes(data, 8, this.#own, 0, prefixLength)) return;
		this.data = data;
		this.timestampSeconds = 0;
		this.timestampFraction = 0;
		let heard = sink.onSource(data, 8, readU16(data, 6, false));
		let forUs = true;
		let offset = headerLength;
		while (offset + 4 <= data.length) {
			const id = data[offset]!;
			const flagBits = data[offset + 1]!;
			const littleEndian = (flagBits & flags.littleEndian) !== 0;
			const length = readU16(data, offset + 2, littleEndian);
			const start = offset + 4;
			// A length of 0 means: to the end of the message, except where nothing can follow (9.4.5.1.3).
			const empty = id === submessageIds.pad || id === submessageIds.infoTimestamp;
			const end = length === 0 && !empty ? data.length : start + length;
			if (end > data.length) {
				this.malformed++;
				return;
			}
			this.littleEndian = littleEndian;
			let good = true;
			if (id === submessageIds.infoDestination) {
				good = end - start >= prefixLength;
				if (good) {
					const all = sameBytes(data, start, zeroPrefix, 0, prefixLength);
					forUs = all || sameBytes(data, start, this.#own, 0, prefixLength);
				}
			} else if (id === submessageIds.infoTimestamp) {
				good = this.#infoTimestamp(start, end, flagBits);
			} else if (id === submessageIds.infoSource) {
				good = end - start >= 8 + prefixLength;
				if (good) heard = sink.onSource(data, start + 8, readU16(data, start + 6, false));
			} else if (heard && forUs) {
				good = this.#entity(id, start, end, flagBits, sink);
			}
			if (!good) {
				this.malformed++;
				return;
			}
			offset = end;
		}
	}

	#infoTimestamp(start: number, end: number, flagBits: number): boolean {
		if ((flagBits & flags.invalidate) !== 0) {
			this.timestampSeconds = 0;
			this.timestampFraction = 0;
			return true;
		}
		if (end - start < 8) return false;
		this.timestampSeconds = readU32(this.data, start, this.littleEndian);
		this.timestampFraction = readU32(this.data, start + 4, this.littleEndian);
		return true;
	}

	/** A submessage between a writer and a reader. Unknown ids are skipped. */
	#entity(id: number, start: number, end: number, flagBits: number, sink: MessageSink): boolean {
		const s = this.#submessage;
		switch (id) {
			case submessageIds.data:
				if (!this.#data(start, end, flagBits)) return false;
				sink.onData(s);
				return true;
			case submessageIds.dataFrag:
				if (!this.#dataFrag(start, end, flagBits)) return false;
				sink.onDataFrag(s);
				return true;
			case submessageIds.heartbeat:
				if (!this.#heartbeat(start, end, flagBits)) return false;
				sink.onHeartbeat(s);
				return true;
			case submessageIds.acknack:
				if (!this.#acknack(start, end, flagBits)) return false;
				sink.onAckNack(s);
				return true;
			case submessageIds.gap:
				if (!this.#gap(start, end)) return false;
				sink.onGap(s);
				return true;
			case submessageIds.nackFrag:
				if (!this.#nackFrag(start, end)) return false;
				sink.onNackFrag(s);
				return true;
			case submessageIds.heartbeatFrag:
				if (!this.#heartbeatFrag(start, end)) return false;
				sink.onHeartbeatFrag(s);
				return true;
			default:
				return true;
		}
	}

	#endpoints(offset: number): void {
		this.#submessage.readerId = readU32(this.data, offset, false);
		this.#submessage.writerId = readU32(this.data, offset + 4, false);
	}

	#sequenceNumber(offset: number): boolean {
		const value = readSequenceNumber(this.data, offset, this.littleEndian);
		this.#submessage.sequenceNumber = value;
		return value > 0;
	}

	#data(start: number, end: number, flagBits: number): boolean {
		if (end - start < 20) return false;
		this.#endpoints(start + 4);
		if (!this.#sequenceNumber(start + 12)) return false;
		const behind = this.#inlineQos(start, end, flagBits, 20);
		if (behind < 0) return false;
		const s = this.#submessage;
		s.isKey = (flagBits & flags.dataKey) !== 0;
		const hasPayload = (flagBits & (flags.data | flags.dataKey)) !== 0;
		s.payloadStart = hasPayload ? behind : -1;
		s.payloadEnd = hasPayload ? end : -1;
		return true;
	}

	#dataFrag(start: number, end: number, flagBits: number): boolean {
		if (end - start < 32) return false;
		this.#endpoints(start + 4);
		if (!this.#sequenceNumber(start + 12)) return false;
		const s = this.#submessage;
		s.fragment = readU32(this.data, start + 20, this.littleEndian);
		s.fragmentCount = readU16(this.data, start + 24, this.littleEndian);
		s.fragmentSize = readU16(this.data, start + 26, this.littleEndian);
		s.sampleSize = readU32(this.data, start + 28, this.littleEndian);
		const behind = this.#inlineQos(start, end, flagBits, 32);
		if (behind < 0) return false;
		s.isKey = (flagBits & flags.fragKey) !== 0;
		s.payloadStart = behind;
		s.payloadEnd = end;
		if (s.fragment === 0 || s.fragmentCount === 0 || s.fragmentSize === 0) return false;
		const total = Math.ceil(s.sampleSize / s.fragmentSize);
		if (s.fragment + s.fragmentCount - 1 > total) return false;
		const first = (s.fragment - 1) * s.fragmentSize;
		const expected = Math.min(s.sampleSize - first, s.fragmentCount * s.fragmentSize);
		return end - behind >= expected;
	}

	/** Reads the inline QoS of DATA and DATA_FRAG; returns the offset behind it, or -1 when it is malformed. */
	#inlineQos(start: number, end: number, flagBits: number, fixed: number): number {
		const s = this.#submessage;
		s.status = 0;
		s.keyHash = -1;
		s.relatedGuid = -1;
		// Counted from behind this field, so that a later version may put more in between (9.4.5.3.2).
		const toInlineQos = readU16(this.data, start + 2, this.littleEndian);
		const inlineQos = start + 4 + toInlineQos;
		if (inlineQos < start + fixed || inlineQos > end) return -1;
		if ((flagBits & flags.inlineQos) === 0) return inlineQos;
		return visitParameters(this.data, inlineQos, end, this.littleEndian, this.#visit);
	}

	#inlineParameter(pid: number, offset: number, length: number): void {
		const s = this.#submessage;
		if (pid === pids.statusInfo && length >= 4) s.status = this.data[offset + 3]! & 3;
		else if (pid === pids.keyHash && length >= 16) s.keyHash = offset;
		else if ((pid === pids.relatedSampleIdentity || pid === pids.relatedSampleIdentityFast) && length >= 24) {
			s.relatedGuid = offset;
			s.relatedSequenceNumber = readSequenceNumber(this.data, offset + 16, this.littleEndian);
		}
	}

	#heartbeat(start: number, end: number, flagBits: number): boolean {
		if (end - start < 28) return false;
		const s = this.#submessage;
		this.#endpoints(start);
		const first = readSequenceNumber(this.data, start + 8, this.littleEndian);
		const last = readSequenceNumber(this.data, start + 16, this.littleEndian);
		// Some stacks announce an empty history as 0 to 0, others as n+1 to n (8.3.7.5.3).
		s.sequenceNumber = first === 0 && last === 0 ? 1 : first;
		s.last = last;
		s.count = readI32(this.data, start + 24, this.littleEndian);
		s.final = (flagBits & flags.final) !== 0;
		s.liveliness = (flagBits & flags.liveliness) !== 0;
		return s.sequenceNumber > 0 && last !== invalidSequenceNumber && last >= s.sequenceNumber - 1;
	}

	#acknack(start: number, end: number, flagBits: number): boolean {
		if (end - start < 24) return false;
		const s = this.#submessage;
		this.#endpoints(start);
		const behind = s.set.readSequenceNumbers(this.data, start + 8, end, this.littleEndian);
		if (behind < 0 || behind + 4 > end) return false;
		s.count = readI32(this.data, behind, this.littleEndian);
		s.final = (flagBits & flags.final) !== 0;
		return true;
	}

	#gap(start: number, end: number): boolean {
		if (end - start < 28) return false;
		const s = this.#submessage;
		this.#endpoints(start);
		if (!this.#sequenceNumber(start + 8)) return false;
		if (s.set.readSequenceNumbers(this.data, start + 16, end, this.littleEndian) < 0) return false;
		return s.set.base >= s.sequenceNumber;
	}

	#nackFrag(start: number, end: number): boolean {
		if (end - start < 28) return false;
		const s = this.#submessage;
		this.#endpoints(start);
		if (!this.#sequenceNumber(start + 8)) return false;
		const behind = s.set.readFragmentNumbers(this.data, start + 16, end, this.littleEndian);
		if (behind < 0 || behind + 4 > end) return false;
		s.count = readI32(this.data, behind, this.littleEndian);
		return true;
	}

	#heartbeatFrag(start: number, end: number): boolean {
		if (end - start < 24) return false;
		const s = this.#submessage;
		this.#endpoints(start);
		if (!this.#sequenceNumber(start + 8)) return false;
		s.fragment = readU32(this.data, start + 16, this.littleEndian);
		s.count = readI32(this.data, start + 20, this.littleEndian);
		return s.fragment > 0;
	}
}
