import { deepStrictEqual, throws } from 'node:assert/strict';
import type { Addon, Handle } from '../../../../lib/ros/native/addon';
import { type OnRequest, openServer } from '../../../../lib/ros/native/ports';
import type { Session } from '../../../../lib/ros/native/session';
import type { Structures } from '../../../../lib/ros/native/structure';
import { qosPresets } from '../../../../lib/ros/qos';

const adding = 'example_interfaces/srv/AddTwoInts';

describe('the answers of a native server', () => {
	/** A server in an rcl that says `refusal` to each answer, and is asked once. */
	const ask = (refusal: string | undefined, onRequest: OnRequest) => {
		const asked = [{ release() {} }];
		const sent: Buffer[] = [];
		const freed: Buffer[] = [];
		let ready = () => {};
		const addon = {
			createService: (): Handle => ({ release() {} }),
			rclTakeRequest: () => asked.pop(),
			sendResponse(_service: Handle, response: Buffer) {
				if (refusal !== undefined) throw new Error(refusal);
				sent.push(response);
			},
		} as unknown as Addon;
		const session = { addon, add: (_list: string, _handle: Handle, onReady: () => void) => (ready = onReady) };
		const structures = {
			of: () => ({
				from: (cdr: Uint8Array) => Buffer.from(cdr),
				empty: () => ({ memory: Buffer.alloc(1), isFilled: () => true }),
				read: () => Buffer.of(0, 1, 0, 0),
				free: (memory: Buffer) => freed.push(memory),
			}),
		};
		openServer(
			session as unknown as Session,
			structures as unknown as Structures,
			'/add',
			adding,
			qosPresets.services,
			onRequest,
		);
		ready();
		return { sent, freed };
	};
	const answer = Buffer.of(0, 1, 0, 0, 7);

	it('go to rcl, and are freed', () => {
		const { sent, freed } = ask(undefined, (_request, respond) => respond(answer));
		deepStrictEqual(sent, [answer]);
		// That of the request, that of a second one that was not there, and that of the answer.
		deepStrictEqual(freed.length, 3);
	});

	it('to a client that has gone say so, with each middleware', () => {
		for (const refusal of [
			'client will not receive response, at rmw_response.cpp:153',
			'error not set, at service.c:400',
		]) {
			ask(refusal, (_request, respond) => throws(() => respond(answer), { brief: 'client is gone', message: /\/add/ }));
		}
	});

	it('that rcl refuses for another reason tell it', () => {
		ask('bad alloc', (_request, respond) => throws(() => respond(answer), /^Error: bad alloc/));
	});
});
