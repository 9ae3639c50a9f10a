import { randomBytes } from 'node:crypto';
import { show } from '../../check';

/** Bytes of an unique_identifier_msgs/msg/UUID. */
const length = 16;

/** A new random identifier of a goal, a UUID of version 4 (RFC 9562, 5.4), as 32 hexadecimal digits. */
export function createGoalId(): string {
	const bytes = randomBytes(length);
	bytes[6] = (bytes[6]! & 0x0f) | 0x40;
	bytes[8] = (bytes[8]! & 0x3f) | 0x80;
	return bytes.toString('hex');
}

/** The identifier as `ros2 action` writes it, 32 hexadecimal digits. */
export function goalIdToText({ uuid }: { readonly uuid: Uint8Array }): string {
	return Buffer.from(uuid.buffer, uuid.byteOffset, uuid.byteLength).toString('hex');
}

/** The message of an identifier; it may have the dashes of a UUID. @throws TypeError or RangeError */
export function goalIdFromText(name: string, text: unknown): { uuid: Uint8Array } {
	const expected = `Expected \`${name}\` to be the id of a goal, 32 hexadecimal digits, got ${show(text)}`;
	if (typeof text !== 'string') throw new TypeError(expected);
	const digits = text.replaceAll('-', '').toLowerCase();
	if (!/^[0-9a-f]{32}$/.test(digits)) throw new RangeError(expected);
	return { uuid: Buffer.from(digits, 'hex') };
}

/** Stands for all goals in a request to cancel. */
export const noGoalId = '0'.repeat(2 * length);
