import type { Locator } from './locator';
import type { Qos } from './qos';
import type { ReaderProxy } from './reader-proxy';
import type { WriterProxy } from './writer-proxy';

/** What discovery tells of a remote participant. */
export interface ParticipantInfo {
	/** 16 bytes. */
	readonly guid: Uint8Array;
	/** The two bytes of its vendor as a big-endian number, such as 0x010f for Fast DDS. */
	readonly vendor: number;
	readonly name: string;
	/** USER_DATA, as it came. */
	readonly userData: Uint8Array;
}

/** What discovery tells of a remote endpoint. */
export interface EndpointInfo {
	readonly kind: 'writer' | 'reader';
	/** 16 bytes. */
	readonly guid: Uint8Array;
	readonly topic: string;
	readonly typeName: string;
	readonly qos: Qos;
	/** USER_DATA, as it came. */
	readonly userData: Uint8Array;
	readonly participant: ParticipantInfo;
}

/** A remote writer and the local readers that it matches. */
export class RemoteWriter {
	readonly proxies: WriterProxy[] = [];

	constructor(
		readonly participant: RemoteParticipant,
		public info: EndpointInfo,
		/** Its own locators; those of its participant hold when there are none. */
		public locators: readonly Locator[],
		/** Where its acknowledgements go: chosen from the locators. */
		public destinations: readonly Locator[],
	) {}
}

/** A remote reader and the local writers that it matches. */
export class RemoteReader {
	readonly proxies: ReaderProxy[] = [];

	constructor(
		readonly participant: RemoteParticipant,
		public info: EndpointInfo,
		/** Its own locators; those of its participant hold when there are none. */
		public locators: readonly Locator[],
		/** Where its data go: chosen from the locators. */
		public destinations: readonly Locator[],
	) {}
}

/** A remote participant as it was announced, with its endpoints by entity id. */
export class RemoteParticipant {
	readonly writers = new Map<number, RemoteWriter>();
	readonly readers = new Map<number, RemoteReader>();
	/** Set by each message that comes from it, and taken back by each check of the leases. */
	heard = true;
	lastHeard = 0;

	constructor(
		readonly prefix: Uint8Array,
		public info: ParticipantInfo,
		/** ms */
		public lease: number,
		/** Where discovery reaches it. */
		public metatraffic: readonly Locator[],
		/** Where the endpoints without locators of their own are. */
		public defaults: readonly Locator[],
		/** Whether it hears what is announced to the group. */
		public hearsMulticast: boolean,
	) {}
}
