import { checkChoice, checkNumber, checkObject } from '../check';

export const reliabilities = ['reliable', 'best_effort'] as const;
export const durabilities = ['volatile', 'transient_local'] as const;
export const histories = ['keep_last', 'keep_all'] as const;
export const livelinesses = ['automatic', 'manual_by_topic'] as const;

/** Quality of service of a publisher or subscriber, by ROS 2's names. */
export interface QosProfile {
	readonly reliability: (typeof reliabilities)[number];
	readonly durability: (typeof durabilities)[number];
	readonly history: (typeof histories)[number];
	/** How many messages keep_last keeps, >= 1. */
	readonly depth: number;
	/** The longest time between two messages, ms. Default: none. */
	readonly deadline?: number;
	/** Age from which a message is of no use any more, ms; for publishers. Default: none. */
	readonly lifespan?: number;
	/** Who vouches that a publisher is alive. Default: automatic. */
	readonly liveliness?: (typeof livelinesses)[number];
	/** Time without a sign of life after which a publisher counts as dead, ms. Default: none. */
	readonly livelinessLease?: number;
}

/**
 * The presets of rmw, by name.
 * Source: rmw/include/rmw/qos_profiles.h. system_default leaves the choice to the middleware; these values are what
 * the DDS specification gives a publisher and subscriber that agree with each other (DDS 1.4, 2.2.3).
 */
export const qosPresets = {
	default: { reliability: 'reliable', durability: 'volatile', history: 'keep_last', depth: 10 },
	sensor_data: { reliability: 'best_effort', durability: 'volatile', history: 'keep_last', depth: 5 },
	services: { reliability: 'reliable', durability: 'volatile', history: 'keep_last', depth: 10 },
	parameters: { reliability: 'reliable', durability: 'volatile', history: 'keep_last', depth: 1000 },
	system_default: { reliability: 'reliable', durability: 'volatile', history: 'keep_last', depth: 1 },
} as const satisfies Record<string, QosProfile>;

export type QosPreset = keyof typeof qosPresets;
export const qosPresetNames = Object.keys(qosPresets) as QosPreset[];

/**
 * A checked profile.
 * @throws TypeError or RangeError that names the field of `name` that is wrong.
 */
export function checkQos(name: string, value: unknown): QosProfile {
	const qos = checkObject(name, value);
	return {
		reliability: checkChoice(`${name}.reliability`, qos.reliability, reliabilities),
		durability: checkChoice(`${name}.durability`, qos.durability, durabilities),
		history: checkChoice(`${name}.history`, qos.history, histories),
		depth: checkNumber(`${name}.depth`, qos.depth, { min: 1, max: 100_000, integer: true }),
		...checkTime(name, qos, 'deadline'),
		...checkTime(name, qos, 'lifespan'),
		...checkTime(name, qos, 'livelinessLease'),
		...(qos.liveliness === undefined
			? {}
			: { liveliness: checkChoice(`${name}.liveliness`, qos.liveliness, livelinesses) }),
	};
}

function checkTime(name: string, qos: Record<string, unknown>, field: 'deadline' | 'lifespan' | 'livelinessLease') {
	const value = qos[field];
	return value === undefined ? {} : { [field]: checkNumber(`${name}.${field}`, value, { above: 0, unit: 'ms' }) };
}

/**
 * The policy in which what is offered does not satisfy what is asked, or undefined when they fit.
 * Source: DDS 1.4, 2.2.3 (requested/offered).
 */
export function incompatiblePolicy(
	offered: QosProfile,
	asked: QosProfile,
): 'reliability' | 'durability' | 'deadline' | undefined {
	if (asked.reliability === 'reliable' && offered.reliability === 'best_effort') return 'reliability';
	if (asked.durability === 'transient_local' && offered.durability === 'volatile') return 'durability';
	if ((offered.deadline ?? Number.POSITIVE_INFINITY) > (asked.deadline ?? Number.POSITIVE_INFINITY)) return 'deadline';
	return undefined;
}
