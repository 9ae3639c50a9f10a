import { show } from '../../check';
import type { AnyStep } from '../step';
import { ackermann } from './ackermann';
import { argmax } from './argmax';
import { cast } from './cast';
import { classification } from './classification';
import { clip } from './clip';
import { concat } from './concat';
import { deadZone } from './dead-zone';
import { deltaTarget } from './delta-target';
import { detections } from './detections';
import { difference } from './difference';
import { fadeIn } from './fade-in';
import { heightGrid } from './height-grid';
import { history } from './history';
import { image } from './image';
import { imu } from './imu';
import { jointCommand } from './joint-command';
import { jointState } from './joint-state';
import { jointTrajectory } from './joint-trajectory';
import { joints } from './joints';
import { joy } from './joy';
import { laser } from './laser';
import { latest } from './latest';
import { lookUp } from './look-up';
import { lowPass } from './low-pass';
import { message } from './message';
import { multiArray } from './multi-array';
import { normalize } from './normalize';
import { odometry } from './odometry';
import { offset } from './offset';
import { oneHot } from './one-hot';
import { pad } from './pad';
import { pdTorque } from './pd-torque';
import { phase } from './phase';
import { pointCloud } from './point-cloud';
import { projectedGravity } from './projected-gravity';
import { quaternion } from './quaternion';
import { recall } from './recall';
import { relativeGoal } from './relative-goal';
import { remember } from './remember';
import { replaceNotFinite } from './replace-not-finite';
import { resample } from './resample';
import { reshape } from './reshape';
import { rotate } from './rotate';
import { sample } from './sample';
import { scale } from './scale';
import { select } from './select';
import { sinCos } from './sin-cos';
import { slice } from './slice';
import { softmax } from './softmax';
import { stack } from './stack';
import { stamp } from './stamp';
import { take } from './take';
import { tanh } from './tanh';
import { toImage } from './to-image';
import { toQuaternion } from './to-quaternion';
import { transpose } from './transpose';
import { twist } from './twist';
import { unscale } from './unscale';
import { wrapAngle } from './wrap-angle';

/** All steps, in the order in which the editor and the reference list them. */
export const allSteps: readonly AnyStep[] = [
	select,
	stack,
	latest,
	stamp,
	image,
	laser,
	pointCloud,
	heightGrid,
	imu,
	odometry,
	joints,
	joy,
	scale,
	offset,
	clip,
	normalize,
	deadZone,
	replaceNotFinite,
	sinCos,
	tanh,
	softmax,
	oneHot,
	cast,
	reshape,
	transpose,
	slice,
	take,
	pad,
	concat,
	history,
	difference,
	lowPass,
	remember,
	recall,
	phase,
	quaternion,
	toQuaternion,
	projectedGravity,
	rotate,
	wrapAngle,
	relativeGoal,
	unscale,
	deltaTarget,
	pdTorque,
	fadeIn,
	resample,
	argmax,
	sample,
	lookUp,
	message,
	multiArray,
	jointState,
	jointCommand,
	jointTrajectory,
	twist,
	ackermann,
	classification,
	detections,
	toImage,
];

const byName = new Map(allSteps.map((step) => [step.name, step]));

/**
 * The step with this name.
 * @throws TypeError when `name` is no text, RangeError when there is none.
 */
export function stepNamed(name: unknown): AnyStep {
	const expected = () => `Expected \`type\` to be one of ${[...byName.keys()].join(', ')}, got ${show(name)}`;
	if (typeof name !== 'string') throw new TypeError(expected());
	const step = byName.get(name);
	if (step === undefined) throw new RangeError(expected());
	return step;
}
