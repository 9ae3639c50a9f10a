import { incompatiblePolicy, type QosPreset, type QosProfile, qosPresets } from './qos';

/**
 * Chooses a QoS that fits what is on the other side of a topic, as ROS 2's own tools do (`ros2 topic echo`). Nothing
 * here needs Node.js: the forms of the editor use it.
 */

/** A preset, or `custom` with a profile by hand. */
export interface QosChoice {
	readonly qos: QosPreset | 'custom';
	readonly profile: QosProfile;
}

/**
 * How many messages a subscriber keeps of publishers that keep messages for late joiners: all of them send theirs at
 * once, and each is wanted (`/tf_static` has a publisher per part of a robot).
 */
const latchedDepth = 10;

/**
 * The strongest QoS that all publishers of a topic satisfy. A subscriber asks; asking more than one publisher offers
 * means not to hear that one at all. A deadline is not asked: it is up to the user what counts as late.
 * @param offered by each publisher; none gives the default preset
 */
export function qosForSubscriber(offered: readonly QosProfile[]): QosChoice {
	const all = (matches: (qos: QosProfile) => boolean) => offered.length === 0 || offered.every(matches);
	const isReliable = all(({ reliability }) => reliability === 'reliable');
	const isLatched = offered.length > 0 && all(({ durability }) => durability === 'transient_local');
	if (!isLatched) return preset(isReliable ? 'default' : 'sensor_data');
	return {
		qos: 'custom',
		profile: {
			reliability: isReliable ? 'reliable' : 'best_effort',
			durability: 'transient_local',
			history: 'keep_last',
			depth: Math.max(latchedDepth, ...offered.map(({ depth }) => depth)),
		},
	};
}

/**
 * A QoS that satisfies all subscriptions of a topic: reliable, which those that ask best effort take too; and
 * transient_local and a deadline only where one asks for it, since they cost memory and bind the publisher.
 * @param asked by each subscription; none gives the default preset
 */
export function qosForPublisher(asked: readonly QosProfile[]): QosChoice {
	const latched = asked.filter(({ durability }) => durability === 'transient_local');
	const deadline = Math.min(...asked.map((qos) => qos.deadline ?? Number.POSITIVE_INFINITY));
	if (latched.length === 0 && deadline === Number.POSITIVE_INFINITY) return preset('default');
	return {
		qos: 'custom',
		profile: {
			reliability: 'reliable',
			durability: latched.length > 0 ? 'transient_local' : 'volatile',
			history: 'keep_last',
			// What is kept is sent to each late joiner, and of a map or a description only the last is wanted.
			depth: latched.length > 0 ? 1 : qosPresets.default.depth,
			...(deadline === Number.POSITIVE_INFINITY ? {} : { deadline }),
		},
	};
}

function preset(qos: QosPreset): QosChoice {
	return { qos, profile: qosPresets[qos] };
}

/** The other side of a topic as the form of a subscriber or publisher looks at it. */
export type Side = 'publishers' | 'subscriptions';

/** The policy in which an own profile fits not all of the others, or undefined when it does. */
export function unfitPolicy(
	own: QosProfile,
	side: Side,
	others: readonly QosProfile[],
): ReturnType<typeof incompatiblePolicy> {
	for (const other of others) {
		const policy = side === 'publishers' ? incompatiblePolicy(other, own) : incompatiblePolicy(own, other);
		if (policy !== undefined) return policy;
	}
	return undefined;
}
