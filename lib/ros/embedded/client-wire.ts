import { randomBytes } from 'node:crypto';
import { BriefError } from '../../check';
import { type DataReader, type DataWriter, guidToString, type SampleInfo } from '../../rtps';
import type { Timers } from '../clock';
import { isMessage } from '../services/message';
import {
	addHeader,
	createEndId,
	endIdOf,
	endpointOptions,
	type Manner,
	mannerOfSample,
	mannerOfVendor,
	type ServiceEnd,
	sameGuid,
	splitHeader,
} from './service-wire';
import type { WireContext } from './wire';

/**
 * How long a server is waited for to show that it knows this client, ms. One that has not by then is asked all the
 * same, since the protocol does not oblige it to.
 */
const patience = 500;

/** A sequence number that is not known, as the request of rmw_fastrtps has it beside its reader's GUID. */
const unknownSequenceNumber = -1;

/** The endpoints of a client on the network: one that writes requests, one that reads responses. */
export class ClientWire {
	readonly #end: ServiceEnd;
	readonly #preferred: Manner;
	readonly #writer: DataWriter;
	readonly #reader: DataReader;
	/** What the header of rmw_cyclonedds_cpp knows this client by. */
	readonly #client = randomBytes(8).readBigUInt64LE();
	readonly #onResponse: (sequenceNumber: number, response: Uint8Array) => void;
	readonly #timers: Timers;
	readonly #update: () => void;
	/** Servers that have not shown that they know this client, with the timer of the wait; without one once it is over. */
	readonly #silent = new Map<string, unknown>();
	/** Sequence number of the last request. */
	#last = 0;

	/**
	 * The servers that fit now and hear this client, by the GUIDs of their request readers. A change makes another set,
	 * so that a call can keep the servers that it was sent to.
	 */
	servers: ReadonlySet<string> = new Set();

	/**
	 * @param preferred how to write to servers whose vendor leaves it open
	 * @param onChange the servers have changed; not called before the constructor has returned
	 * @param onResponse an answer to a request of this client, by what send() returned; any number, expected or not
	 */
	constructor(
		end: ServiceEnd,
		context: WireContext,
		preferred: Manner,
		timers: Timers,
		onChange: () => void,
		onResponse: (sequenceNumber: number, response: Uint8Array) => void,
	) {
		this.#end = end;
		this.#onResponse = onResponse;
		this.#preferred = preferred;
		this.#timers = timers;
		let isReady = false;
		const update = () => {
			if (!isReady) return;
			this.#findServers();
			onChange();
		};
		this.#update = update;
		const id = `clientid=${createEndId()};`;
		const { participant } = context;
		this.#writer = participant.createWriter({
			...endpointOptions(end, 'Request', 'server', id, context, update),
			onListening: update,
		});
		this.#reader = participant.createReader({
			...endpointOptions(end, 'Response', 'server', id, context, update),
			onSample: (payload, info) => this.#onReply(payload, info),
		});
		isReady = true;
		this.#findServers();
	}

	/** 16 bytes each. */
	get guids() {
		return { reader: this.#reader.guid, writer: this.#writer.guid };
	}

	/**
	 * Sends a request to the servers that fit now.
	 * @returns its sequence number, from 1, by which answers name it
	 * @throws BriefError when the servers would not all understand it
	 */
	send(request: Uint8Array): number {
		if (this.#manner() === 'fastrtps') {
			const relatedSampleIdentity = { guid: this.#reader.guid, sequenceNumber: unknownSequenceNumber };
			this.#last = this.#writer.write(request, { relatedSampleIdentity });
		} else {
			this.#last = this.#writer.write(addHeader(request, this.#client, BigInt(this.#last + 1)));
		}
		return this.#last;
	}

	close(): void {
		for (const timer of this.#silent.values()) this.#timers.clearTimeout(timer);
		this.#silent.clear();
		this.#writer.close();
		this.#reader.close();
	}

	/**
	 * The manner that every reader of the request understands. One that took it for the other manner would read other
	 * values than were sent, and act on them.
	 */
	#manner(): Manner {
		const manners = new Set<Manner>();
		for (const { participant } of this.#writer.matchedEndpoints()) {
			const manner = mannerOfVendor(participant.vendor);
			if (manner !== undefined) manners.add(manner);
		}
		if (manners.size > 1) {
			throw new BriefError(
				'mixed servers',
				`Servers of ${this.#end.service} run on Cyclone DDS and on another middleware, and each would misread what is ` +
					'sent to the other, so nothing was sent. Stop one of them, or start all with the same RMW_IMPLEMENTATION.',
			);
		}
		const [manner = this.#preferred] = manners;
		return manner;
	}

	#onReply(payload: Uint8Array, info: SampleInfo): void {
		const related = info.relatedSampleIdentity;
		let sequenceNumber: number;
		let response: Uint8Array;
		if (mannerOfSample(info.writer, related !== undefined) === 'fastrtps') {
			if (related === undefined || !isMessage(payload)) return;
			// Answers to other clients come here too. rmw_fastrtps before Foxy named the writer of the request.
			if (!sameGuid(related.guid, this.#reader.guid) && !sameGuid(related.guid, this.#writer.guid)) return;
			({ sequenceNumber } = related);
			response = payload;
		} else {
			const parts = splitHeader(payload);
			if (parts?.client !== this.#client) return;
			sequenceNumber = Number(parts.number);
			response = parts.message;
		}
		this.#onResponse(sequenceNumber, response);
	}

	/**
	 * A server fits when its reader of requests and its writer of responses do. It is there once it knows this client
	 * too: a request that comes before that is lost, and with it the first call of a client that has just started.
	 */
	#findServers(): void {
		const writers = this.#reader.matchedEndpoints();
		const servers = this.#writer.matchedEndpoints().filter((reader) => {
			const id = endIdOf(reader, 'serviceid');
			return writers.some(
				(writer) => sameGuid(writer.participant.guid, reader.participant.guid) && endIdOf(writer, 'serviceid') === id,
			);
		});
		const found = new Set(servers.map(({ guid }) => guidToString(guid)));
		const listening = new Set(this.#writer.listeningEndpoints().map(({ guid }) => guidToString(guid)));
		for (const [guid, timer] of this.#silent) {
			if (found.has(guid) && !listening.has(guid)) continue;
			this.#timers.clearTimeout(timer);
			this.#silent.delete(guid);
		}
		this.servers = new Set([...found].filter((guid) => listening.has(guid) || this.#hasBeenWaitedFor(guid)));
	}

	#hasBeenWaitedFor(guid: string): boolean {
		if (!this.#silent.has(guid)) {
			const timer = this.#timers.setTimeout(() => {
				this.#silent.set(guid, undefined);
				this.#update();
			}, patience);
			this.#silent.set(guid, timer);
		}
		return this.#silent.get(guid) === undefined;
	}
}
