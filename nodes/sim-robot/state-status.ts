import type { Joint, RobotState } from '../../lib/sim/protocol';
import type { Status } from '../shared/status';

/** An angle in degrees within a turn, a distance in m: short enough for a status. */
export function jointText({ kind }: Joint, position: number): string {
	if (kind === 'slide') return `${position.toFixed(2)} m`;
	const degrees = Math.round((Math.atan2(Math.sin(position), Math.cos(position)) * 180) / Math.PI);
	return `${degrees === 0 ? 0 : degrees}°`;
}

/** The share of real time that may be lost before the robot is shown as too slow. */
const tolerated = 0.02;

/**
 * Shows how a robot does, at most twice a second: its last joint (the pole) with a dot while its motors are commanded and a ring while they
 * rest, or that the machine does not keep up with real time.
 */
export function stateStatus(
	joints: readonly Joint[],
	rate: number,
	status: Status,
	slowText: string,
): (state: RobotState) => void {
	const last = joints.length - 1;
	const perSecond = Math.max(1, Math.round(rate));
	let states = 0;
	let behind = 0;
	let slow = false;
	return (state) => {
		if (++states % perSecond === 0) {
			slow = state.behind - behind > tolerated;
			behind = state.behind;
		}
		if (slow) status.update('yellow', 'dot', () => slowText);
		else {
			const text = () => `${rate} Hz, ${jointText(joints[last]!, state.position[last]!)}`;
			status.update('green', state.commanded ? 'dot' : 'ring', text);
		}
	};
}
