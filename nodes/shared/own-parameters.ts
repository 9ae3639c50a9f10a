import { systemNow } from '../../lib/ros/clock';
import type { Graph } from '../../lib/ros/graph';
import type { ParameterDeclaration } from '../../lib/ros/parameters/description';
import { type Declared, ParameterServer, type ParameterStore } from '../../lib/ros/parameters/server';
import type { TypeRegistry } from '../../lib/ros/types/registry';

interface Shared {
	readonly server: ParameterServer;
	/** Who hears of errors: the nodes that have declared something, the first of them. */
	readonly reports: Set<(error: unknown) => void>;
}

/** A graph's node has one set of parameters, whoever declares them. */
const servers = new WeakMap<Graph, Shared>();

/**
 * Declares parameters of a graph's own node. The first that declares some makes its services, the last takes them away.
 * @throws BriefError when one is declared already
 */
export function declareParameters(
	graph: Graph,
	types: TypeRegistry,
	declarations: readonly ParameterDeclaration[],
	store: ParameterStore,
	report: (error: unknown) => void,
): Declared {
	const shared = servers.get(graph) ?? share(graph, types);
	servers.set(graph, shared);
	const leave = () => {
		shared.reports.delete(report);
		if (shared.reports.size > 0) return;
		servers.delete(graph);
		shared.server.close();
	};
	shared.reports.add(report);
	try {
		const declared = shared.server.declare(declarations, store);
		return {
			set: (values) => declared.set(values),
			close() {
				declared.close();
				leave();
			},
		};
	} catch (error) {
		leave();
		throw error;
	}
}

function share(graph: Graph, types: TypeRegistry): Shared {
	const reports = new Set<(error: unknown) => void>();
	const onError = (error: unknown) => {
		const [first] = reports;
		first?.(error);
	};
	return { server: new ParameterServer(graph, types, { now: systemNow, onError }), reports };
}
