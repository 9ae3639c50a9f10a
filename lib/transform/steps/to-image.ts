import { describe, numbersOf } from '../elements';
import { choice, number } from '../schema';
import { type Block, defineStep } from '../step';
import { frameOption, sensorHeader } from '../to-message';

const encodings = {
	mono8: 'grey, one byte: a mask or a heat map',
	rgb8: 'red, green, blue, a byte each',
	bgr8: 'blue, green, red, a byte each',
	'32FC1': 'one float per pixel, as depth images are',
} as const;

/** A tensor as sensor_msgs/msg/Image: [h, w], [h, w, c] or [c, h, w], with leading ones. */
export const toImage = defineStep({
	name: 'to-image',
	group: 'To a message',
	title: 'Image message',
	help: 'Makes an image to look at, such as a mask or a heat map that a model gave.',
	formula: '[h, w], [h, w, c] or [c, h, w] → sensor_msgs/msg/Image',
	takes: 'tensor',
	gives: 'message',
	options: {
		encoding: choice({
			description: 'The encoding of the image.',
			default: 'mono8',
			prominent: true,
			choices: encodings,
		}),
		layout: choice({
			description: 'Where the channels are.',
			default: 'chw',
			choices: { chw: 'first: `[c, h, w]`, as models have them', hwc: 'last: `[h, w, c]`' },
		}),
		scale: number({
			description: 'The factor to bytes, such as 255 for elements from 0 to 1. Beyond 0 … 255 is clipped.',
			default: 1,
			prominent: true,
		}),
		frameId: frameOption('camera'),
	},
	create({ encoding, layout, scale, frameId }) {
		const channels = encoding === 'rgb8' || encoding === 'bgr8' ? 3 : 1;
		return {
			messageType: 'sensor_msgs/msg/Image',
			run(input: Block, carrier) {
				const x = numbersOf(input);
				const [height, width] = sizeOf(input, channels, layout);
				const plane = layout === 'chw' ? height * width : 1;
				const pixel = layout === 'chw' ? 1 : channels;
				const isFloat = encoding === '32FC1';
				const step = width * (isFloat ? 4 : channels);
				const floats = isFloat ? new Float32Array(height * width) : undefined;
				const bytes = floats ? new Uint8Array(floats.buffer) : new Uint8Array(height * step);
				const out = floats ?? bytes;
				let at = 0;
				for (let p = 0; p < height * width; p++) {
					for (let c = 0; c < channels; c++) {
						const value = (x[p * pixel + c * plane] as number) * scale;
						if (Number.isNaN(value)) throw new RangeError(`Expected numbers to make pixels of, got NaN (pixel ${p})`);
						out[at++] = isFloat ? value : Math.min(Math.max(Math.round(value), 0), 255);
					}
				}
				return { header: sensorHeader(carrier, frameId), height, width, encoding, is_bigendian: 0, step, data: bytes };
			},
		};
	},
});

function sizeOf(input: Block, channels: number, layout: string): [height: number, width: number] {
	const dims = [...input.dims];
	while (dims.length > 3 && dims[0] === 1) dims.shift();
	if (channels > 1 || dims.length === 3) {
		const given = layout === 'chw' ? dims.shift() : dims.pop();
		if (given !== channels) throw new RangeError(`Expected ${channels} channels (${layout}), got ${describe(input)}`);
	}
	if (dims.length !== 2) throw new RangeError(`Expected an image, [h, w] or with channels, got ${describe(input)}`);
	return dims as [number, number];
}
