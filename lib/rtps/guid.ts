import { readU32, writeU32BE } from './bytes';

/** Bytes of the prefix that all endpoints of one participant share (DDSI-RTPS 2.5, 8.2.4.1). */
export const prefixLength = 12;

/** Ids of the entities that every participant has (DDSI-RTPS 2.5, table 9.1), as big-endian numbers. */
export const entityIds = {
	unknown: 0x00000000,
	participant: 0x000001c1,
	spdpWriter: 0x000100c2,
	spdpReader: 0x000100c7,
	publicationsWriter: 0x000003c2,
	publicationsReader: 0x000003c7,
	subscriptionsWriter: 0x000004c2,
	subscriptionsReader: 0x000004c7,
	participantMessageWriter: 0x000200c2,
	participantMessageReader: 0x000200c7,
} as const;

/** Last octet of an entity id of the user's: writer or reader of a topic without a key. */
export const entityKinds = { writerNoKey: 0x03, readerNoKey: 0x04 } as const;

/** The 16 bytes of a GUID: prefix of the participant, then the entity id. */
export function makeGuid(prefix: Uint8Array, entityId: number): Uint8Array {
	const guid = new Uint8Array(16);
	guid.set(prefix.subarray(0, prefixLength));
	writeU32BE(guid, prefixLength, entityId);
	return guid;
}

/** The entity id, the last 4 bytes of a GUID. */
export function entityIdOf(guid: Uint8Array): number {
	return readU32(guid, prefixLength, false);
}

export function guidToString(guid: Uint8Array): string {
	let text = '';
	for (let i = 0; i < guid.length; i++) {
		if (i > 0 && i % 4 === 0) text += '.';
		text += guid[i]!.toString(16).padStart(2, '0');
	}
	return text;
}

export function sameBytes(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number, length: number): boolean {
	for (let i = 0; i < length; i++) {
		if (a[aOffset + i] !== b[bOffset + i]) return false;
	}
	return true;
}

function hashPrefix(bytes: Uint8Array, offset: number): number {
	const a = readU32(bytes, offset, true);
	const b = readU32(bytes, offset + 4, true);
	const c = readU32(bytes, offset + 8, true);
	return (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35)) >>> 0;
}

/**
 * Values by GUID prefix, looked up straight from the bytes of a datagram: no string key is made for a packet. The last
 * value found is remembered, since packets of one sender come in a row.
 */
export class PrefixTable<T extends { readonly prefix: Uint8Array }> {
	readonly #buckets = new Map<number, T[]>();
	#last: T | undefined;
	#size = 0;

	get size(): number {
		return this.#size;
	}

	find(bytes: Uint8Array, offset: number): T | undefined {
		const last = this.#last;
		if (last !== undefined && sameBytes(last.prefix, 0, bytes, offset, prefixLength)) return last;
		const bucket = this.#buckets.get(hashPrefix(bytes, offset));
		if (bucket === undefined) return undefined;
		for (const value of bucket) {
			if (sameBytes(value.prefix, 0, bytes, offset, prefixLength)) {
				this.#last = value;
				return value;
			}
		}
		return undefined;
	}

	add(value: T): void {
		const hash = hashPrefix(value.prefix, 0);
		const bucket = this.#buckets.get(hash);
		if (bucket === undefined) this.#buckets.set(hash, [value]);
		else bucket.push(value);
		this.#size++;
	}

	delete(value: T): void {
		const hash = hashPrefix(value.prefix, 0);
		const bucket = this.#buckets.get(hash);
		const index = bucket === undefined ? -1 : bucket.indexOf(value);
		if (bucket === undefined || index < 0) return;
		bucket.splice(index, 1);
		if (bucket.length === 0) this.#buckets.delete(hash);
		if (this.#last === value) this.#last = undefined;
		this.#size--;
	}

	*values(): IterableIterator<T> {
		for (const bucket of this.#buckets.values()) yield* bucket;
	}
}
