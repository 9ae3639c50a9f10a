import type { NodeAPI } from 'node-red';
import { nearNames } from '../../lib/ros/types/near';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import { messageSkeleton } from '../../lib/ros/types/skeleton';
import type { Ros2ContextNode } from '../shared/ros2-context';
import type { TopicsAnswer } from '../shared/topics-answer';

/**
 * What the forms of the editor ask: topics, types and the fields of a type. Without a running context there are no
 * topics, and the types are the bundled ones.
 */
export function serveGraph(RED: NodeAPI): void {
	const bundled = createTypeRegistry();
	const context = (id: unknown) => RED.nodes.getNode(String(id)) as Ros2ContextNode | null;
	const typesOf = (id: unknown) => context(id)?.types ?? bundled;
	const guard = RED.auth.needsPermission('ros2-context.read');

	RED.httpAdmin.get('/ros2-context/types', guard, (request, response) => {
		response.json(typesOf(request.query.context).messageNames());
	});

	RED.httpAdmin.get('/ros2-context/topics', guard, (request, response) => {
		const found = context(request.query.context);
		const answer: TopicsAnswer = found?.graph
			? { state: 'running', topics: found.graph.topics() }
			: found?.failure
				? { state: 'failed', topics: [], message: found.failure.message }
				: { state: 'absent', topics: [] };
		response.json(answer);
	});

	RED.httpAdmin.get('/ros2-context/skeleton', guard, (request, response) => {
		const types = typesOf(request.query.context);
		const name = String(request.query.type ?? '');
		try {
			response.json(messageSkeleton(types.message(name), types.message));
		} catch (error) {
			const { message } = error as Error;
			response.status(404).json({ message, near: nearNames(name, types.messageNames()) });
		}
	});
}
