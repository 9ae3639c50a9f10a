import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError, checkObject } from '../../lib/check';
import { expandTopicName } from '../../lib/ros/names';
import { ParameterClient } from '../../lib/ros/parameters/client';
import { fullNodeName } from '../../lib/ros/parameters/names';
import { briefOf, defineNode, type Running, type Start } from '../shared/define-node';
import { endpointStatus } from '../shared/endpoint-status';
import { asError } from '../shared/on-input';
import { declareParameters } from '../shared/own-parameters';
import type { OptionsOf } from '../shared/properties';
import { contextOf } from '../shared/ros2-context';
import { properties, splitNames } from './config';
import { ContextValues } from './context-store';

type Options = OptionsOf<typeof properties>;

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-param', properties, (start) =>
		start.options.operation === 'serve' ? serve(RED, start) : ask(RED, start),
	);
}

/** The parameters of the context's own node, their values in Node-RED's context. */
async function serve(RED: NodeAPI, { node, options, status, report }: Start<Options>): Promise<Running> {
	const { parameters } = options;
	const { graph, types } = contextOf(RED, options.context);
	if (parameters.length === 0) {
		throw new BriefError('no parameters', 'Expected `parameters` to have at least one; open the node and add one');
	}
	const topic = fullNodeName(graph);
	const values = ContextValues.of(node, options.store);
	await values.begin(parameters, (error) => node.warn(`${error.message}. It has its default now.`));
	const store = {
		get: (name: string) => values.get(name),
		set: (set: Parameters<typeof values.set>[0]) => values.set(set),
		onSet: (payload: object) => node.send({ topic, payload } as NodeMessage),
	};
	const declared = declareParameters(graph, types, parameters, store, (error) => report(error, { topic }));
	const count = parameters.length;
	status.set('green', 'dot', RED._(`ros2-param.status.${count === 1 ? 'served' : 'servedMany'}`, { count }));
	return {
		input: ({ payload }) => declared.set(checkObject('msg.payload', payload)),
		close: () => declared.close(),
	};
}

/** Questions to another node, one for each message. */
function ask(RED: NodeAPI, start: Start<Options>): Running {
	const { options, status } = start;
	const { graph, types } = contextOf(RED, options.context);
	const { operation, atomically } = options;
	const target = expandTopicName('node', options.node, graph);
	const { show, onEvent } = endpointStatus(RED, 'ros2-param', target, start);
	const client = new ParameterClient(graph, types, { node: target, onEvent });
	const closing = new AbortController();
	const call = { timeout: options.timeout * 1000, signal: closing.signal };
	show(client.isThere ? 1 : 0);

	const answer = async (payload: unknown): Promise<unknown> => {
		if (operation === 'set') {
			await client.set(checkObject('msg.payload', payload), atomically, call);
			return payload;
		}
		const names = namesIn(payload) ?? options.names;
		if (operation === 'list') return client.list(names, call);
		return operation === 'describe' ? client.describe(names, call) : client.get(names, call);
	};
	return {
		async input(message, send) {
			try {
				message.payload = await answer(message.payload);
				send(message);
				show(client.isThere ? 1 : 0);
			} catch (reason) {
				const error = asError(reason);
				status.set('red', 'ring', briefOf(error, RED._('ros2-param.status.failed')));
				throw error;
			}
		},
		close() {
			closing.abort(new Error(`The node was closed before ${target} had answered`));
			client.close();
		},
	};
}

/** Names that a message asks for; undefined when its payload are none. */
function namesIn(payload: unknown): string[] | undefined {
	if (typeof payload === 'string' && payload.trim() !== '') return splitNames(payload);
	if (!Array.isArray(payload) || !payload.every((name) => typeof name === 'string')) return undefined;
	return payload as string[];
}
