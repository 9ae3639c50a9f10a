import { align4, writeSequenceNumber, writeU16, writeU32, writeU32BE } from './bytes';
import { prefixLength } from './guid';
import type { NumberSet } from './number-set';

/** Submessage ids (DDSI-RTPS 2.5, 9.4.5.1.1). */
export const submessageIds = {
	pad: 0x01,
	acknack: 0x06,
	heartbeat: 0x07,
	gap: 0x08,
	infoTimestamp: 0x09,
	infoSource: 0x0c,
	infoDestination: 0x0e,
	nackFrag: 0x12,
	heartbeatFrag: 0x13,
	data: 0x15,
	dataFrag: 0x16,
} as const;

/** Bit of the flags octet by submessage. */
export const flags = {
	littleEndian: 0x01,
	/** DATA, DATA_FRAG: inline QoS follows. */
	inlineQos: 0x02,
	/** DATA: a payload follows. */
	data: 0x04,
	/** DATA: what follows is a serialized key. */
	dataKey: 0x08,
	/** DATA_FRAG: what follows is a serialized key. */
	fragKey: 0x04,
	/** HEARTBEAT, ACKNACK: no answer is required. */
	final: 0x02,
	/** HEARTBEAT: asserts the liveliness of the writer. */
	liveliness: 0x04,
	/** INFO_TS: the timestamp ceases to hold. */
	invalidate: 0x02,
} as const;

export const headerLength = 20;

/**
 * Ours is no vendor that the OMG has given a number to, so this is its VENDORID_UNKNOWN: other stacks then apply no
 * rule of a vendor's to us (DDSI-RTPS 2.5, 8.3.3.1.3).
 */
export const vendorId = Uint8Array.of(0, 0);

/** eProsima Fast DDS. */
export const vendorFast = 0x010f;
/** Eclipse Cyclone DDS. */
export const vendorCyclone = 0x0110;

/** The version of the protocol that is announced. */
export const protocolVersion = Uint8Array.of(2, 3);

/** Longest datagram of UDP over IPv4. */
export const maxDatagram = 65507;

/**
 * Writes RTPS messages into one buffer that is used again for each. Every submessage is padded to 4 bytes: Cyclone DDS
 * drops a message in which one is not (DDSI-RTPS 2.5, 9.4.1). The caller keeps within {@link maxDatagram}.
 */
export class MessageBuilder {
	#bytes: Uint8Array;
	#length = headerLength;

	constructor(prefix: Uint8Array) {
		this.#bytes = new Uint8Array(new ArrayBuffer(maxDatagram + 5));
		this.#bytes.set([0x52, 0x54, 0x50, 0x53]);
		this.#bytes.set(protocolVersion, 4);
		this.#bytes.set(vendorId, 6);
		this.#bytes.set(prefix.subarray(0, prefixLength), 8);
	}

	get length(): number {
		return this.#length;
	}

	/** True when nothing but the header has been written. */
	get isEmpty(): boolean {
		return this.#length === headerLength;
	}

	/** Begins the next message. */
	reset(): this {
		this.#length = headerLength;
		return this;
	}

	/** What has been written from `start` on. It is written over by the next message. */
	view(start = 0): Uint8Array {
		return this.#bytes.subarray(start, this.#length);
	}

	/** To be called when a socket holds on to the bytes: they are left to it, and writing goes on in fresh ones. */
	abandon(): void {
		this.#bytes = this.#bytes.slice();
	}

	#begin(id: number, flagBits: number, length: number): number {
		const offset = this.#length;
		this.#bytes[offset] = id;
		this.#bytes[offset + 1] = flagBits | flags.littleEndian;
		writeU16(this.#bytes, offset + 2, length);
		this.#length += 4 + length;
		return offset + 4;
	}

	infoDestination(prefix: Uint8Array): this {
		this.#bytes.set(prefix, this.#begin(submessageIds.infoDestination, 0, prefixLength));
		return this;
	}

