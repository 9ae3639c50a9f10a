/**
 * Checks the `names` of joints of a step.
 * @throws RangeError when a name is there twice, or is a place to be filled in: "Set up from a policy" writes `?0`, `?1`
 * ... where the trainer's files have no names, and nothing may be commanded by such a name.
 */
export function checkJointNames(names: readonly string[]): void {
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) {
		throw new RangeError(`Expected each name once in \`names\`, got ${JSON.stringify(twice)} twice`);
	}
	const open = names.find((name) => /^\?\d+$/.test(name));
	if (open !== undefined) {
		throw new RangeError(
			`Expected \`names\` to be the names of the joints, got ${JSON.stringify(open)}: it is to be filled in`,
		);
	}
}
