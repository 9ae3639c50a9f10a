import type { DataReader, DataWriter, EndpointInfo, SampleInfo, WriteOptions } from '../../rtps';
import type { Timers } from '../clock';
import { isMessage } from '../services/message';
import {
	addHeader,
	createEndId,
	endIdOf,
	endpointOptions,
	mannerOfSample,
	type ServiceEnd,
	sameGuid,
	splitHeader,
} from './service-wire';
import type { WireContext } from './wire';

/** How long an answer waits for the reader of its client to be discovered, ms; and how many may wait. */
const patience = 1000;
const mostWaiting = 100;

/** An answer, and which reader it is for. */
interface Answer {
	readonly payload: Uint8Array;
	readonly options: WriteOptions;
	/** Whether this is the reader; undefined when the request did not tell, so that all have to get it. */
	readonly isFor: ((reader: EndpointInfo) => boolean) | undefined;
}

/**
 * The endpoints of a server on the network: one that reads requests, one that writes responses. Each request is
 * answered in its own manner, and the answer goes to the reader of its client only: a client of rmw_fastrtps that got
 * one in the manner of rmw_cyclonedds, which is 16 bytes longer, would refuse it as larger than its type, go on asking
 * for it, and so miss its own.
 */
export class ServerWire {
	readonly #reader: DataReader;
	readonly #writer: DataWriter;
	readonly #timers: Timers;
	readonly #onRequest: (request: Uint8Array, reply: (response: Uint8Array) => void) => void;
	/** Answers that came before the reader of their client, each with the timer that ends the wait. */
	readonly #waiting = new Map<Answer, unknown>();
	#closed = false;

	/**
	 * @param onChange the clients have changed; not called before the constructor has returned
	 * @param onRequest `reply` is to be called once at most
	 */
	constructor(
		end: ServiceEnd,
		context: WireContext,
		timers: Timers,
		onChange: () => void,
		onRequest: (request: Uint8Array, reply: (response: Uint8Array) => void) => void,
	) {
		this.#timers = timers;
		this.#onRequest = onRequest;
		let isReady = false;
		const update = () => {
			if (!isReady) return;
			this.#sendWaiting();
			onChange();
		};
		const id = `serviceid=${createEndId()};`;
		const { participant } = context;
		// The writer first: clients take a server for available when they have both, and then ask at once.
		this.#writer = participant.createWriter({
			...endpointOptions(end, 'Response', 'client', id, context, update),
			onListening: () => this.#sendWaiting(),
		});
		this.#reader = participant.createReader({
			...endpointOptions(end, 'Request', 'client', id, context, update),
			onSample: (payload, info) => this.#onSample(payload, info),
		});
		isReady = true;
	}

	/** 16 bytes each. */
	get guids() {
		return { reader: this.#reader.guid, writer: this.#writer.guid };
	}

	/** Clients that fit. */
	get matched(): number {
		return this.#reader.matched;
	}

	close(): void {
		this.#closed = true;
		for (const timer of this.#waiting.values()) this.#timers.clearTimeout(timer);
		this.#waiting.clear();
		this.#reader.close();
		this.#writer.close();
	}

	#onSample(payload: Uint8Array, info: SampleInfo): void {
		const related = info.relatedSampleIdentity;
		if (mannerOfSample(info.writer, related !== undefined) === 'fastrtps') {
			if (!isMessage(payload)) return;
			// The related identity of a request is the reader of the answer; without one, the request names itself.
			const isNamed = related?.guid.some((byte) => byte !== 0) === true;
			const guid = isNamed ? related.guid : info.writerGuid;
			const options = { relatedSampleIdentity: { guid, sequenceNumber: info.sequenceNumber } };
			const isFor = isReader(guid) ? (reader: EndpointInfo) => sameGuid(reader.guid, guid) : undefined;
			this.#onRequest(payload, (response) => this.#reply({ payload: response, options, isFor }));
			return;
		}
		const parts = splitHeader(payload);
		if (parts === undefined) return;
		const { message, client, number } = parts;
		const id = endIdOf(info.writer, 'clientid');
		const isFor = id === undefined ? undefined : (reader: EndpointInfo) => endIdOf(reader, 'clientid') === id;
		this.#onRequest(message, (response) =>
			this.#reply({ payload: addHeader(response, client, number), options: {}, isFor }),
		);
	}

	/**
	 * Sends an answer once its client can hear it: the writer of a request may be discovered before the reader of its
	 * answer, on either side, and what is written before that is lost.
	 */
	#reply(answer: Answer): void {
		if (this.#closed || this.#sendTo(this.#writer.listeningEndpoints(), answer)) return;
		// A client that is gone never gets a reader, so an answer waits for a limited time, and a limited number does.
		if (this.#waiting.size >= mostWaiting) return;
		const timer = this.#timers.setTimeout(() => {
			this.#waiting.delete(answer);
			// A reader that does not tell whether it hears us is given the chance.
			this.#sendTo(this.#writer.matchedEndpoints(), answer);
		}, patience);
		this.#waiting.set(answer, timer);
	}

	#sendWaiting(): void {
		if (this.#waiting.size === 0) return;
		const readers = this.#writer.listeningEndpoints();
		for (const [answer, timer] of this.#waiting) {
			if (!this.#sendTo(readers, answer)) continue;
			this.#timers.clearTimeout(timer);
			this.#waiting.delete(answer);
		}
	}

	/** False when the reader that the answer is for is not among `readers`. */
	#sendTo(readers: readonly EndpointInfo[], { payload, options, isFor }: Answer): boolean {
		if (isFor === undefined) {
			this.#writer.write(payload, options);
			return true;
		}
		const reader = readers.find(isFor);
		if (reader === undefined) return false;
		this.#writer.write(payload, { ...options, reader: reader.guid });
		return true;
	}
}

/** Kinds of entities with this bit are readers (DDSI-RTPS 2.5, 9.3.1.2). */
const readerBit = 0x04;

function isReader(guid: Uint8Array): boolean {
	return ((guid[15] ?? 0) & readerBit) !== 0;
}
