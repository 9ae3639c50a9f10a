import { durabilities, histories, type QosProfile, qosPresetNames, qosPresets, reliabilities } from '../../lib/ros/qos';
import { choice, number } from './properties';

/** The QoS part of a node's properties: a preset, or the four policies by hand. */
export const qosProperties = {
	qos: choice('default', [...qosPresetNames, 'custom']),
	reliability: choice('reliable', reliabilities),
	durability: choice('volatile', durabilities),
	history: choice('keep_last', histories),
	depth: number(10, { min: 1, max: 100_000, integer: true }),
};

/** The profile that a node's options name. */
export function qosOf(options: { qos: keyof typeof qosPresets | 'custom' } & QosProfile): QosProfile {
	if (options.qos !== 'custom') return qosPresets[options.qos];
	const { reliability, durability, history, depth } = options;
	return { reliability, durability, history, depth };
}
