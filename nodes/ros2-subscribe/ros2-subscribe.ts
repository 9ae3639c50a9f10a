import type { NodeAPI, NodeMessage } from 'node-red';
import type { MessageInfo } from '../../lib/ros/graph';
import { expandTopicName } from '../../lib/ros/names';
import { decodeFrom } from '../shared/decode-from';
import { defineNode } from '../shared/define-node';
import { endpointStatus } from '../shared/endpoint-status';
import { qosOf } from '../shared/qos-properties';
import type { RosInfo } from '../shared/ros-info';
import { contextOf } from '../shared/ros2-context';
import { properties } from './config';

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-subscribe', properties, (start) => {
		const { options, send, report } = start;
		const { graph, types, transport, clock, watchWarnings } = contextOf(RED, options.context);
		const type = types.message(options.messageType);
		const topic = expandTopicName('topic', options.topic, graph);
		const { show, showWarning, onEvent } = endpointStatus(RED, 'ros2-subscribe', topic, start, transport, clock);
		const onMessage = (cdr: Uint8Array, info: MessageInfo) => {
			const ros: RosInfo = { type: type.name, stamp: undefined, receivedAt: info.receivedAt };
			if (clock.isSimulated) ros.clock = options.context;
			try {
				const payload = decodeFrom(`A message of ${topic}`, type, cdr);
				ros.stamp = (payload.header as { stamp?: RosInfo['stamp'] } | undefined)?.stamp;
				send({ topic, payload, ros } as NodeMessage);
			} catch (error) {
				report(error, { topic, ros });
			}
		};
		const { newestOnly } = options;
		const subscription = graph.subscribe(topic, type.name, qosOf(options), onMessage, { newestOnly, onEvent });
		show(subscription.matched);
		const unwatch = watchWarnings({
			show: ({ kind }) => showWarning(kind),
			report: (error) => report(error, { topic }),
		});
		return {
			close() {
				unwatch();
				subscription.close();
			},
		};
	});
}
