import type { NodeAPI } from 'node-red';
import { checkTopicName } from '../../lib/ros/names';
import { checkAvailable } from '../../lib/ros/native/availability';
import type { Surroundings } from '../../lib/ros/native/locate';
import { ParameterClient } from '../../lib/ros/parameters/client';
import { nearNames } from '../../lib/ros/types/near';
import { createTypeRegistry, type MessageType, type TypeRegistry } from '../../lib/ros/types/registry';
import { messageSkeleton } from '../../lib/ros/types/skeleton';
import type { Ros2ContextNode, TransportInUse } from '../shared/ros2-context';
import type { GraphAnswer, ServicesAnswer, TopicsAnswer } from '../shared/topics-answer';
import { describeTransport } from './transport';
import type { TransportAnswer } from './transport-answer';

/**
 * What the forms of the editor ask: topics, types and the fields of a type. Without a running context there are no
 * topics, and the types are the bundled ones.
 */
export function serveGraph(RED: NodeAPI, surroundings: Surroundings): void {
	const bundled = createTypeRegistry();
	const context = (id: unknown) => RED.nodes.getNode(String(id)) as Ros2ContextNode | null;
	const typesOf = (id: unknown) => context(id)?.types ?? bundled;
	const guard = RED.auth.needsPermission('ros2-context.read');

	RED.httpAdmin.get('/ros2-context/types', guard, (request, response) => {
		response.json(namesOf(typesOf(request.query.context), request.query.kind));
	});

	const stateOf = (found: Ros2ContextNode | null): GraphAnswer =>
		found?.graph
			? { state: 'running' }
			: found?.failure
				? { state: 'failed', message: found.failure.message }
				: { state: 'absent' };

	RED.httpAdmin.get('/ros2-context/topics', guard, (request, response) => {
		const found = context(request.query.context);
		const answer: TopicsAnswer = { ...stateOf(found), topics: found?.graph?.topics() ?? [] };
		response.json(answer);
	});

	RED.httpAdmin.get('/ros2-context/services', guard, (request, response) => {
		const found = context(request.query.context);
		const answer: ServicesAnswer = { ...stateOf(found), services: found?.graph?.services() ?? [] };
		response.json(answer);
	});

	RED.httpAdmin.get('/ros2-context/parameters', guard, (request, response) => {
		const found = context(request.query.context);
		parametersOf(found, String(request.query.node ?? '')).then(
			(names) => response.json(names),
			(error: Error) => response.status(404).json({ message: error.message }),
		);
	});

	RED.httpAdmin.get('/ros2-context/transport', guard, (request, response) => {
		const found = context(request.query.context);
		let auto: TransportInUse;
		try {
			auto = { name: 'native', ...checkAvailable(surroundings) };
		} catch (error) {
			auto = { name: 'embedded', without: error as Error };
		}
		const answer: TransportAnswer = {
			auto: auto.name,
			autoText: describeTransport(RED, auto),
			...(found?.transport === undefined
				? {}
				: { inUse: found.transport.name, inUseText: describeTransport(RED, found.transport) }),
		};
		response.json(answer);
	});

	RED.httpAdmin.get('/ros2-context/skeleton', guard, (request, response) => {
		const types = typesOf(request.query.context);
		const name = String(request.query.type ?? '');
		const part = String(request.query.part ?? '');
		try {
			response.json(messageSkeleton(partOf(types, name, part), types.message));
		} catch (error) {
			const { message } = error as Error;
			const kind = part === '' ? 'msg' : /^_Re(quest|sponse)$/.test(part) ? 'srv' : 'action';
			response.status(404).json({ message, near: nearNames(name, namesOf(types, kind)) });
		}
	});
}

function namesOf(types: TypeRegistry, kind: unknown): string[] {
	if (kind === 'srv') return types.serviceNames();
	return kind === 'action' ? types.actionNames() : types.messageNames();
}

/** A message type, or what goes in and out of a service or action, named by its suffix. */
function partOf(types: TypeRegistry, name: string, part: string): MessageType {
	if (part === '_Request') return types.service(name).request;
	if (part === '_Response') return types.service(name).response;
	if (part === '_Goal') return types.action(name).goal;
	return part === '_Result' ? types.action(name).result : types.message(name);
}

/** How long a node may take to list its parameters, ms. */
const patience = 2000;

/** The names of a node's parameters. */
async function parametersOf(context: Ros2ContextNode | null, node: string): Promise<string[]> {
	if (!context?.graph) return [];
	const client = new ParameterClient(context.graph, context.types, { node: checkTopicName('node', node) });
	try {
		return await client.list([], { timeout: patience });
	} finally {
		client.close();
	}
}
