import type { NodeAPI } from 'node-red';
import { expandTopicName } from '../../lib/ros/names';
import { qosPresets } from '../../lib/ros/qos';
import { contextOf } from '../shared/ros2-context';
import type { Stoppable } from './admin';
import type { Options } from './check';

/**
 * Lets a ROS topic stop the node, and a ROS service stop and reset it.
 * @param report errors of single messages
 * @returns ends it
 */
export function rosStop(
	RED: NodeAPI,
	{ context, stopTopic, stopService }: Options,
	gate: Stoppable,
	report: (error: unknown) => void,
): () => void {
	if (context === undefined || (stopTopic === '' && stopService === '')) return () => {};
	const { graph, types } = contextOf(RED, context);
	const endpoints: { close(): void }[] = [];
	if (stopTopic !== '') {
		const type = types.message('std_msgs/msg/Bool');
		const topic = expandTopicName('stopTopic', stopTopic, graph);
		const onMessage = (cdr: Uint8Array) => {
			try {
				// A false releases nothing: it may come from another sender than the stop.
				if (type.decode(cdr).data === true) gate.stop();
			} catch (error) {
				report(error);
			}
		};
		endpoints.push(graph.subscribe(topic, type.name, qosPresets.default, onMessage));
	}
	if (stopService !== '') {
		const type = types.service('std_srvs/srv/SetBool');
		const service = expandTopicName('stopService', stopService, graph);
		endpoints.push(
			graph.createService(service, type.name, undefined, (request, respond) => {
				if (type.request.decode(request).data === true) gate.stop();
				else gate.reset();
				respond(type.response.encode({ success: true, message: gate.isStopped ? 'stopped' : 'released' }));
			}),
		);
	}
	return () => {
		for (const endpoint of endpoints) endpoint.close();
	};
}
