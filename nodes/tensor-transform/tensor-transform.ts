import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError } from '../../lib/check';
import { createPipeline, describeResult } from '../../lib/transform/pipeline';
import { defineNode } from '../shared/define-node';
import { asError } from '../shared/on-input';
import { properties } from './config';
import { memoryOf } from './memory';

interface TransformMessage extends NodeMessage {
	ros?: object;
	reset?: unknown;
}

/** A list of steps from a ROS message to a tensor, from tensor to tensor, or from a tensor to a ROS message. */
export default function (RED: NodeAPI): void {
	defineNode(RED, 'tensor-transform', properties, ({ node, options, status }) => {
		const pipeline = createPipeline(options.steps, { memory: memoryOf(node.z) });
		// Nothing is known of an episode before this: not even a last action that an earlier deploy left.
		pipeline.reset();
		let isWorking = false;
		return {
			input(message: TransformMessage, send) {
				// A reset may come alone, or with the first message of an episode.
				if (message.reset === true) {
					pipeline.reset();
					if (message.payload === undefined) return;
				}
				try {
					if (pipeline.keep(message.payload, message)) return;
					message.payload = pipeline.run(message.payload, message);
				} catch (error) {
					isWorking = false;
					status.set('red', 'ring', briefly(asError(error)));
					throw error;
				}
				if (pipeline.messageType !== undefined) message.ros = { ...message.ros, type: pipeline.messageType };
				const { payload } = message;
				if (isWorking) status.update('green', 'dot', () => describeResult(pipeline, payload));
				else status.set('green', 'dot', describeResult(pipeline, payload));
				isWorking = true;
				send(message);
			},
		};
	});
}

/** Where it failed, `step 3 scale`: the whole is in the error. */
function briefly(error: Error): string {
	if (error instanceof BriefError) return error.brief;
	return /^step \d+ [a-z0-9-]+/.exec(error.message)?.[0].slice(0, 24) ?? 'bad input';
}
