import type { RosInfo } from '../shared/ros-info';

/** Most keys that are remembered; beyond, the one that was new longest ago is forgotten. */
const mostKeys = 1000;

interface Last {
	stamp: number | undefined;
	episode: unknown;
}

/**
 * Tells when a recurrent network has to begin anew: an episode marker in the message says so, or time has jumped back,
 * as when a simulation or a recording starts over. A marker is a flag that is true in the message that an episode
 * begins with, or a number or text that changes. Each key has its own episodes.
 */
export class Episodes {
	readonly #last = new Map<string, Last>();

	/** Whether this message begins an episode; the first of a key does not have to, it begins anew anyway. */
	begins(key: string, ros: Partial<RosInfo> | undefined, episode: unknown): boolean {
		const stamp = secondsOf(ros?.stamp);
		const last = this.#last.get(key);
		if (!last) {
			this.#last.set(key, { stamp, episode: typeof episode === 'boolean' ? undefined : episode });
			if (this.#last.size > mostKeys) this.#last.delete(this.#last.keys().next().value as string);
			return false;
		}
		const hasJumped = stamp !== undefined && last.stamp !== undefined && stamp < last.stamp;
		last.stamp = stamp ?? last.stamp;
		if (typeof episode === 'boolean') return hasJumped || episode;
		const hasChanged = episode !== undefined && last.episode !== undefined && episode !== last.episode;
		last.episode = episode ?? last.episode;
		return hasJumped || hasChanged;
	}
}

function secondsOf(stamp: RosInfo['stamp']): number | undefined {
	if (stamp === undefined || typeof stamp.sec !== 'number' || typeof stamp.nanosec !== 'number') return undefined;
	// A stamp of zero is what a publisher leaves that does not set one.
	return stamp.sec === 0 && stamp.nanosec === 0 ? undefined : stamp.sec + stamp.nanosec / 1e9;
}
