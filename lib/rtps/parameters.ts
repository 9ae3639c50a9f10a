import { align4, readU16, readU32, writeU16, writeU32, writeU32BE } from './bytes';
import { type Locator, locatorLength, writeLocator } from './locator';

/** Parameter ids (DDSI-RTPS 2.5, tables 9.14 to 9.19). */
export const pids = {
	pad: 0x0000,
	sentinel: 0x0001,
	leaseDuration: 0x0002,
	topicName: 0x0005,
	typeName: 0x0007,
	domainId: 0x000f,
	protocolVersion: 0x0015,
	vendorId: 0x0016,
	reliability: 0x001a,
	liveliness: 0x001b,
	durability: 0x001d,
	ownership: 0x001f,
	presentation: 0x0021,
	deadline: 0x0023,
	destinationOrder: 0x0025,
	latencyBudget: 0x0027,
	partition: 0x0029,
	lifespan: 0x002b,
	userData: 0x002c,
	unicastLocator: 0x002f,
	defaultUnicastLocator: 0x0031,
	metatrafficUnicastLocator: 0x0032,
	metatrafficMulticastLocator: 0x0033,
	history: 0x0040,
	participantGuid: 0x0050,
	builtinEndpointSet: 0x0058,
	endpointGuid: 0x005a,
	entityName: 0x0062,
	keyHash: 0x0070,
	statusInfo: 0x0071,
	dataRepresentation: 0x0073,
	relatedSampleIdentity: 0x0083,
	/** The number that Fast DDS before 2.13 knows the related sample identity by. */
	relatedSampleIdentityFast: 0x800f,
	domainTag: 0x4014,
} as const;

/** Parameters with this bit may not be skipped by a reader that does not know them (DDSI-RTPS 2.5, 9.6.2.2.1). */
export const mustUnderstand = 0x4000;

/** Encapsulation of a parameter list, little-endian: representation PL_CDR_LE, no options (DDSI-RTPS 2.5, 10.5). */
export const parameterListEncapsulation = Uint8Array.of(0x00, 0x03, 0x00, 0x00);

/**
 * Visits each parameter of a list up to its sentinel.
 * @param visit is given the id, the offset of the value and its length, which lies within `end`
 * @returns the offset behind the sentinel, or -1 when the list is cut short
 */
