import { countOf, describe, type NumberArray, numbersOf, resultType } from '../elements';
import { JointState, stateOption } from '../joint-state';
import { numbers, optional } from '../schema';
import { type Block, defineStep } from '../step';

/** torque = clip(kp (target − q) − kd dq, −limit, limit). Shape stays. */
export const pdTorque = defineStep({
	name: 'pd-torque',
	group: 'Action',
	title: 'PD torque',
	help: 'Turns target positions into torques, for robots whose joints take torques: a spring to the target and a damper.',
	formula: 'τ = clip(kp · (target − q) − kd · q̇, −limit, limit)',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		kp: numbers({
			description: 'Stiffness: one for all joints, or a list with one for each.',
			min: 0,
			unit: 'N m/rad',
			example: '20',
		}),
		kd: numbers({
			description: 'Damping: one for all joints, or a list with one for each.',
			min: 0,
			unit: 'N m s/rad',
			example: '0.5',
		}),
		limit: optional(
			numbers({
				description: 'The largest torque: one for all joints, or a list with one for each.',
				above: 0,
				unit: 'N m',
				example: '23.5',
				prominent: true,
			}),
		),
		state: stateOption('the positions of all joints, then their velocities'),
	},
	create({ kp, kd, limit, state }, place) {
		const joints = new JointState(state, 2, place);
		const settings = [
			{ noun: 'kp', values: kp },
			{ noun: 'kd', values: kd },
			{ noun: 'limit', values: limit ?? Number.POSITIVE_INFINITY },
		];
		return {
			run(input: Block, carrier) {
				const target = numbersOf(input);
				const n = target.length;
				for (const { noun, values } of settings) {
					if (typeof values !== 'number' && values.length !== n) {
						throw new RangeError(
							`Expected ${countOf(n, 'number')} of \`${noun}\` for ${describe(input)}, got ${values.length}`,
						);
					}
				}
				const measured = joints.read(input, carrier);
				const block = place.output.block(resultType(input.type), input.dims);
				const out = block.data as NumberArray;
				for (let i = 0; i < n; i++) {
					const error = (target[i] as number) - (measured[i] as number);
					const torque = at(kp, i) * error - at(kd, i) * (measured[n + i] as number);
					const most = limit === undefined ? Number.POSITIVE_INFINITY : at(limit, i);
					out[i] = Math.min(Math.max(torque, -most), most);
				}
				return block;
			},
			reset: () => joints.reset(),
		};
	},
});

function at(values: number | readonly number[], index: number): number {
	return typeof values === 'number' ? values : (values[index] as number);
}
