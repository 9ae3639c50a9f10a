import { durabilities, histories, type QosProfile, qosPresetNames, qosPresets, reliabilities } from '../../lib/ros/qos';
import { choice, number, optionalNumber } from './properties';

/** A time of the QoS, or none. */
const time = optionalNumber({ above: 0, unit: 'ms' });

/** The QoS part of a node's properties: a preset, or the policies by hand. */
export const qosProperties = {
	qos: choice('default', [...qosPresetNames, 'custom']),
	reliability: choice('reliable', reliabilities),
	durability: choice('volatile', durabilities),
	history: choice('keep_last', histories),
	depth: number(10, { min: 1, max: 100_000, integer: true }),
	deadline: time,
};

/** What a publisher has more: how long its messages are worth something. */
export const publisherQosProperties = { ...qosProperties, lifespan: time };

/** What a node's options say of QoS. */
export interface QosOptions extends Omit<QosProfile, 'deadline' | 'lifespan'> {
	readonly qos: keyof typeof qosPresets | 'custom';
	readonly deadline: number | undefined;
	readonly lifespan?: number | undefined;
}

/** The profile that a node's options name. */
export function qosOf(options: QosOptions): QosProfile {
	if (options.qos !== 'custom') return qosPresets[options.qos];
	const { reliability, durability, history, depth, deadline, lifespan } = options;
	return {
		reliability,
		durability,
		history,
		depth,
		...(deadline === undefined ? {} : { deadline }),
		...(lifespan === undefined ? {} : { lifespan }),
	};
}
