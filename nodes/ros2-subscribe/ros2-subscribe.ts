import type { NodeAPI, NodeMessage } from 'node-red';
import { expandTopicName } from '../../lib/ros/names';
import { defineNode } from '../shared/define-node';
import { qosOf } from '../shared/qos-properties';
import type { RosInfo } from '../shared/ros-info';
import { contextOf } from '../shared/ros2-context';
import { properties } from './config';

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-subscribe', properties, ({ node, options, status, report }) => {
		const { graph, types } = contextOf(RED, options.context);
		const type = types.message(options.messageType);
		const topic = expandTopicName('topic', options.topic, graph);
		const show = (count: number) => {
			const key = count === 0 ? 'none' : count === 1 ? 'one' : 'publishers';
			const text = RED._(`ros2-subscribe.status.${key}`, { count });
			status.set(count > 0 ? 'green' : 'grey', count > 0 ? 'dot' : 'ring', text);
		};
		const subscription = graph.subscribe(
			topic,
			type.name,
			qosOf(options),
			(cdr, info) => {
				const message: NodeMessage & { ros: RosInfo } = {
					topic,
					payload: undefined,
					ros: { type: type.name, stamp: undefined, receivedAt: info.receivedAt },
				} as never;
				try {
					const payload = type.decode(cdr);
					message.payload = payload;
					message.ros.stamp = (payload.header as { stamp?: RosInfo['stamp'] } | undefined)?.stamp;
				} catch (error) {
					report(error, message);
					return;
				}
				node.send(message);
			},
			{
				newestOnly: options.newestOnly,
				onEvent(event) {
					if (event.kind === 'incompatible') {
						status.set('red', 'ring', RED._('ros2-subscribe.status.incompatible', { policy: event.policy }));
						report(new Error(event.message), { topic });
					} else show(event.count);
				},
			},
		);
		show(subscription.matched);
		return { close: () => subscription.close() };
	});
}
