import { align4 } from './bytes';
import { type Channel, copyLimit } from './channel';
import type { Sample } from './history';
import type { Locator } from './locator';
import type { MessageBuilder } from './messages';
import type { ReaderProxy } from './reader-proxy';

/** Puts samples into messages: whole, or in fragments when they are too large for one. */
export class SampleSender {
	readonly #channel: Channel;
	readonly #entityId: number;
	readonly #fragmentSize: number;
	readonly #piggyback: (last: number) => void;

	/** @param piggyback appends the heartbeat that announces a sample, once all of it is on its way */
	constructor(channel: Channel, entityId: number, fragmentSize: number, piggyback: (last: number) => void) {
		this.#channel = channel;
		this.#entityId = entityId;
		this.#fragmentSize = fragmentSize;
		this.#piggyback = piggyback;
	}

	/** Fragments of a sample; 1 when it goes whole. */
	fragments({ payload }: Sample): number {
		const length = payload?.length ?? 0;
		return length <= this.#fragmentSize ? 1 : Math.ceil(length / this.#fragmentSize);
	}

	/** Begins a message for one reader, or for all. */
	begin(proxy: ReaderProxy | undefined): MessageBuilder {
		const builder = this.#channel.builder.reset();
		return proxy === undefined ? builder : builder.infoDestination(proxy.remote.participant.prefix);
	}

	/**
	 * @param proxy the one reader that it is sent to
	 * @param isFirst whether it is sent for the first time, so that a heartbeat announces it
	 */
	whole(sample: Sample, destinations: readonly Locator[], proxy: ReaderProxy | undefined, isFirst: boolean): void {
		const { payload, sequenceNumber, inlineQos, isKey } = sample;
		const length = payload?.length ?? -1;
		this.begin(proxy)
			.infoTimestamp(sample.seconds, sample.fraction)
			.data(proxy?.entityId ?? 0, this.#entityId, sequenceNumber, inlineQos, length, isKey);
		this.#finish(payload, destinations, isFirst ? sequenceNumber : 0);
	}

	/** One fragment, counted from 1. The other parameters are those of {@link whole}. */
	fragment(
		sample: Sample,
		fragment: number,
		destinations: readonly Locator[],
		proxy: ReaderProxy | undefined,
		isFirst: boolean,
	): void {
		const { sequenceNumber, inlineQos } = sample;
		const payload = sample.payload!;
		const size = this.#fragmentSize;
		const start = (fragment - 1) * size;
		const part = payload.subarray(start, start + size);
		const reader = proxy?.entityId ?? 0;
		this.begin(proxy)
			.infoTimestamp(sample.seconds, sample.fraction)
			.dataFrag(reader, this.#entityId, sequenceNumber, inlineQos, fragment, size, payload.length, part.length);
		const isLast = start + part.length === payload.length;
		this.#finish(part, destinations, isFirst && isLast ? sequenceNumber : 0);
	}

	#finish(payload: Uint8Array | undefined, destinations: readonly Locator[], last: number): void {
		const { builder } = this.#channel;
		const offset = builder.length;
		const copies = payload !== undefined && payload.length <= copyLimit;
		if (copies) builder.append(payload);
		else if (payload !== undefined && align4(payload.length) !== payload.length) builder.pad(payload.length);
		if (last !== 0) this.#piggyback(last);
		if (copies || payload === undefined) this.#channel.send(destinations);
		else this.#channel.sendAround(offset, payload, destinations);
	}
}
