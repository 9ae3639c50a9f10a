import { checkChoice, show } from '../check';

export const discoveryRanges = ['subnet', 'localhost', 'off', 'system_default'] as const;
export type DiscoveryRange = (typeof discoveryRanges)[number];

/**
 * How far a node looks for others, by ROS 2's own settings.
 * Source: docs.ros.org, "Improved Dynamic Discovery".
 */
export interface DiscoverySettings {
	/**
	 * - `subnet`: announces itself to the network by multicast, as ROS 2 does by default
	 * - `localhost`: only nodes on this machine
	 * - `off`: nobody
	 * - `system_default`: what the middleware does by itself, here as `subnet`
	 */
	readonly range: DiscoveryRange;
	/** IPv4 addresses that are looked for one by one, also where multicast does not reach. Not with `off`. */
	readonly staticPeers: readonly string[];
}

/** Static peers as ROS_STATIC_PEERS has them: separated by semicolons; here spaces, commas and lines do too. */
export function parseStaticPeers(name: string, text: string): string[] {
	const peers = text.split(/[;,\s]+/).filter((peer) => peer !== '');
	for (const peer of peers) {
		if (!/^(\d{1,3}\.){3}\d{1,3}(:\d{1,5})?$/.test(peer) && peer !== 'localhost') {
			throw new RangeError(
				`Expected \`${name}\` to be IPv4 addresses such as 192.168.1.5, separated by semicolons, got ${show(peer)}`,
			);
		}
	}
	return peers.map((peer) => (peer === 'localhost' ? '127.0.0.1' : peer));
}

/**
 * The settings of a node: its own where it has them, otherwise those of the environment: ROS_LOCALHOST_ONLY (the old
 * one, which wins when it is 1), ROS_AUTOMATIC_DISCOVERY_RANGE and ROS_STATIC_PEERS.
 * @throws RangeError when a variable has a value that ROS 2 does not know
 */
export function discoverySettings(
	own: { range?: DiscoveryRange | undefined; staticPeers?: readonly string[] | undefined },
	environment: Readonly<Record<string, string | undefined>>,
): DiscoverySettings {
	const peers = environment.ROS_STATIC_PEERS;
	const staticPeers = own.staticPeers ?? parseStaticPeers('ROS_STATIC_PEERS', peers ?? '');
	if (own.range !== undefined) return { range: own.range, staticPeers };
	if (environment.ROS_LOCALHOST_ONLY === '1') return { range: 'localhost', staticPeers };
	const range = environment.ROS_AUTOMATIC_DISCOVERY_RANGE ?? '';
	return {
		range: range === '' ? 'subnet' : checkChoice('ROS_AUTOMATIC_DISCOVERY_RANGE', range.toLowerCase(), discoveryRanges),
		staticPeers,
	};
}

/** ROS_DOMAIN_ID, or 0 as ROS 2 takes it. */
export function domainFromEnvironment(environment: Readonly<Record<string, string | undefined>>): number {
	const value = environment.ROS_DOMAIN_ID;
	return value === undefined || value === '' ? 0 : Number(value);
}
