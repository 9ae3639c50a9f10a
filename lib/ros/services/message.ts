import { show } from '../../check';

/** Bytes of the encapsulation header that every serialized message begins with. */
export const encapsulation = 4;

/** Whether a message has its encapsulation header at least. */
export const isMessage = (payload: Uint8Array): boolean => payload.length >= encapsulation;

/**
 * Checks what is to be sent to the other end of a service.
 * @throws TypeError when it is not bytes, RangeError when they are too few
 */
export function checkMessage(part: 'request' | 'response', service: string, bytes: unknown): void {
	if (!(bytes instanceof Uint8Array)) {
		throw new TypeError(`Expected the ${part} of ${service} to be bytes, got ${show(bytes)}`);
	}
	if (!isMessage(bytes)) {
		throw new RangeError(
			`Expected a serialized ${part} of ${service} with its ${encapsulation}-byte header, got ${bytes.length} bytes`,
		);
	}
}
