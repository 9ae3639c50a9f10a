import { show } from '../../check';

/**
 * Encodings of sensor_msgs/msg/Image, by the names of sensor_msgs/image_encodings.hpp.
 * https://github.com/ros2/common_interfaces/blob/rolling/sensor_msgs/include/sensor_msgs/image_encodings.hpp
 */
export interface Encoding {
	/** What holds a sample. */
	readonly sample: 'uint8' | 'uint16' | 'float32';
	/** Samples per pixel as they lie in memory. */
	readonly channels: number;
	/** Where red, green and blue are; undefined for images without colour. */
	readonly colors?: readonly [red: number, green: number, blue: number];
	/** Which colours the first two pixels of the first two rows have, for an image behind a Bayer filter. */
	readonly bayer?: string;
	/** Where the brightness is in an image of two pixels in four bytes. */
	readonly yuv?: 'uyvy' | 'yuyv';
}

const rgb = [0, 1, 2] as const;
const bgr = [2, 1, 0] as const;

const encodings: Record<string, Encoding> = {
	mono8: { sample: 'uint8', channels: 1 },
	mono16: { sample: 'uint16', channels: 1 },
	rgb8: { sample: 'uint8', channels: 3, colors: rgb },
	bgr8: { sample: 'uint8', channels: 3, colors: bgr },
	rgba8: { sample: 'uint8', channels: 4, colors: rgb },
	bgra8: { sample: 'uint8', channels: 4, colors: bgr },
	rgb16: { sample: 'uint16', channels: 3, colors: rgb },
	bgr16: { sample: 'uint16', channels: 3, colors: bgr },
	rgba16: { sample: 'uint16', channels: 4, colors: rgb },
	bgra16: { sample: 'uint16', channels: 4, colors: bgr },
	'8UC1': { sample: 'uint8', channels: 1 },
	'8UC3': { sample: 'uint8', channels: 3, colors: bgr },
	'8UC4': { sample: 'uint8', channels: 4, colors: bgr },
	'16UC1': { sample: 'uint16', channels: 1 },
	'32FC1': { sample: 'float32', channels: 1 },
	'32FC3': { sample: 'float32', channels: 3, colors: bgr },
	yuv422: { sample: 'uint8', channels: 2, yuv: 'uyvy' },
	uyvy: { sample: 'uint8', channels: 2, yuv: 'uyvy' },
	yuv422_yuy2: { sample: 'uint8', channels: 2, yuv: 'yuyv' },
	yuyv: { sample: 'uint8', channels: 2, yuv: 'yuyv' },
};
for (const pattern of ['rggb', 'bggr', 'gbrg', 'grbg']) {
	encodings[`bayer_${pattern}8`] = { sample: 'uint8', channels: 1, bayer: pattern };
	encodings[`bayer_${pattern}16`] = { sample: 'uint16', channels: 1, bayer: pattern };
}

/** @throws TypeError or RangeError for an encoding that is none or not known. */
export function encodingOf(name: unknown): Encoding {
	if (typeof name !== 'string') throw new TypeError(`Expected \`encoding\` to be a text, got ${show(name)}`);
	const found = Object.hasOwn(encodings, name) ? encodings[name] : undefined;
	if (found) return found;
	throw new RangeError(`Expected \`encoding\` to be one of ${Object.keys(encodings).join(', ')}, got ${show(name)}`);
}
