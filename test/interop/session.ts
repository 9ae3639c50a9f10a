import assert from 'node:assert/strict';
import {
	createParticipant,
	type DataWriter,
	type Participant,
	type ParticipantOptions,
	type QosOptions,
} from '../../lib/rtps';
import { readBlob } from './blob';
import { buildPeers, killAll, until } from './peers';

/** The type that all peers speak, as DDS calls it. */
export const typeName = 'interop::Blob';

const domains = { first: 20, last: 99 };
// Suites in other processes begin elsewhere, so that they do not meet.
let domain = domains.first + (process.pid % (domains.last - domains.first));

/** A domain of its own for each test, so that tests do not hear each other. */
export function nextDomain(): number {
	domain = domain >= domains.last ? domains.first : domain + 1;
	return domain;
}

export function numbers(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Options of a participant that stays on loopback. */
export function network(isPeers: boolean): ParticipantOptions {
	return {
		network: isPeers ? { localhostOnly: true, multicast: false, peers: ['127.0.0.1'] } : { localhostOnly: true },
	};
}

/** The same QoS as arguments of a peer. */
export function words({ reliability, durability, history, depth }: QosOptions): string[] {
	return [reliability, durability, history, depth === undefined ? undefined : `depth=${depth}`].filter(
		(word) => word !== undefined,
	);
}

/** A reader that takes down what comes. */
export function read(participant: Participant, topic: string, qos: QosOptions) {
	const samples: ReturnType<typeof readBlob>[] = [];
	const onSample = (payload: Uint8Array) => samples.push(readBlob(payload));
	return { reader: participant.createReader({ topic, typeName, qos, onSample }), samples };
}

/**
 * Waits until a reader of theirs gets what is written from now on. That both sides have matched is not enough: Cyclone
 * skips what the first heartbeat that it sees announces as written before.
 */
export function hasListener(writer: DataWriter): Promise<void> {
	return until(
		() => writer.listeningEndpoints().length === 1,
		() => 'their reader listens',
	);
}

/** Every sample is right and of that size, and the numbers go up: none comes twice. */
export function check(samples: readonly { number: number; size: number; isRight: boolean }[], size: number): void {
	for (const sample of samples) assert.deepEqual([sample.isRight, sample.size], [true, size]);
	for (const [i, { number }] of samples.entries()) assert.ok(i === 0 || number > samples[i - 1]!.number);
}

/** Skips the suite with the reason printed; where tests have to be complete, that is a failure. */
export function lacks(context: Mocha.Context, reason: string): void {
	if (process.env.CI === 'true') throw new Error(`With CI=true nothing may be skipped: ${reason}`);
	console.log(`      skipped: ${reason}`);
	context.skip();
}

/**
 * To be called in a suite: builds the peers before it, and closes after each test what that has opened.
 * @returns how a test joins a domain
 */
export function useSessions(): (options: ParticipantOptions) => Promise<Participant> {
	const participants: Participant[] = [];
	before(function () {
		this.timeout(600_000);
		const reason = buildPeers();
		if (reason !== undefined) lacks(this, `the peers cannot be built: ${reason}`);
	});
	afterEach(async () => {
		await Promise.all(participants.splice(0).map((participant) => participant.close()));
		await killAll();
	});
	return async (options) => {
		const participant = await createParticipant(options);
		participants.push(participant);
		return participant;
	};
}
