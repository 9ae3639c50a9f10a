import { show } from '../../../check';
import type { Codec } from './codec';
import { Problem } from './problem';
import { Reader } from './reader';
import { Writer } from './writer';

/** Memory that an encoder keeps for the next message, at most. */
const keptBytes = 1 << 20;

/** Bytes that may follow the last field of any message: transports pad to multiples of 4. */
const paddingBytes = 3;

let idle: Writer | undefined = new Writer();

/** Serializes one message. @throws TypeError or RangeError with the path of the field */
export function encodeMessage(typeName: string, codec: Codec, message: unknown): Buffer {
	// A getter of the message may itself encode; it then works with a writer of its own.
	const writer = idle ?? new Writer();
	idle = undefined;
	try {
		writer.reset();
		codec.write(writer, message);
		return writer.finish();
	} catch (error) {
		throw error instanceof Problem ? error.toError(typeName) : error;
	} finally {
		if (writer.capacity <= keptBytes) idle = writer;
	}
}

/** The message in these bytes. @throws RangeError with the path of the field and the offset of the byte */
export function decodeMessage<T>(typeName: string, codec: Codec<T>, bytes: Uint8Array): T {
	return read(typeName, bytes, (reader) => {
		const message = codec.read(reader);
		const left = bytes.length - reader.offset;
		if (left > paddingBytes + reader.surplus) {
			throw new Problem(
				RangeError,
				`expected the message to end at byte ${reader.offset}, got ${left} bytes more; the sender may have another definition of this type`,
			);
		}
		return message;
	});
}

/** How many of these bytes the message at their start takes. @throws RangeError as decodeMessage() does */
export function measureMessage(typeName: string, codec: Codec, bytes: Uint8Array): number {
	return read(typeName, bytes, (reader) => {
		codec.read(reader);
		return reader.offset;
	});
}

function read<T>(typeName: string, bytes: Uint8Array, take: (reader: Reader) => T): T {
	if (!ArrayBuffer.isView(bytes)) {
		throw new TypeError(`Expected the bytes of ${typeName} as a Buffer or Uint8Array, got ${show(bytes)}`);
	}
	try {
		return take(new Reader(bytes));
	} catch (error) {
		throw error instanceof Problem ? error.toError(typeName) : error;
	}
}
