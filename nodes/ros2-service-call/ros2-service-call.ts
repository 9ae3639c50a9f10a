import type { NodeAPI, NodeMessage } from 'node-red';
import { systemNow } from '../../lib/ros/clock';
import { expandTopicName } from '../../lib/ros/names';
import { decodeFrom } from '../shared/decode-from';
import { briefOf, defineNode } from '../shared/define-node';
import { endpointStatus } from '../shared/endpoint-status';
import { asError } from '../shared/on-input';
import { type RosInfo, rosOfAnswer } from '../shared/ros-info';
import { contextOf } from '../shared/ros2-context';
import { CallQueue } from './call-queue';
import { properties } from './config';

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-service-call', properties, (start) => {
		const { options, status } = start;
		const { graph, types } = contextOf(RED, options.context);
		const { request, response, name } = types.service(options.serviceType);
		const service = expandTopicName('service', options.service, graph);
		const { show, onEvent } = endpointStatus(RED, 'ros2-service-call', service, start);
		const client = graph.createClient(service, name, undefined, { onEvent });
		show(client.available);

		const queue = new CallQueue(options.concurrency, options.queue);
		const closing = new AbortController();
		const timeout = options.timeout * 1000;
		// Whatever triggers a service that takes nothing will do.
		const isEmpty = request.definition.fields.length === 0;
		const showCalls = () => {
			if (queue.size === 0) show(client.available);
			else status.update('blue', 'dot', () => RED._('ros2-service-call.status.calls', { count: queue.size }));
		};
		return {
			async input(message, send) {
				try {
					const bytes = request.encode(isEmpty ? {} : message.payload);
					const call = queue.run(() => client.call(bytes, { timeout, signal: closing.signal }));
					showCalls();
					const payload = decodeFrom(`The answer of ${service}`, response, await call);
					const asked = (message as { ros?: RosInfo }).ros;
					const ros = rosOfAnswer(response.name, payload, systemNow(), asked);
					send(Object.assign(message, { payload, ros }) as NodeMessage);
					showCalls();
				} catch (reason) {
					const error = asError(reason);
					status.set('red', 'ring', briefOf(error, RED._('ros2-service-call.status.failed')));
					throw error;
				}
			},
			close() {
				const reason = new Error(
					`The node was closed before ${service} had answered; it may have done what it was asked`,
				);
				queue.close(new Error(`The node was closed before ${service} was called`));
				closing.abort(reason);
				client.close();
			},
		};
	});
}
