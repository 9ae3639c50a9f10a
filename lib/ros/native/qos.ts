import type { QosProfile } from '../qos';
import type { Duration, NativeEndpoint, NativeQos } from './addon';

/** Numbers of rmw/types.h and rmw/qos_profiles.h. */
const history = { keep_last: 1, keep_all: 2 } as const;
const reliability = { reliable: 1, best_effort: 2 } as const;
const durability = { transient_local: 1, volatile: 2 } as const;
const liveliness = { automatic: 1, manual_by_topic: 3 } as const;

/** Times from which on rmw means that there is none, s: Cyclone DDS and Fast DDS write different ones. */
const never = 2_147_483_647n;

export function toNativeQos(qos: QosProfile): NativeQos {
	return {
		history: history[qos.history],
		depth: qos.depth,
		reliability: reliability[qos.reliability],
		durability: durability[qos.durability],
		liveliness: liveliness[qos.liveliness ?? 'automatic'],
		avoidRosNameSpaceConventions: false,
	};
}

/** The QoS of an endpoint in the graph. What an RMW does not tell of others, history and depth, has its least value. */
export function fromNativeQos(qos: NativeEndpoint['qos_profile']): QosProfile {
	const deadline = milliseconds(qos.deadline);
	const lifespan = milliseconds(qos.lifespan);
	return {
		reliability: qos.reliability === reliability.best_effort ? 'best_effort' : 'reliable',
		durability: qos.durability === durability.transient_local ? 'transient_local' : 'volatile',
		history: qos.history === history.keep_all ? 'keep_all' : 'keep_last',
		depth: Math.max(1, qos.depth),
		...(deadline === undefined ? {} : { deadline }),
		...(lifespan === undefined ? {} : { lifespan }),
	};
}

function milliseconds({ seconds, nanoseconds }: Duration): number | undefined {
	if (seconds >= never || (seconds === 0n && nanoseconds === 0)) return undefined;
	return Number(seconds) * 1000 + nanoseconds / 1e6;
}

const policies: Readonly<Record<number, string>> = {
	2: 'durability',
	4: 'deadline',
	8: 'liveliness',
	16: 'reliability',
	32: 'history',
	64: 'lifespan',
	128: 'depth',
	256: 'liveliness lease',
};

/** The name of a bit of rmw_qos_policy_kind_t. */
export function policyName(kind: number | undefined): string {
	return policies[kind ?? 0] ?? 'QoS';
}

/** What of a profile cannot be told to others by rclnodejs, in words. */
export function untold(qos: QosProfile, end: 'publisher' | 'subscription'): string[] {
	return [
		...(qos.deadline === undefined ? [] : ['deadline']),
		...(qos.lifespan === undefined || end === 'subscription' ? [] : ['lifespan']),
		...(qos.livelinessLease === undefined ? [] : ['liveliness lease']),
	];
}
