import { entityIds, PrefixTable } from './guid';
import { MessageParser, type MessageSink, type Submessage } from './parser';
import type { ReaderProxy } from './reader-proxy';
import type { RemoteParticipant } from './remote';
import type { WriterProxy } from './writer-proxy';

/** Told of announcements, which come from participants that are not known yet. */
export type AnnouncementHandler = (submessage: Submessage, data: Uint8Array) => void;

/**
 * Leads each submessage to the proxies that it concerns, by the GUIDs in it. What comes from participants or endpoints
 * that discovery has not found is dropped, so that no stranger makes memory be held.
 */
export class Receiver implements MessageSink {
	readonly participants = new PrefixTable<RemoteParticipant>();
	/** Proxies that have to answer once all of a datagram has been delivered. */
	readonly answers: WriterProxy[] = [];
	readonly parser: MessageParser;
	readonly #onAnnouncement: AnnouncementHandler;
	readonly #onError: (error: unknown) => void;
	#source: RemoteParticipant | undefined;

	constructor(prefix: Uint8Array, onAnnouncement: AnnouncementHandler, onError: (error: unknown) => void) {
		this.parser = new MessageParser(prefix);
		this.#onAnnouncement = onAnnouncement;
		this.#onError = onError;
	}

	/** Takes one datagram. Never throws. */
	receive(data: Uint8Array): void {
		try {
			this.parser.parse(data, this);
		} catch (error) {
			this.#onError(error);
		}
		// Answers go out after the callbacks have run, so that what they write is not held up by bookkeeping.
		for (let i = 0; i < this.answers.length; i++) {
			try {
				this.answers[i]!.answer();
			} catch (error) {
				this.#onError(error);
			}
		}
		this.answers.length = 0;
	}

	onSource(data: Uint8Array, prefixOffset: number): boolean {
		this.#source = this.participants.find(data, prefixOffset);
		if (this.#source !== undefined) this.#source.heard = true;
		return true;
	}

	onData(submessage: Submessage): void {
		if (submessage.writerId === entityIds.spdpWriter) {
			this.#onAnnouncement(submessage, this.parser.data);
			return;
		}
		const proxies = this.#writerProxies(submessage);
		if (proxies === undefined) return;
		for (let i = 0; i < proxies.length; i++) {
			const proxy = proxies[i]!;
			if (concerns(proxy, submessage)) proxy.onData(submessage, this.parser);
		}
	}

	onDataFrag(submessage: Submessage): void {
		const proxies = this.#writerProxies(submessage);
		if (proxies === undefined) return;
		for (let i = 0; i < proxies.length; i++) {
			const proxy = proxies[i]!;
			if (concerns(proxy, submessage)) proxy.onDataFrag(submessage, this.parser);
		}
	}

	onHeartbeat(submessage: Submessage): void {
		const proxies = this.#writerProxies(submessage);
		if (proxies === undefined) return;
		for (let i = 0; i < proxies.length; i++) {
			const proxy = proxies[i]!;
			if (concerns(proxy, submessage)) proxy.onHeartbeat(submessage);
		}
	}

	onHeartbeatFrag(submessage: Submessage): void {
		for (const proxy of this.#writerProxies(submessage) ?? []) {
			if (concerns(proxy, submessage)) proxy.onHeartbeatFrag(submessage);
		}
	}

	onGap(submessage: Submessage): void {
		for (const proxy of this.#writerProxies(submessage) ?? []) {
			if (concerns(proxy, submessage)) proxy.onGap(submessage);
		}
	}

	onAckNack(submessage: Submessage): void {
		this.#readerProxy(submessage)?.writer.onAckNack(this.#readerProxy(submessage)!, submessage);
	}

	onNackFrag(submessage: Submessage): void {
		this.#readerProxy(submessage)?.writer.onNackFrag(this.#readerProxy(submessage)!, submessage);
	}

	#writerProxies(submessage: Submessage): readonly WriterProxy[] | undefined {
		return this.#source?.writers.get(submessage.writerId)?.proxies;
	}

	#readerProxy(submessage: Submessage): ReaderProxy | undefined {
		const proxies = this.#source?.readers.get(submessage.readerId)?.proxies;
		return proxies?.find(({ writer }) => writer.entityId === submessage.writerId);
	}
}

function concerns(proxy: WriterProxy, { readerId }: Submessage): boolean {
	return readerId === entityIds.unknown || readerId === proxy.reader.entityId;
}
