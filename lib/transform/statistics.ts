import type { Arrays } from '../tensor/arrays';
import type { Tensor } from '../tensor/tensor';

/** Running statistics of training. */
export interface Statistics {
	readonly mean: number[];
	readonly std: number[];
	readonly variance: number[];
}

/**
 * Finds the mean and the deviation or variance among the arrays of a file: `mean`, `running_mean`, `obs_rms.mean` ...;
 * `std`, `_std` ...; `var`, `variance`, `running_var` ... Of several, those whose names have `obs` in them.
 * @throws RangeError when there is not exactly one of each, a value is not finite or below 0, or they differ in length.
 */
export function statisticsOf(arrays: Arrays): Statistics {
	const mean = values(arrays, 'mean', /(^|[^a-z])mean$/i);
	const isStd = candidates(arrays, /(^|[^a-z])std$/i).length > 0;
	const spread = isStd ? values(arrays, 'std', /(^|[^a-z])std$/i) : values(arrays, 'var', /(^|[^a-z])(var|variance)$/i);
	if (spread.length !== mean.length) {
		throw new RangeError(
			`Expected as many of ${isStd ? 'std' : 'var'} as of mean, ${mean.length}, got ${spread.length}`,
		);
	}
	const negative = spread.findIndex((value) => value < 0);
	if (negative >= 0)
		throw new RangeError(`Expected ${isStd ? 'std' : 'var'}[${negative}] to be >= 0, got ${spread[negative]}`);
	return isStd
		? { mean, std: spread, variance: spread.map((value) => value * value) }
		: { mean, std: spread.map(Math.sqrt), variance: spread };
}

function candidates(arrays: Arrays, pattern: RegExp): [string, Tensor][] {
	const all = [...arrays].filter(([name]) => pattern.test(name));
	const ofObservation = all.filter(([name]) => /obs/i.test(name));
	return all.length > 1 && ofObservation.length > 0 ? ofObservation : all;
}

function values(arrays: Arrays, what: string, pattern: RegExp): number[] {
	const found = candidates(arrays, pattern);
	const [only] = found;
	if (only === undefined || found.length > 1) {
		const names = (found.length > 1 ? found.map(([name]) => name) : [...arrays.keys()]).join(', ') || 'none';
		throw new RangeError(`Expected one array of ${what} in the file, such as obs_rms.${what}, got ${names}`);
	}
	const [name, { type, data }] = only;
	if (type === 'string' || type === 'float16') throw new RangeError(`Expected ${name} to hold numbers, got ${type}`);
	const list = Array.from(data as Float64Array, Number);
	const wrong = list.findIndex((value) => !Number.isFinite(value));
	if (wrong >= 0) throw new RangeError(`Expected ${name}[${wrong}] to be finite, got ${list[wrong]}`);
	if (list.length === 0) throw new RangeError(`Expected ${name} to have elements, got none`);
	return list;
}
