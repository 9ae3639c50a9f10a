import { describe } from '../elements';
import { checkJointNames } from '../joint-names';
import { number, texts } from '../schema';
import { type Block, defineStep } from '../step';
import { commandHeader, durationOf, finiteNumbers, frameOption } from '../to-message';

/** Points of a trajectory, trajectory_msgs/msg/JointTrajectory: [n] is one point, [k, n] or [1, k, n] are k of them. */
export const jointTrajectory = defineStep({
	name: 'joint-trajectory',
	group: 'To a message',
	title: 'Joint trajectory',
	help: 'Makes a trajectory for a joint trajectory controller of one target or of a chunk of them, which begins when the controller gets it.',
	formula: '[n] or [k, n] → trajectory_msgs/msg/JointTrajectory',
	takes: 'tensor',
	gives: 'message',
	options: {
		names: texts({ description: 'The joints, in the order of the elements.', example: 'shoulder, elbow, wrist' }),
		period: number({
			description: 'The time from point to point; the first is reached after one of them.',
			unit: 's',
			above: 0,
			max: 3600,
			example: '0.02',
		}),
		frameId: frameOption('base_link'),
	},
	create({ names, period, frameId }) {
		checkJointNames(names);
		const n = names.length;
		return {
			messageType: 'trajectory_msgs/msg/JointTrajectory',
			run(input: Block) {
				const { dims } = input;
				if (dims.at(-1) !== n || dims.slice(0, -2).some((dim) => dim !== 1)) {
					throw new RangeError(`Expected [${n}] or [k, ${n}] for ${n} joints, got ${describe(input)}`);
				}
				const points = input.data.length / n;
				const values = finiteNumbers(input, points * n, (i) => `point ${Math.floor(i / n)} of ${names[i % n]}`);
				return {
					// A stamp of zero means at once; of the past, that points are left out.
					header: { ...commandHeader(frameId), stamp: { sec: 0, nanosec: 0 } },
					joint_names: names.slice(),
					points: Array.from({ length: points }, (_point, k) => ({
						positions: Float64Array.from(values.subarray(k * n, (k + 1) * n)),
						time_from_start: durationOf((k + 1) * period),
					})),
				};
			},
		};
	},
});
