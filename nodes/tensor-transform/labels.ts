import type { Watch } from '../../lib/transform/watch';
import type { Place } from './difference';

/** A term of steps, as a node saves it. */
export interface TermRow {
	readonly name?: unknown;
	readonly steps?: unknown;
}

interface LabelledStep {
	readonly type?: unknown;
	readonly fields?: unknown;
	readonly names?: unknown;
	readonly order?: unknown;
	readonly parts?: unknown;
	readonly length?: unknown;
	readonly beams?: unknown;
	readonly from?: unknown;
	readonly to?: unknown;
	readonly form?: unknown;
}

/** The elements of the parts of an Imu or an odometry. */
const axes: Record<string, readonly string[]> = {
	orientation: ['x', 'y', 'z', 'w'],
	position: ['x', 'y', 'z'],
	'angular-velocity': ['x', 'y', 'z'],
	'linear-velocity': ['x', 'y', 'z'],
	'linear-acceleration': ['x', 'y', 'z'],
};

/** The rows of terms of the first step, when it has any. */
export function termRows(steps: readonly unknown[]): readonly TermRow[] | undefined {
	const terms = (steps[0] as { terms?: unknown } | undefined)?.terms;
	return Array.isArray(terms) ? (terms as TermRow[]) : undefined;
}

/** What a term is called: by its name, or its number. */
export function nameOf({ name }: TermRow, index: number): string {
	return typeof name === 'string' ? name : `${index + 1}`;
}

/** What each of the `count` elements is that steps give, such as `position of hinge`; its place where that is not known. */
export function labelsOf(steps: readonly unknown[], count: number): string[] {
	const list = steps.filter((step) => typeof step === 'object' && step !== null) as LabelledStep[];
	const names = sourceLabels(list);
	if (names?.length === count) return [...names];
	const history = list.find(({ type }) => type === 'history');
	if (names !== undefined && typeof history?.length === 'number' && names.length * history.length === count) {
		return Array.from({ length: history.length }, (_moment, i) => {
			const age = history.order === 'newest-first' ? i : (history.length as number) - 1 - i;
			return names.map((name) => (age === 0 ? name : `${name}, ${age} before`));
		}).flat();
	}
	return Array.from({ length: count }, (_element, i) => String(i));
}

/**
 * What each of the `count` elements is that steps made of terms gave in a run that was watched; with several moments of
 * the whole, the same for each of them. Undefined when that does not come out even.
 */
export function labelsOfTerms(
	steps: readonly unknown[],
	{ names, blocks }: Pick<Watch, 'names' | 'blocks'>,
	count: number,
): Place[] | undefined {
	const rows = termRows(steps);
	const one = names.flatMap((term, i) => {
		const list = rows?.[i]?.steps;
		const labels = labelsOf(Array.isArray(list) ? list : [], blocks[i]?.data.length ?? 0);
		return labels.map((label) => ({ term, label }));
	});
	if (one.length === 0 || count % one.length !== 0) return undefined;
	return Array.from({ length: count }, (_element, i) => one[i % one.length] as Place);
}

function sourceLabels(steps: readonly LabelledStep[]): readonly string[] | undefined {
	const source = steps.find(({ type }) => type !== 'latest');
	if (steps.some(({ type }) => type === 'projected-gravity')) return ['x', 'y', 'z'];
	const goal = steps.find(({ type }) => type === 'relative-goal');
	if (goal) return goalLabels[typeof goal.form === 'string' ? goal.form : 'polar'];
	if (source?.type === 'laser') return beamLabels(source);
	if (source?.type === 'select') return selectLabels(source);
	if (!Array.isArray(source?.parts)) return undefined;
	const parts = source.parts.map((row) => (row as { part?: unknown }).part);
	if (!parts.every((part) => typeof part === 'string' && Object.hasOwn(axes, part))) return undefined;
	return parts.flatMap((part) => (axes[part as string] as readonly string[]).map((axis) => `${part} ${axis}`));
}

const goalLabels: Record<string, readonly string[]> = {
	polar: ['distance', 'bearing'],
	cartesian: ['ahead', 'left'],
	'sin-cos': ['distance', 'sine of the bearing', 'cosine of the bearing'],
};

/** The direction of each beam, where the step says them. */
function beamLabels({ beams, from, to }: LabelledStep): string[] | undefined {
	if (typeof beams !== 'number' || typeof from !== 'number' || typeof to !== 'number' || beams < 2) return undefined;
	const degrees = (i: number) => ((from + (i * (to - from)) / (beams - 1)) * 180) / Math.PI;
	return Array.from({ length: Math.min(beams, 1000) }, (_beam, i) => `${Math.round(degrees(i))}°`);
}

function selectLabels({ fields, names, order }: LabelledStep): string[] | undefined {
	if (!Array.isArray(fields)) return undefined;
	if (!Array.isArray(names))
		return fields.some((field) => /\[.*:/.test(String(field))) ? undefined : fields.map(String);
	return order === 'by-name'
		? names.flatMap((name) => fields.map((field) => `${field} of ${name}`))
		: fields.flatMap((field) => names.map((name) => `${field} of ${name}`));
}
