import type { EndpointInfo } from './remote';

/** The sample that another answers: a reply names its request so (DDS-RPC 1.0, 7.5.1). */
export interface SampleIdentity {
	/** GUID of the writer, 16 bytes. */
	readonly guid: Uint8Array;
	/** From 1; -1 for unknown. */
	readonly sequenceNumber: number;
}

/** What is known of a sample beside its payload. */
export class SampleInfo {
	constructor(
		/** Alive for data; the others are about an instance and only discovery sees them. */
		readonly kind: 'alive' | 'disposed' | 'unregistered',
		readonly writer: EndpointInfo,
		/** Of this sample at its writer, from 1. */
		readonly sequenceNumber: number,
		readonly relatedSampleIdentity: SampleIdentity | undefined,
		/** Source timestamp: seconds since the Unix epoch, 0 when the writer gave none. */
		readonly sourceSeconds: number,
		/** Source timestamp: in units of 2^-32 s. */
		readonly sourceFraction: number,
		/** Hash of the key of the instance, 16 bytes; only where `kind` is not alive. */
		readonly keyHash?: Uint8Array,
	) {}

	/** GUID of the writer, 16 bytes. */
	get writerGuid(): Uint8Array {
		return this.writer.guid;
	}

	/** Source timestamp, nanoseconds since the Unix epoch; 0n when the writer gave none. */
	get sourceTimestamp(): bigint {
		const nanoseconds = Math.round((this.sourceFraction / 0x1_0000_0000) * 1e9);
		return BigInt(this.sourceSeconds) * 1_000_000_000n + BigInt(nanoseconds);
	}
}