	/** @param fraction of a second, in units of 2^-32 s */
	infoTimestamp(seconds: number, fraction: number): this {
		const offset = this.#begin(submessageIds.infoTimestamp, 0, 8);
		writeU32(this.#bytes, offset, seconds);
		writeU32(this.#bytes, offset + 4, fraction);
		return this;
	}

	#endpoints(offset: number, readerId: number, writerId: number): void {
		writeU32BE(this.#bytes, offset, readerId);
		writeU32BE(this.#bytes, offset + 4, writerId);
	}

	/**
	 * DATA up to where its payload begins.
	 * @param payloadLength bytes that the caller appends or sends behind, and pads to 4; -1 when there is none
	 * @param isKey the payload is a serialized key
	 */
	data(
		readerId: number,
		writerId: number,
		sequenceNumber: number,
		inlineQos: Uint8Array | undefined,
		payloadLength: number,
		isKey = false,
	): this {
		const qosLength = inlineQos?.length ?? 0;
		const payloadFlag = payloadLength < 0 ? 0 : isKey ? flags.dataKey : flags.data;
		const start = this.#length;
		const length = 20 + qosLength + (payloadLength < 0 ? 0 : align4(payloadLength));
		const flagBits = payloadFlag | (inlineQos === undefined ? 0 : flags.inlineQos);
		const offset = this.#begin(submessageIds.data, flagBits, length);
		writeU16(this.#bytes, offset, 0);
		writeU16(this.#bytes, offset + 2, 16);
		this.#endpoints(offset + 4, readerId, writerId);
		writeSequenceNumber(this.#bytes, offset + 12, sequenceNumber);
		this.#length = start + 24;
		return inlineQos === undefined ? this : this.append(inlineQos);
	}

	/** DATA_FRAG with one fragment, up to where its bytes begin. Fragments count from 1. */
	dataFrag(
		readerId: number,
		writerId: number,
		sequenceNumber: number,
		inlineQos: Uint8Array | undefined,
		fragment: number,
		fragmentSize: number,
		sampleSize: number,
		payloadLength: number,
	): this {
		const start = this.#length;
		const length = 32 + (inlineQos?.length ?? 0) + align4(payloadLength);
		const offset = this.#begin(submessageIds.dataFrag, inlineQos === undefined ? 0 : flags.inlineQos, length);
		writeU16(this.#bytes, offset, 0);
		writeU16(this.#bytes, offset + 2, 28);
		this.#endpoints(offset + 4, readerId, writerId);
		writeSequenceNumber(this.#bytes, offset + 12, sequenceNumber);
		writeU32(this.#bytes, offset + 20, fragment);
		writeU16(this.#bytes, offset + 24, 1);
		writeU16(this.#bytes, offset + 26, fragmentSize);
		writeU32(this.#bytes, offset + 28, sampleSize);
		this.#length = start + 36;
		return inlineQos === undefined ? this : this.append(inlineQos);
	}

	/** Bytes as they are, padded to 4. */
	append(bytes: Uint8Array): this {
		this.#bytes.set(bytes, this.#length);
		this.#length += bytes.length;
		return this.pad(bytes.length);
	}

	/** The zeros that bring `length` bytes to a multiple of 4. */
	pad(length: number): this {
		for (let i = align4(length) - length; i > 0; i--) this.#bytes[this.#length++] = 0;
		return this;
	}

	heartbeat(
		readerId: number,
		writerId: number,
		first: number,
		last: number,
		count: number,
		final: boolean,
		liveliness = false,
	): this {
		const flagBits = (final ? flags.final : 0) | (liveliness ? flags.liveliness : 0);
		const offset = this.#begin(submessageIds.heartbeat, flagBits, 28);
		this.#endpoints(offset, readerId, writerId);
		writeSequenceNumber(this.#bytes, offset + 8, first);
		writeSequenceNumber(this.#bytes, offset + 16, last);
		writeU32(this.#bytes, offset + 24, count);
		return this;
	}

	heartbeatFrag(readerId: number, writerId: number, sequenceNumber: number, lastFragment: number, count: number): this {
		const offset = this.#begin(submessageIds.heartbeatFrag, 0, 24);
		this.#endpoints(offset, readerId, writerId);
		writeSequenceNumber(this.#bytes, offset + 8, sequenceNumber);
		writeU32(this.#bytes, offset + 16, lastFragment);
		writeU32(this.#bytes, offset + 20, count);
		return this;
	}

	acknack(readerId: number, writerId: number, missing: NumberSet, count: number, final: boolean): this {
		const length = 8 + 12 + 4 * ((missing.bits + 31) >>> 5) + 4;
		const offset = this.#begin(submessageIds.acknack, final ? flags.final : 0, length);
		this.#endpoints(offset, readerId, writerId);
		writeU32(this.#bytes, missing.writeSequenceNumbers(this.#bytes, offset + 8), count);
		return this;
	}

	nackFrag(readerId: number, writerId: number, sequenceNumber: number, missing: NumberSet, count: number): this {
		const length = 16 + 8 + 4 * ((missing.bits + 31) >>> 5) + 4;
		const offset = this.#begin(submessageIds.nackFrag, 0, length);
		this.#endpoints(offset, readerId, writerId);
		writeSequenceNumber(this.#bytes, offset + 8, sequenceNumber);
		writeU32(this.#bytes, missing.writeFragmentNumbers(this.#bytes, offset + 16), count);
		return this;
	}

	/** GAP: what lies from `start` up to the base of `further`, and what is in `further`, is of no relevance. */
	gap(readerId: number, writerId: number, start: number, further: NumberSet): this {
		const length = 16 + 12 + 4 * ((further.bits + 31) >>> 5);
		const offset = this.#begin(submessageIds.gap, 0, length);
		this.#endpoints(offset, readerId, writerId);
		writeSequenceNumber(this.#bytes, offset + 8, start);
		further.writeSequenceNumbers(this.#bytes, offset + 16);
		return this;
	}
}
