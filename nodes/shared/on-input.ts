import type { Node, NodeMessage } from 'node-red';

/**
 * Handles a node's input. What `handler` throws or rejects with goes to `done(error)`, so that Catch nodes see it, and
 * the node goes on with the next message.
 */
export function onInput(node: Node, handler: (message: NodeMessage) => void | Promise<void>): void {
	node.on('input', (message, _send, done) => {
		try {
			const result = handler(message);
			if (result === undefined) done();
			else
				result.then(
					() => done(),
					(error) => done(asError(error)),
				);
		} catch (error) {
			done(asError(error));
		}
	});
}

/** Whatever was thrown, as an Error. */
export function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
