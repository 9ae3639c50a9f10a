import type { ServiceDescription } from './graph';

/** Which end of a service a form looks for: servers to call, or clients that wait for one. */
export type ServiceSide = 'servers' | 'clients';

/** Services that nearly every node has, by their last word. */
const plumbing =
	/\/(describe_parameters|get_parameters|get_parameter_types|list_parameters|set_parameters|set_parameters_atomically|get_type_description|get_logger_levels|set_logger_levels)$/;

/**
 * The services to choose from for an endpoint whose other half are servers or clients: those that have some, in
 * alphabetical order. Last come those that every node has, then hidden ones, such as those of actions.
 */
export function serviceChoices(services: readonly ServiceDescription[], side: ServiceSide): ServiceDescription[] {
	const rank = ({ service }: ServiceDescription) => (service.includes('/_') ? 2 : plumbing.test(service) ? 1 : 0);
	return services
		.filter((service) => service[side] > 0)
		.sort((a, b) => rank(a) - rank(b) || (a.service < b.service ? -1 : 1));
}
