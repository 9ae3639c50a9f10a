import type { MessageType } from '../../lib/ros/types/registry';

/**
 * Reads what came from the network.
 * @param what it is and where it came from, such as `A message of /scan`
 * @throws RangeError that says so, names the field that cannot be read, and what was expected there
 */
export function decodeFrom(what: string, type: MessageType, cdr: Uint8Array): Record<string, unknown> {
	try {
		return type.decode(cdr);
	} catch (error) {
		throw new RangeError(`${what} cannot be read: ${(error as Error).message}`, { cause: error });
	}
}
