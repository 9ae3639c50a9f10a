import { axisOption, perElement } from '../per-element';
import { choice, number, numbers, optional } from '../schema';
import { defineStep } from '../step';

/**
 * Brings each element to mean 0 and deviation 1 with the statistics of training, as rsl_rl's EmpiricalNormalization
 * (deviation + epsilon) or as Stable-Baselines3's VecNormalize (root of variance + epsilon, then a clip).
 * Shape and number of elements stay.
 */
export const normalize = defineStep({
	name: 'normalize',
	group: 'Numbers',
	title: 'Normalize',
	help: 'Subtracts the mean and divides by the deviation that each element had in training.',
	formula: 'y = (x − mean) / (std + epsilon), or y = clip((x − mean) / √(variance + epsilon), −clip, clip)',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		form: choice({
			description: 'How the trainer did it.',
			prominent: true,
			default: 'mean-std',
			choices: {
				'mean-std': '(x − mean) / (std + epsilon), as rsl_rl and image networks do',
				'vec-normalize': 'clip((x − mean) / √(variance + epsilon)), as VecNormalize of Stable-Baselines3 does',
			},
		}),
		mean: numbers({
			description: 'One mean for all elements, or a list with one for each.',
			example: '0.485, 0.456, 0.406',
		}),
		std: numbers({
			description: 'One standard deviation for all elements, or a list with one for each.',
			min: 0,
			when: { form: ['mean-std'] },
			example: '0.229, 0.224, 0.225',
		}),
		variance: numbers({
			description: 'One variance for all elements, or a list with one for each (`obs_rms.var`).',
			min: 0,
			when: { form: ['vec-normalize'] },
		}),
		epsilon: optional(
			number({
				description:
					'Added so that nothing is divided by zero. Empty: 0 for the first form (rsl_rl trains with `0.01`), `1e-8` for VecNormalize.',
				min: 0,
				example: '0.01',
				prominent: true,
			}),
		),
		clip: number({
			description: 'Limit of the result on both sides (`clip_obs`).',
			default: 10,
			above: 0,
			when: { form: ['vec-normalize'] },
		}),
		axis: axisOption,
	},
	create({ form, mean, std, variance, epsilon, clip, axis }, { output }) {
		const isVec = form === 'vec-normalize';
		const divisor = isVec
			? each(variance, (value) => Math.sqrt(value + (epsilon ?? 1e-8)))
			: each(std, (value) => value + (epsilon ?? 0));
		each(divisor, (value) => {
			if (value > 0) return value;
			throw new RangeError(`Expected ${isVec ? '`variance`' : '`std`'} + \`epsilon\` to be > 0, got ${value}`);
		});
		const limit = isVec ? clip : Number.POSITIVE_INFINITY;
		const settings = [
			{ noun: 'mean', values: mean },
			{ noun: isVec ? 'variance' : 'deviation', values: divisor },
		];
		return perElement(settings, axis, output, (x, out, [means, divisors], inner) => {
			const subtract = means as Float64Array;
			const divide = divisors as Float64Array;
			for (let i = 0, slot = 0; i < x.length; slot = slot + 1 < subtract.length ? slot + 1 : 0) {
				const average = subtract[slot] as number;
				const by = divide[slot] as number;
				for (const end = i + inner; i < end; i++) {
					out[i] = Math.min(Math.max(((x[i] as number) - average) / by, -limit), limit);
				}
			}
		});
	},
});

function each(values: number | readonly number[], change: (value: number) => number): number | number[] {
	return typeof values === 'number' ? change(values) : values.map(change);
}
