import { checkNumber, show } from '../../check';
import type { Message } from '../step';
import { demosaic } from './bayer';
import { type Encoding, encodingOf } from './encoding';
import { fromYuv } from './yuv';

export type Samples = Uint8Array | Uint16Array | Float32Array;

/** An image in memory: rows of interleaved samples. */
export interface Raster {
	readonly samples: Samples;
	readonly width: number;
	readonly height: number;
	readonly channels: number;
	/** Samples from one row to the next. */
	readonly stride: number;
	/** Where red, green and blue are; undefined for images without colour. */
	readonly colors?: readonly [red: number, green: number, blue: number] | undefined;
}

const sizeRange = { integer: true, min: 1, max: 32768 };
const stepRange = { integer: true, min: 0 };
const sizes = { uint8: 1, uint16: 2, float32: 4 };
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

type MutableRaster = { -readonly [K in keyof Raster]: Raster[K] };

/** Reads images; keeps the memory it needs for those that cannot be used as they lie. */
export class RasterReader {
	/** What it gives, written anew with each image. */
	readonly #raster: MutableRaster = {
		samples: new Uint8Array(0),
		width: 0,
		height: 0,
		channels: 0,
		stride: 0,
		colors: undefined,
	};
	#swapped: Samples = new Uint8Array(0);
	#colors: Samples = new Uint8Array(0);

	/**
	 * The image of a sensor_msgs/msg/Image, without a copy where its samples can be used as they lie; to be used before
	 * the next is read.
	 * @throws TypeError or RangeError when the message is no image or its data is too short for its size.
	 */
	read(message: Message): Raster {
		const encoding = encodingOf(message.encoding);
		const width = checkNumber('width', message.width, sizeRange);
		const height = checkNumber('height', message.height, sizeRange);
		const step = checkNumber('step', message.step, stepRange);
		const bytes = message.data;
		if (!ArrayBuffer.isView(bytes)) throw new TypeError(`Expected \`data\` to be bytes, got ${show(bytes)}`);
		const size = sizes[encoding.sample];
		const row = width * encoding.channels * size;
		if (step < row || step % size !== 0) {
			throw new RangeError(
				`Expected \`step\` to be at least ${row} bytes for ${width} pixels of ${message.encoding}, got ${step}`,
			);
		}
		if (bytes.byteLength < step * (height - 1) + row) {
			throw new RangeError(
				`Expected \`data\` to have ${step * height} bytes for ${height} rows, got ${bytes.byteLength}`,
			);
		}
		const isBig = Number(message.is_bigendian) !== 0;
		const raster = this.#raster;
		raster.samples = this.#samples(bytes, encoding, isBig, step * (height - 1) + row);
		raster.width = width;
		raster.height = height;
		raster.channels = encoding.channels;
		raster.stride = step / size;
		raster.colors = encoding.colors;
		return encoding.bayer || encoding.yuv ? this.#toColors(raster, encoding) : raster;
	}

	#samples(bytes: ArrayBufferView, encoding: Encoding, isBig: boolean, length: number): Samples {
		const { buffer, byteOffset } = bytes;
		if (encoding.sample === 'uint8') {
			// As it is where it can be: a view for each image is garbage for each image.
			return bytes instanceof Uint8Array ? bytes : new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
		}
		const ArrayType = encoding.sample === 'uint16' ? Uint16Array : Float32Array;
		const size = ArrayType.BYTES_PER_ELEMENT;
		const count = Math.floor(length / size);
		if (isBig !== isLittleEndian && byteOffset % size === 0)
			return new ArrayType(buffer as ArrayBuffer, byteOffset, count);
		if (this.#swapped.length < count || this.#swapped.constructor !== ArrayType) this.#swapped = new ArrayType(count);
		const view = new DataView(buffer as ArrayBuffer, byteOffset, length);
		for (let i = 0; i < count; i++) {
			this.#swapped[i] = size === 2 ? view.getUint16(i * 2, !isBig) : view.getFloat32(i * 4, !isBig);
		}
		return this.#swapped;
	}

	#toColors(raster: Raster, { bayer, yuv }: Encoding): Raster {
		const { samples, width, height } = raster;
		const ArrayType = samples.constructor as Uint8ArrayConstructor;
		const count = width * height * 3;
		if (this.#colors.length < count || this.#colors.constructor !== ArrayType) this.#colors = new ArrayType(count);
		if (bayer) demosaic(raster, bayer, this.#colors);
		else if (yuv) fromYuv(raster, yuv, this.#colors);
		return { samples: this.#colors, width, height, channels: 3, stride: width * 3, colors: [0, 1, 2] };
	}
}
