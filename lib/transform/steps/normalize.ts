import { axisOption, perElement } from '../per-element';
import { choice, number, numbers, optional, text } from '../schema';
import { type Statistics, statisticsOf } from '../statistics';
import { type Block, defineStep, type Environment, type Stage } from '../step';

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
		mean: optional(
			numbers({
				description: 'One mean for all elements, or a list with one for each.',
				example: '0.485, 0.456, 0.406',
				prominent: true,
			}),
		),
		std: optional(
			numbers({
				description: 'One standard deviation for all elements, or a list with one for each.',
				min: 0,
				when: { form: ['mean-std'] },
				example: '0.229, 0.224, 0.225',
				prominent: true,
			}),
		),
		variance: optional(
			numbers({
				description: 'One variance for all elements, or a list with one for each (`obs_rms.var`).',
				min: 0,
				when: { form: ['vec-normalize'] },
				prominent: true,
			}),
		),
		file: optional(
			text({
				description:
					'A file to take them from instead, `.npz` or `.json`, in the user directory of Node-RED or another folder for models: arrays named `mean` and `std` or `var`, also with something before, as in `obs_rms.mean`. Read when the flow starts.',
				example: 'policy/obs_rms.npz',
				prominent: true,
			}),
		),
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
	create({ form, epsilon, clip, axis, file, ...given }, { output, environment }) {
		const isVec = form === 'vec-normalize';
		const read = file === undefined ? undefined : statisticsFrom(file, given, environment);
		if (file !== undefined && read === undefined) return unread(file);
		const { mean, std, variance } = read ?? complete(given, isVec);
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

type Values = number | readonly number[];
type Given = Readonly<Record<'mean' | 'std' | 'variance', Values | undefined>>;

/** @throws TypeError when one that the form needs is missing. */
function complete({ mean, std, variance }: Given, isVec: boolean): Record<'mean' | 'std' | 'variance', Values> {
	const missing =
		mean === undefined ? 'mean' : (isVec ? variance : std) !== undefined ? undefined : isVec ? 'variance' : 'std';
	if (missing === undefined) return { mean: mean as Values, std: std ?? 0, variance: variance ?? 0 };
	throw new TypeError(
		`\`${missing}\` is missing: one for all elements, or a list with one for each; or a \`file\` that has it`,
	);
}

/** The statistics of a file; undefined where files cannot be read, as in the browser. */
function statisticsFrom(file: string, given: Given, { readArrays }: Environment): Statistics | undefined {
	for (const [name, value] of Object.entries(given)) {
		if (value !== undefined) throw new RangeError(`Expected \`${name}\` or \`file\`, got both`);
	}
	return readArrays && statisticsOf(readArrays(file));
}

function unread(file: string): Stage<Block, Block> {
	return {
		run() {
			throw new RangeError(`The file ${file} is read when the flow runs: its numbers are not known here`);
		},
	};
}
