import { checkChoice, checkNumber, show } from '../check';

export const reliabilities = ['best_effort', 'reliable'] as const;
/** In the order of DDS, each offering what those before it do. */
export const durabilities = ['volatile', 'transient_local', 'transient', 'persistent'] as const;
export const histories = ['keep_last', 'keep_all'] as const;
/** In the order of DDS, each offering what those before it do. */
export const livelinessKinds = ['automatic', 'manual_by_participant', 'manual_by_topic'] as const;

/** What a local writer offers or a local reader asks. Everything left out has the default of DDS as ROS 2 uses it. */
export interface QosOptions {
	/** Default: reliable. */
	readonly reliability?: (typeof reliabilities)[number];
	/** Default: volatile. Of the kinds of DDS, a local endpoint can have volatile and transient_local. */
	readonly durability?: 'volatile' | 'transient_local';
	/** Default: keep_last. */
	readonly history?: (typeof histories)[number];
	/** Samples that keep_last keeps, >= 1. For keep_all: samples that may wait for acknowledgement. Default: 10, 1000. */
	readonly depth?: number;
	/** The longest time between two samples, ms. Default: Infinity. */
	readonly deadline?: number;
	/** Age from which a sample is of no use any more, ms. Default: Infinity. Writers only. */
	readonly lifespan?: number;
	/** Who vouches that a writer is alive. Default: automatic. */
	readonly liveliness?: (typeof livelinessKinds)[number];
	/** Time without a sign of life after which a writer counts as dead, ms. Default: Infinity. */
	readonly livelinessLease?: number;
}

/** Quality of service of an endpoint, local or remote. Times in ms, Infinity for none. */
export interface Qos {
	readonly reliability: (typeof reliabilities)[number];
	readonly durability: (typeof durabilities)[number];
	readonly history: (typeof histories)[number];
	readonly depth: number;
	readonly deadline: number;
	readonly lifespan: number;
	readonly liveliness: (typeof livelinessKinds)[number];
	readonly livelinessLease: number;
	readonly latencyBudget: number;
	readonly ownership: 'shared' | 'exclusive';
	/** 0 by reception, 1 by source timestamp. */
	readonly destinationOrder: number;
	/** 0 instance, 1 topic, 2 group. */
	readonly presentationScope: number;
	readonly coherentAccess: boolean;
	readonly orderedAccess: boolean;
	readonly partitions: readonly string[];
	/** Ids of XTypes: 0 is XCDR1, 2 is XCDR2. Empty stands for XCDR1 alone. */
	readonly representations: readonly number[];
}

/** Defaults of the DDS specification, which an endpoint need not announce (DDS 1.4, 2.2.3). */
export const defaultQos: Qos = {
	reliability: 'best_effort',
	durability: 'volatile',
	history: 'keep_last',
	depth: 1,
	deadline: Number.POSITIVE_INFINITY,
	lifespan: Number.POSITIVE_INFINITY,
	liveliness: 'automatic',
	livelinessLease: Number.POSITIVE_INFINITY,
	latencyBudget: 0,
	ownership: 'shared',
	destinationOrder: 0,
	presentationScope: 0,
	coherentAccess: false,
	orderedAccess: false,
	partitions: [],
	representations: [],
};

function checkTime(name: string, value: unknown): number {
	if (value === undefined || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
	if (typeof value !== 'number') throw new TypeError(`Expected \`${name}\` to be a time in ms, got ${show(value)}`);
	return checkNumber(name, value, { above: 0, unit: 'ms' });
}

/**
 * The QoS of a local endpoint, checked and complete.
 * @throws TypeError or RangeError naming the field of `qos` that is wrong.
 */
export function completeQos(options: QosOptions = {}): Qos {
	const history = checkChoice('qos.history', options.history ?? 'keep_last', histories);
	const depth = options.depth ?? (history === 'keep_all' ? 1000 : 10);
	return {
		...defaultQos,
		reliability: checkChoice('qos.reliability', options.reliability ?? 'reliable', reliabilities),
		durability: checkChoice('qos.durability', options.durability ?? 'volatile', ['volatile', 'transient_local']),
		history,
		depth: checkNumber('qos.depth', depth, { min: 1, max: 1_000_000, integer: true }),
		deadline: checkTime('qos.deadline', options.deadline),
		lifespan: checkTime('qos.lifespan', options.lifespan),
		liveliness: checkChoice('qos.liveliness', options.liveliness ?? 'automatic', livelinessKinds),
		livelinessLease: checkTime('qos.livelinessLease', options.livelinessLease),
	};
}

/** A policy in which an offer does not satisfy what is asked. */
export type IncompatiblePolicy =
	| 'reliability'
	| 'durability'
	| 'deadline'
	| 'latency_budget'
	| 'liveliness'
	| 'ownership'
	| 'destination_order'
	| 'presentation'
	| 'data_representation'
	| 'type';

/**
 * The first policy in which what a writer offers does not satisfy what a reader asks, or undefined when they fit. The
 * two that people meet most come first. Source: DDS 1.4, 2.2.3, column RxO; XTypes 1.3, 7.6.3.1.1.
 */
export function incompatiblePolicy(offered: Qos, asked: Qos): IncompatiblePolicy | undefined {
	if (asked.reliability === 'reliable' && offered.reliability !== 'reliable') return 'reliability';
	if (durabilities.indexOf(offered.durability) < durabilities.indexOf(asked.durability)) return 'durability';
	if (offered.deadline > asked.deadline) return 'deadline';
	if (livelinessKinds.indexOf(offered.liveliness) < livelinessKinds.indexOf(asked.liveliness)) return 'liveliness';
	if (offered.livelinessLease > asked.livelinessLease) return 'liveliness';
	if (offered.latencyBudget > asked.latencyBudget) return 'latency_budget';
	if (offered.ownership !== asked.ownership) return 'ownership';
	if (offered.destinationOrder < asked.destinationOrder) return 'destination_order';
	const presentation =
		offered.presentationScope < asked.presentationScope ||
		(asked.coherentAccess && !offered.coherentAccess) ||
		(asked.orderedAccess && !offered.orderedAccess);
	if (presentation) return 'presentation';
	const written = offered.representations[0] ?? 0;
	const readable = asked.representations.length === 0 ? [0] : asked.representations;
	return readable.includes(written) ? undefined : 'data_representation';
}

/**
 * True when an endpoint in `partitions` meets one in the default partition, as local endpoints are. Endpoints in
 * different partitions ignore each other; that is no incompatibility (DDS 1.4, 2.2.3.13).
 */
export function inDefaultPartition(partitions: readonly string[]): boolean {
	return partitions.length === 0 || partitions.some((name) => name === '' || /^\*+$/.test(name));
}
