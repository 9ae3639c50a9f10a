import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError } from '../../lib/check';
import { systemTimers } from '../../lib/control/timers';
import type { RequestHandler } from '../../lib/ros/graph';
import { expandTopicName } from '../../lib/ros/names';
import { decodeFrom } from '../shared/decode-from';
import { defineNode } from '../shared/define-node';
import { endpointStatus } from '../shared/endpoint-status';
import { OpenRequests } from '../shared/open-requests';
import { type RosInfo, stampOf } from '../shared/ros-info';
import { contextOf } from '../shared/ros2-context';
import { properties } from './config';

/** Requests that wait for the flow at the same time. */
const most = 1000;

type Respond = Parameters<RequestHandler>[1];

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-service', properties, (start) => {
		const { node, options, status, report } = start;
		const { graph, types } = contextOf(RED, options.context);
		const type = types.service(options.serviceType);
		const service = expandTopicName('service', options.service, graph);
		let unanswered = 0;
		const unansweredBy = (reason: BriefError, message: object) => {
			unanswered++;
			report(reason, message);
			showRequests();
		};
		const requests = new OpenRequests<Respond>({
			timeout: options.timeout * 1000,
			most,
			timers: systemTimers,
			what: `request of ${service}`,
			property: 'requestId',
			onTimeout(requestId) {
				const error = new BriefError(
					'no answer',
					`The flow did not answer a request of ${service} within ${options.timeout} s. Its answer has to come back into this node, or the timeout to be longer.`,
				);
				unansweredBy(error, { topic: service, requestId });
			},
		});
		const { show, onEvent } = endpointStatus(RED, 'ros2-service', service, start);
		const showRequests = () => {
			const text = (key: string, count: number) => () => RED._(`ros2-service.status.${key}`, { count });
			if (requests.size > 0) status.update('blue', 'dot', text('open', requests.size));
			else if (unanswered > 0) status.update('yellow', 'dot', text('unanswered', unanswered));
			else show(server.matched);
		};
		const onRequest: RequestHandler = (bytes, respond, { receivedAt }) => {
			const ros: RosInfo = { type: type.request.name, stamp: undefined, receivedAt };
			try {
				const payload = decodeFrom(`A request of ${service}`, type.request, bytes);
				ros.stamp = stampOf(payload);
				const requestId = requests.add(respond);
				if (requestId === undefined) {
					const full = `${most} requests of ${service} wait for the flow already; this one gets no answer`;
					return unansweredBy(new BriefError('too many requests', full), { topic: service, ros });
				}
				showRequests();
				node.send({ topic: service, payload, ros, requestId } as NodeMessage);
			} catch (error) {
				report(error, { topic: service, ros });
			}
		};
		const server = graph.createService(service, type.name, undefined, onRequest, { onEvent });
		show(server.matched);
		return {
			input(message) {
				const { requestId, payload } = message as { requestId?: unknown; payload?: unknown };
				const respond = requests.get(requestId);
				// One that does not fit leaves the request open, so that the flow can still answer.
				const bytes = type.response.encode(payload);
				requests.remove(requestId as string);
				respond(bytes);
				showRequests();
			},
			close() {
				requests.close();
				server.close();
			},
		};
	});
}
