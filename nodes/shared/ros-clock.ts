import { BriefError } from '../../lib/check';
import { type RosClock, systemRosClock } from '../../lib/ros/clock';
import type { RosInfo } from './ros-info';

/** The clocks of contexts whose time is simulated, by the ids of the contexts. */
const simulated = new Map<string, RosClock>();

/** Lets all nodes find the clock of a context by what messages carry of it. @returns ends it */
export function shareClock(context: string, clock: RosClock): () => void {
	simulated.set(context, clock);
	return () => {
		if (simulated.get(context) === clock) simulated.delete(context);
	};
}

/** The clock that the stamp of a message is of: that of the simulation which `msg.ros.clock` names, or the system's. */
export function clockOf(ros: Partial<RosInfo> | undefined): RosClock {
	const context = ros?.clock;
	return (context === undefined ? undefined : simulated.get(context)) ?? systemRosClock;
}

/** The stamp of a message, ms; undefined when it has none, or one of zero, which nobody has set. */
export function stampTime(ros: Partial<RosInfo> | undefined): number | undefined {
	const { sec, nanosec } = ros?.stamp ?? {};
	if (typeof sec !== 'number' || typeof nanosec !== 'number' || (sec === 0 && nanosec === 0)) return undefined;
	return sec * 1000 + nanosec / 1e6;
}

/**
 * The time of a clock, ms.
 * @throws BriefError while a simulation has not told its time: nobody can say how old anything is.
 */
export function knownTime(clock: RosClock): number {
	if (clock.isKnown) return clock.now();
	throw new BriefError(
		'no /clock yet',
		'The time is that of a simulation, which has not told it yet on /clock. Start the simulation, or switch "simulated time" off in the ros2-context.',
	);
}

/** Tells when a simulated time has jumped back: what was kept of messages before is of another time. */
export class JumpWatch {
	#clock: RosClock | undefined;
	#jumps = 0;

	/** Whether it has since the last message that is of simulated time. */
	hasJumped(ros: Partial<RosInfo> | undefined): boolean {
		const clock = clockOf(ros);
		if (!clock.isSimulated) return false;
		const hasJumped = this.#clock !== undefined && (clock !== this.#clock || clock.jumps !== this.#jumps);
		this.#clock = clock;
		this.#jumps = clock.jumps;
		return hasJumped;
	}
}
