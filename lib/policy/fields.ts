import { checkArray, checkNumber, checkString, show } from '../check';

/** Reading of contract files: what may be left out is undefined, what is there has to be right. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mapping `name`, or an empty one. @throws TypeError when it is something else. */
export function fieldsAt(name: string, value: unknown): Fields {
	if (value === undefined || value === null) return {};
	if (!isFields(value)) throw new TypeError(`Expected \`${name}\` to be a mapping, got ${show(value)}`);
	return value;
}

export function optionalNumber(name: string, value: unknown): number | undefined {
	return value === undefined || value === null ? undefined : checkNumber(name, value);
}

export function optionalNumbers(name: string, value: unknown): number[] | undefined {
	return value === undefined || value === null ? undefined : checkArray(name, value, checkNumber);
}

export function optionalTexts(name: string, value: unknown): string[] | undefined {
	return value === undefined || value === null
		? undefined
		: checkArray(name, value, (item, text) => checkString(item, text));
}

export function numberOrNumbers(name: string, value: unknown): number | number[] | undefined {
	return typeof value === 'number' ? checkNumber(name, value) : optionalNumbers(name, value);
}

/** Two limits, `[low, high]`. */
export function optionalLimits(name: string, value: unknown): [number, number] | undefined {
	const list = optionalNumbers(name, value);
	if (list === undefined) return undefined;
	if (list.length !== 2 || (list[0] as number) > (list[1] as number)) {
		throw new RangeError(`Expected \`${name}\` to be the least and the most, got [${list.join(', ')}]`);
	}
	return list as [number, number];
}

/** For each joint its limits, `[[low, high], ...]`, as all low ones and all high ones. */
export function optionalLimitsEach(name: string, value: unknown): [low: number[], high: number[]] | undefined {
	if (value === undefined || value === null) return undefined;
	const low: number[] = [];
	const high: number[] = [];
	checkArray(name, value, (item, limits) => {
		const [least, most] = optionalLimits(item, limits) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
		low.push(least);
		high.push(most);
	});
	return [low, high];
}

/** A list that has to have as many elements as there are joints. */
export function sameCount(name: string, list: readonly unknown[] | undefined, count: number | undefined): void {
	if (list !== undefined && count !== undefined && list.length !== count) {
		throw new RangeError(`Expected \`${name}\` to have ${count} elements, one for each joint, got ${list.length}`);
	}
}
