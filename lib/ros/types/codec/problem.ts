/**
 * What is wrong with one value, on its way up through the structures around it. Each adds its own step, so that the
 * path costs nothing as long as all is well.
 */
export class Problem extends Error {
	/** Field names and indices, innermost first. */
	readonly steps: (string | number)[] = [];

	/**
	 * @param kind the class of the error to throw in the end
	 * @param message what was expected and what came
	 */
	constructor(
		readonly kind: typeof TypeError | typeof RangeError,
		message: string,
	) {
		super(message);
	}

	/** The error for the caller: `position[2]: expected float64, got "abc"`. */
	toError(typeName: string): Error {
		let path = '';
		for (const step of this.steps.reverse()) {
			if (typeof step === 'number') path += `[${step}]`;
			else path += path === '' ? step : `.${step}`;
		}
		return new this.kind(`${path === '' ? typeName : path}: ${this.message}`);
	}
}

/** Adds a step to a problem; anything else that was thrown passes as it is. */
export function at(step: string | number, error: unknown): unknown {
	if (error instanceof Problem) error.steps.push(step);
	return error;
}
