import { checkArray } from '../../lib/check';
import { checkTopicName } from '../../lib/ros/names';
import { checkDeclaration, type ParameterDeclaration } from '../../lib/ros/parameters/description';
import { boolean, choice, configNode, json, number, text } from '../shared/properties';

function checkDeclarations(name: string, value: unknown): ParameterDeclaration[] {
	const declarations = checkArray(name, value, checkDeclaration);
	for (const [index, { name: own }] of declarations.entries()) {
		// A value cannot be beside the values below it: flow context keeps them as fields of an object.
		const other = declarations.find((one, at) => at !== index && (one.name === own || one.name.startsWith(`${own}.`)));
		if (other === undefined) continue;
		throw new RangeError(`Expected \`${name}\` to have no parameter within another, got ${own} and ${other.name}`);
	}
	return declarations;
}

export const properties = {
	name: text(''),
	context: configNode('ros2-context'),
	operation: choice('get', ['get', 'set', 'list', 'describe', 'serve']),
	/** The node whose parameters they are; of no use to `serve`, which has those of the context's own node. */
	node: text('/turtlesim', (name, value) => (value === '' ? value : checkTopicName(name, value))),
	/** Names, or of `list` prefixes, with commas between; empty for all. A message may have others. */
	names: text('', (_name, value) => splitNames(value)),
	/** Set all or none. */
	atomically: boolean(false),
	timeout: number(5, { above: 0, max: 2_000_000, unit: 's' }),
	/** The parameters of the context's own node; a text of JSON, as the form keeps it. */
	parameters: json<ParameterDeclaration[]>('[]', checkDeclarations),
	/** Where their values are. */
	store: choice('flow', ['flow', 'global']),
};

/** Words with commas, spaces or lines between them. */
export function splitNames(text: string): string[] {
	return text.split(/[\s,]+/).filter((name) => name !== '');
}