export function visitParameters(
	bytes: Uint8Array,
	start: number,
	end: number,
	littleEndian: boolean,
	visit: (pid: number, offset: number, length: number) => void,
): number {
	let offset = start;
	while (offset + 4 <= end) {
		const pid = readU16(bytes, offset, littleEndian);
		const length = readU16(bytes, offset + 2, littleEndian);
		offset += 4;
		if (pid === pids.sentinel) return offset;
		if (offset + length > end) return -1;
		if (pid !== pids.pad) visit(pid, offset, length);
		offset += align4(length);
	}
	return -1;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A CDR string (length with the closing NUL, then the text), or undefined when it is malformed. */
export function readString(bytes: Uint8Array, offset: number, length: number, littleEndian: boolean) {
	if (length < 4) return undefined;
	let size = readU32(bytes, offset, littleEndian);
	if (size > length - 4) return undefined;
	if (size > 0 && bytes[offset + 4 + size - 1] === 0) size--;
	return decoder.decode(bytes.subarray(offset + 4, offset + 4 + size));
}

/** A copy of a CDR sequence of octets, or undefined when it is malformed. */
export function readOctets(bytes: Uint8Array, offset: number, length: number, littleEndian: boolean) {
	if (length < 4) return undefined;
	const size = readU32(bytes, offset, littleEndian);
	return size > length - 4 ? undefined : bytes.slice(offset + 4, offset + 4 + size);
}

/** Milliseconds of a Duration_t in a parameter; Infinity for the infinite one. */
export function readDuration(bytes: Uint8Array, offset: number, littleEndian: boolean): number {
	const seconds = readU32(bytes, offset, littleEndian) | 0;
	const fraction = readU32(bytes, offset + 4, littleEndian);
	if (seconds === 0x7fffffff || seconds < 0) return Number.POSITIVE_INFINITY;
	// To the nanosecond that it was before it became a fraction of 2^-32 s, so that 0.1 s offered satisfies 0.1 s asked.
	return seconds * 1000 + Math.round((fraction / 0x1_0000_0000) * 1e9) / 1e6;
}

/** Builds a parameter list, little-endian. Discovery only: it grows as it needs. */
export class ParameterList {
	#bytes = new Uint8Array(512);
	#length = 0;

	#begin(pid: number, length: number): number {
		const padded = align4(length);
		if (padded > 0xfffc) {
			throw new RangeError(`Expected a discovery parameter to be at most 65532 bytes, got ${length}`);
		}
		const offset = this.#length;
		this.#length += 4 + padded;
		if (this.#length > this.#bytes.length) {
			const larger = new Uint8Array(this.#length * 2);
			larger.set(this.#bytes);
			this.#bytes = larger;
		}
		writeU16(this.#bytes, offset, pid);
		writeU16(this.#bytes, offset + 2, padded);
		return offset + 4;
	}

	/** 32-bit words in a row. */
	words(pid: number, ...values: number[]): this {
		const offset = this.#begin(pid, values.length * 4);
		for (const [i, value] of values.entries()) writeU32(this.#bytes, offset + 4 * i, value);
		return this;
	}

	/** Bytes as they are. */
	raw(pid: number, value: Uint8Array): this {
		const offset = this.#begin(pid, value.length);
		this.#bytes.set(value, offset);
		return this;
	}

	/** A CDR sequence of octets. */
	octets(pid: number, value: Uint8Array): this {
		const offset = this.#begin(pid, 4 + value.length);
		writeU32(this.#bytes, offset, value.length);
		this.#bytes.set(value, offset + 4);
		return this;
	}

	string(pid: number, value: string): this {
		const text = encoder.encode(value);
		const offset = this.#begin(pid, 4 + text.length + 1);
		writeU32(this.#bytes, offset, text.length + 1);
		this.#bytes.set(text, offset + 4);
		return this;
	}

	/** A duration in milliseconds, Infinity for the infinite one; further words may follow in the same parameter. */
	duration(pid: number, milliseconds: number, ...before: number[]): this {
		const offset = this.#begin(pid, 4 * before.length + 8);
		for (const [i, value] of before.entries()) writeU32(this.#bytes, offset + 4 * i, value);
		const finite = milliseconds < 0x7fffffff * 1000;
		const seconds = finite ? Math.floor(milliseconds / 1000) : 0x7fffffff;
		const rounded = Math.round(((milliseconds % 1000) / 1000) * 0x1_0000_0000);
		const fraction = finite ? Math.min(rounded, 0xffffffff) : 0xffffffff;
		writeU32(this.#bytes, offset + 4 * before.length, seconds);
		writeU32(this.#bytes, offset + 4 * before.length + 4, fraction);
		return this;
	}

	locator(pid: number, locator: Locator): this {
		const offset = this.#begin(pid, locatorLength);
		writeLocator(this.#bytes, offset, locator);
		return this;
	}

	/** StatusInfo_t: disposed 1, unregistered 2 (DDSI-RTPS 2.5, 9.6.4.9). Big-endian always. */
	status(flags: number): this {
		const offset = this.#begin(pids.statusInfo, 4);
		writeU32BE(this.#bytes, offset, flags);
		return this;
	}

	/** The list closed by its sentinel, as a copy; with its encapsulation header in front when it is a payload. */
	finish(encapsulated: boolean): Uint8Array {
		this.#begin(pids.sentinel, 0);
		const list = this.#bytes.subarray(0, this.#length);
		if (!encapsulated) return list.slice();
		const payload = new Uint8Array(4 + list.length);
		payload.set(parameterListEncapsulation);
		payload.set(list, 4);
		return payload;
	}
}
