import { Tensor } from '../../lib/tensor/tensor';

/** What an element is: its term, empty where there are none, and what it is in it. */
export interface Place {
	readonly term: string;
	readonly label: string;
}

/**
 * The first element that is not as recorded, in words; undefined when all are.
 * @param labels what the elements are, of so many; undefined when that is not known
 * @param tolerance how much may differ, for numbers larger than 1 in relation to them
 * @throws TypeError when the recorded is no tensor.
 */
export function firstDifference(
	given: unknown,
	expected: unknown,
	labels: (count: number) => readonly Place[] | undefined,
	tolerance: number,
): string | undefined {
	if (!Tensor.isTensorLike(given) && !Array.isArray(given)) {
		return 'a recorded vector is compared with a tensor, got a message';
	}
	const { data } = Tensor.from(given, 'result');
	const recorded = Tensor.from(expected, 'expected').data;
	if (recorded.length !== data.length) return `${recorded.length} elements are recorded, got ${data.length}`;
	for (let i = 0; i < recorded.length; i++) {
		const difference = Math.abs(Number(data[i]) - Number(recorded[i]));
		if (difference <= tolerance * Math.max(1, Math.abs(Number(recorded[i])))) continue;
		return `element ${i}${nameOf(labels(data.length)?.[i])} was recorded as ${recorded[i]}, got ${data[i]}`;
	}
	return undefined;
}

function nameOf(place: Place | undefined): string {
	if (place === undefined) return '';
	return place.term === '' ? ` (${place.label})` : ` (${place.term}, ${place.label})`;
}
