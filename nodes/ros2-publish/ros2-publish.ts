import type { NodeAPI } from 'node-red';
import { expandTopicName } from '../../lib/ros/names';
import { defineNode } from '../shared/define-node';
import { endpointStatus } from '../shared/endpoint-status';
import { qosOf } from '../shared/qos-properties';
import { contextOf } from '../shared/ros2-context';
import { properties } from './config';
import { withStamp } from './stamp';

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-publish', properties, (start) => {
		const { options } = start;
		const { graph, types, transport, clock } = contextOf(RED, options.context);
		const type = types.message(options.messageType);
		const topic = expandTopicName('topic', options.topic, graph);
		const { show, onEvent } = endpointStatus(RED, 'ros2-publish', topic, start, transport, clock);
		const publisher = graph.advertise(topic, type.name, qosOf(options), { onEvent });
		show(publisher.matched);
		const hasHeader = type.definition.fields.some(
			(field) => field.name === 'header' && field.type.base === 'std_msgs/msg/Header',
		);
		return {
			input(message) {
				const payload = hasHeader ? withStamp(message.payload, clock) : message.payload;
				publisher.publish(type.encode(payload));
			},
			async close() {
				// A safe command that the nodes before send as they stop is still on its way through promises.
				await new Promise((resolve) => setImmediate(resolve));
				await publisher.close();
			},
		};
	});
}
