import type { NodeAPI } from 'node-red';
import { systemNow } from '../../lib/ros/clock';
import { expandTopicName } from '../../lib/ros/names';
import { defineNode } from '../shared/define-node';
import { qosOf } from '../shared/qos-properties';
import { contextOf } from '../shared/ros2-context';
import { properties } from './config';
import { withStamp } from './stamp';

export default function (RED: NodeAPI): void {
	defineNode(RED, 'ros2-publish', properties, ({ options, status, report }) => {
		const { graph, types } = contextOf(RED, options.context);
		const type = types.message(options.messageType);
		const topic = expandTopicName('topic', options.topic, graph);
		const show = (count: number) => {
			const key = count === 0 ? 'none' : count === 1 ? 'one' : 'subscriptions';
			const text = RED._(`ros2-publish.status.${key}`, { count });
			status.set(count > 0 ? 'green' : 'grey', count > 0 ? 'dot' : 'ring', text);
		};
		const publisher = graph.advertise(topic, type.name, qosOf(options), {
			onEvent(event) {
				if (event.kind === 'matched') show(event.count);
				else {
					status.set('red', 'ring', RED._('ros2-publish.status.incompatible', { policy: event.policy }));
					report(new Error(event.message), { topic });
				}
			},
		});
		show(publisher.matched);
		const hasHeader = type.definition.fields.some(
			(field) => field.name === 'header' && field.type.base === 'std_msgs/msg/Header',
		);
		return {
			input(message) {
				const payload = hasHeader ? withStamp(message.payload, systemNow()) : message.payload;
				publisher.publish(type.encode(payload));
			},
			close: () => publisher.close(),
		};
	});
}
