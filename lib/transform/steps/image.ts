import { methods } from '../image/taps';
import { type ImageSettings, ImageTransform } from '../image/transform';
import { fits } from '../image/window';
import { choice, flag, number, numbers, numbersOnly, optional } from '../schema';
import { defineStep, type Message } from '../step';

const size = { integer: true, min: 1, max: 16384, unit: 'px', prominent: true } as const;

/** sensor_msgs/msg/Image or CompressedImage -> [1, c, h, w] or [1, h, w, c]: decoded, cropped, resized and normalized in one pass. */
export const image = defineStep({
	name: 'image',
	group: 'Sensors',
	title: 'Camera image',
	help: 'Turns a camera image into what a network takes: decodes it - raw, or compressed as JPEG, PNG or RVL depth -, crops, resizes, puts the channels in order and normalizes, in one pass.',
	formula: 'y = (x · rescale − mean) / std; sensor_msgs/msg/Image or CompressedImage → [1, c, h, w]',
	takes: 'message',
	gives: 'tensor',
	options: {
		width: optional(number({ description: 'The width of the result. Empty: as it is.', ...size, example: '224' })),
		height: optional(number({ description: 'The height of the result. Empty: as it is.', ...size, example: '224' })),
		channels: choice({
			description: 'The channels of the result.',
			default: 'rgb',
			prominent: true,
			choices: {
				rgb: 'red, green, blue',
				bgr: 'blue, green, red, as OpenCV has them',
				gray: 'one: 0.299 red + 0.587 green + 0.114 blue',
				same: 'the ones it has, in their order: depth images',
			},
		}),
		method: choice({ description: 'How to resize.', default: 'bilinear', choices: methods }),
		fit: choice({ description: 'When the ratio of the sides differs.', default: 'stretch', choices: fits }),
		fill: number({
			description: 'What a letterbox is filled with, before rescale.',
			default: 114,
			when: { fit: ['letterbox'] },
		}),
		crop: optional(
			numbersOnly({
				description: 'The part to take first: left, top, width, height.',
				integer: true,
				min: 0,
				max: 32768,
				unit: 'px',
				example: '0, 120, 640, 360',
			}),
		),
		flip: choice({
			description: 'Mirror it.',
			default: 'none',
			choices: { none: 'no', horizontal: 'left and right', vertical: 'top and bottom', both: 'both, half a turn' },
		}),
		rescale: number({
			description:
				'Multiplied first: 1/255 = 0.00392157 brings 8-bit images to 0 … 1; depth in mm becomes m with 0.001.',
			default: 1 / 255,
			prominent: true,
		}),
		mean: numbers({
			description: 'Subtracted next: one, or one for each channel of the result.',
			default: 0,
			prominent: true,
			example: '0.485, 0.456, 0.406',
		}),
		std: numbers({
			description: 'Divided by last: one, or one for each channel of the result.',
			default: 1,
			above: 0,
			prominent: true,
			example: '0.229, 0.224, 0.225',
		}),
		layout: choice({
			description: 'Where the channels are.',
			default: 'chw',
			choices: { chw: 'first: `[1, c, h, w]`, as PyTorch', hwc: 'last: `[1, h, w, c]`, as TensorFlow' },
		}),
		noBatch: flag({ description: 'Leave out the first dimension, the batch of one.' }),
		notFinite: optional(
			number({
				description: 'For float images: taken in place of NaN and infinity, before rescale. Empty: they are refused.',
				example: '0',
			}),
		),
		as: choice({
			description: 'The type of the result.',
			default: 'float32',
			choices: { float32: 'what most models take', uint8: 'bytes, rounded and clipped to 0 … 255; set rescale to 1' },
		}),
	},
	create(options, { output, environment }) {
		if (options.crop !== undefined && (options.crop.length !== 4 || options.crop.slice(2).includes(0))) {
			throw new RangeError(`Expected \`crop\` to be left, top, width, height, got [${options.crop.join(', ')}]`);
		}
		const transform = new ImageTransform(options as ImageSettings, environment.decodeImage);
		const { readyImage } = environment;
		return { run: (message: Message) => readyImage?.(message) ?? transform.run(message, output) };
	},
});
