import type { Now } from '../clock';
import type { RequestHandler } from '../graph';
import { checkMessage } from './message';

/** Who takes the requests of a server. */
export interface Taker {
	readonly onRequest: RequestHandler;
	/** What `onRequest` throws, at once or later. */
	readonly onError: (error: unknown) => void;
	readonly now: Now;
}

/**
 * Hands a request over.
 * @param reply is called once at most, with a message; a second answer throws where it is given
 */
export function handOver(
	service: string,
	request: Uint8Array,
	{ onRequest, onError, now }: Taker,
	reply: (response: Uint8Array) => void,
): void {
	let answered = false;
	const respond = (response: Uint8Array) => {
		if (answered) throw new Error(`This request of ${service} has been answered already`);
		checkMessage('response', service, response);
		answered = true;
		reply(response);
	};
	try {
		// A handler that is asynchronous fails later, and must not take the process with it.
		onRequest(request, respond, { receivedAt: now() })?.catch(onError);
	} catch (error) {
		onError(error);
	}
}
