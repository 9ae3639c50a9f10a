import { show } from '../../check';
import { decodeRvl } from '../decode/rvl';
import type { Message } from '../step';
import type { Raster } from './raster';

/** Decodes the bytes of a JPEG or PNG image. */
export type DecodeImage = (bytes: Uint8Array) => Raster;

/** Bytes before the PNG image of a depth image: which form it has, and two numbers of float32. */
const depthHeader = 12;

/** Whether a message is a sensor_msgs/msg/CompressedImage rather than an Image. */
export function isCompressed(message: Message): boolean {
	return typeof message.format === 'string' && message.encoding === undefined;
}

/**
 * The image of a sensor_msgs/msg/CompressedImage, JPEG or PNG, also the depth images of compressed_depth_image_transport,
 * PNG or RVL.
 * @throws TypeError or RangeError when it has no bytes, there is nothing to decode them here, or they are no image.
 * @see https://github.com/ros-perception/image_transport_plugins
 */
export function readCompressed({ format, data }: Message, decode: DecodeImage | undefined): Raster {
	if (!ArrayBuffer.isView(data)) throw new TypeError(`Expected \`data\` to be bytes, got ${show(data)}`);
	const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
	if (!/compressedDepth/i.test(String(format))) return decodeWith(decode, bytes);
	if (bytes.length <= depthHeader) {
		throw new RangeError(`Expected \`data\` to have more than ${depthHeader} bytes, got ${bytes.length}`);
	}
	const content = bytes.subarray(depthHeader);
	const raster = /rvl/i.test(String(format)) ? decodeRvl(content) : decodeWith(decode, content);
	return /^\s*32FC1/.test(String(format)) ? inMetres(raster, bytes) : raster;
}

function decodeWith(decode: DecodeImage | undefined, bytes: Uint8Array): Raster {
	if (decode) return decode(bytes);
	throw new RangeError('A compressed image is decoded when the flow runs: it cannot be shown here');
}

/** Depth that was quantized by its inverse: a / (level - b); 0 is no reading. */
function inMetres(raster: Raster, bytes: Uint8Array): Raster {
	const view = new DataView(bytes.buffer, bytes.byteOffset, depthHeader);
	const a = view.getFloat32(4, true);
	const b = view.getFloat32(8, true);
	const samples = Float32Array.from(raster.samples, (level) => (level === 0 ? Number.NaN : a / (level - b)));
	return { ...raster, samples };
}
