import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError } from '../../lib/check';
import { RateLimiter } from '../../lib/control/rate-limiter';
import { defineNode } from '../shared/define-node';
import { properties } from './config';

export default function (RED: NodeAPI): void {
	defineNode(RED, 'rate-limiter', properties, ({ node, options, status }) => {
		const { safeMessage } = options;
		if ((options.timeout === undefined) !== (safeMessage === undefined)) {
			throw new BriefError(
				'timeout and safe',
				'Expected `timeout` (s) and `safeMessage` (JSON) both to be set or both to be empty: ' +
					'the safe message is what is sent when the input has been silent for the timeout',
			);
		}
		let passed = 0;
		let dropped = 0;
		let topic: string | undefined;
		const limiter = new RateLimiter<NodeMessage>({
			rate: options.rate,
			timeout: options.timeout,
			send(message) {
				passed++;
				node.send(message);
			},
			onDrop() {
				dropped++;
			},
			onSilent() {
				status.set('yellow', 'ring', RED._('rate-limiter.status.silent'));
				node.send({ topic, payload: structuredClone(safeMessage) } as NodeMessage);
			},
		});
		return {
			input(message) {
				topic = message.topic;
				limiter.push(message);
				status.update('green', 'dot', () => RED._('rate-limiter.status.passing', { passed, dropped }));
			},
			close: () => limiter.close(),
		};
	});
}
