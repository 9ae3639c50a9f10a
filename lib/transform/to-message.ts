import { countOf, describe, type NumberArray, numbersOf } from './elements';
import { optional, text } from './schema';
import type { Block, Carrier, Message } from './step';

/** The `frameId` option of steps whose messages have a header. */
export function frameOption(example: string) {
	return optional(text({ description: 'The frame of the message, `header.frame_id`.', example }));
}

/**
 * The numbers of a tensor that go into a message.
 * @param count how many there have to be
 * @param nameOf what element `index` is called in an error
 * @throws RangeError when there are others, or one is NaN or infinite: no robot is to get that.
 */
export function finiteNumbers(input: Block, count: number, nameOf: (index: number) => string): NumberArray {
	const values = numbersOf(input);
	if (values.length !== count) {
		throw new RangeError(`Expected ${countOf(count, 'element')}, got ${describe(input)}`);
	}
	for (let i = 0; i < values.length; i++) {
		if (!Number.isFinite(values[i]))
			throw new RangeError(`${nameOf(i)} is ${values[i]}; what goes into a message has to be finite`);
	}
	return values;
}

/** A header with the stamp of the sensor message behind it, where there is one. */
export function sensorHeader(carrier: Carrier, frameId: string | undefined): Message {
	const ros = carrier.ros as { stamp?: { sec?: unknown; nanosec?: unknown }; frameId?: unknown } | null | undefined;
	const header: Message = {};
	if (typeof ros?.stamp?.sec === 'number' && typeof ros.stamp.nanosec === 'number') {
		header.stamp = { sec: ros.stamp.sec, nanosec: ros.stamp.nanosec };
	}
	if (frameId !== undefined) header.frame_id = frameId;
	return header;
}

/** A header whose stamp is left to the publisher, which fills in the time of sending. */
export function commandHeader(frameId: string | undefined): Message {
	return frameId === undefined ? {} : { frame_id: frameId };
}

/** Seconds as a builtin_interfaces/msg/Duration. */
export function durationOf(seconds: number): { sec: number; nanosec: number } {
	const nanoseconds = Math.round(seconds * 1e9);
	const sec = Math.floor(nanoseconds / 1e9);
	return { sec, nanosec: nanoseconds - sec * 1e9 };
}
