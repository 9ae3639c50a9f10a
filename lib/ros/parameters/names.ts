export { fullNodeName } from '../names';

/** The services that every node with parameters has, below its own name. Source: rclcpp/parameter_service_names.hpp */
export const parameterServices = {
	describe: { name: 'describe_parameters', type: 'rcl_interfaces/srv/DescribeParameters' },
	get: { name: 'get_parameters', type: 'rcl_interfaces/srv/GetParameters' },
	types: { name: 'get_parameter_types', type: 'rcl_interfaces/srv/GetParameterTypes' },
	list: { name: 'list_parameters', type: 'rcl_interfaces/srv/ListParameters' },
	set: { name: 'set_parameters', type: 'rcl_interfaces/srv/SetParameters' },
	setAtomically: { name: 'set_parameters_atomically', type: 'rcl_interfaces/srv/SetParametersAtomically' },
} as const;

export type ParameterService = keyof typeof parameterServices;

/** Where nodes tell that parameters have changed. */
export const eventsTopic = '/parameter_events';
export const eventsType = 'rcl_interfaces/msg/ParameterEvent';

/**
 * The names that a request for a list asks for.
 * @param prefixes those that begin with one of these, a dot after it; none for all
 * @param depth how many words names may have after the prefix; 0 for any
 * @returns the names, and the prefixes that they have
 * @see rclcpp, NodeParameters::list_parameters
 */
export function listNames(all: readonly string[], prefixes: readonly string[], depth: number) {
	const isShallow = (rest: string) => depth === 0 || rest.split('.').length <= depth;
	const isAsked = (name: string) =>
		prefixes.length === 0
			? isShallow(name)
			: prefixes.some(
					(prefix) => name === prefix || (name.startsWith(`${prefix}.`) && isShallow(name.slice(prefix.length + 1))),
				);
	const names = all.filter(isAsked);
	const found = names.filter((name) => name.includes('.')).map((name) => name.slice(0, name.lastIndexOf('.')));
	return { names, prefixes: [...new Set(found)] };
}
