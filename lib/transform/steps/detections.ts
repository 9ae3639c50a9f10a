import { type Box, suppress } from '../boxes';
import { describe, type NumberArray, numbersOf } from '../elements';
import { choice, number, optional, steps, text, texts } from '../schema';
import { type Block, type Carrier, defineStep, type Place, type Value } from '../step';
import { frameOption, sensorHeader } from '../to-message';

/** Boxes of a detector, vision_msgs/msg/Detection2DArray, after non-maximum suppression. */
export const detections = defineStep({
	name: 'detections',
	group: 'To a message',
	title: 'Detections',
	help: 'Makes the result of a detector of boxes and scores: the best ones, without those that overlap a better one of the same class. The model gives both tensors; the two lists of steps say which is which, and may be empty but for the choice of the tensor.',
	formula: 'boxes [.., n, 4], scores [.., n, classes] → vision_msgs/msg/Detection2DArray',
	takes: 'any',
	gives: 'message',
	options: {
		boxes: steps({ description: 'Steps that give the boxes, `[n, 4]`: mostly Scale by 1 with `tensor` boxes.' }),
		scores: steps({
			description: 'Steps that give the scores, `[n, classes]`: mostly Scale by 1 with `tensor` scores.',
		}),
		format: choice({
			description: 'What the four numbers of a box are.',
			default: 'corners',
			prominent: true,
			choices: {
				corners: 'left, top, right, bottom',
				center: 'center x, center y, width, height',
				size: 'left, top, width, height',
			},
		}),
		width: number({
			description: 'The width of the image where the boxes are shares of it, else 1.',
			unit: 'px',
			above: 0,
			default: 1,
			prominent: true,
		}),
		height: number({
			description: 'The height of the image where the boxes are shares of it, else 1.',
			unit: 'px',
			above: 0,
			default: 1,
			prominent: true,
		}),
		least: number({ description: 'Leave out boxes with a lower score.', default: 0.5, prominent: true }),
		overlap: number({
			description: 'How much of two boxes together may be their overlap (IoU).',
			min: 0,
			max: 1,
			default: 0.5,
		}),
		count: number({ description: 'How many to give at most.', integer: true, min: 1, max: 10000, default: 100 }),
		background: optional(
			number({
				description: 'The class that stands for nothing, to be left out.',
				integer: true,
				min: 0,
				example: '0',
			}),
		),
		labels: optional(
			texts({ description: 'The name of each class. Empty: their numbers.', example: 'background, face' }),
		),
		source: optional(text({ description: 'An id for each detection, such as the name of the camera.' })),
		frameId: frameOption('camera'),
	},
	create({ boxes, scores, format, width, height, least, overlap, count, background, labels, source, frameId }, place) {
		const read = readers(boxes, scores, place);
		return {
			messageType: 'vision_msgs/msg/Detection2DArray',
			run(input: Value, carrier) {
				const [corners, values, classes] = read(input, carrier);
				if (labels !== undefined && labels.length !== classes) {
					throw new RangeError(`Expected ${classes} \`labels\`, one for each class, got ${labels.length}`);
				}
				const candidates: Box[] = [];
				for (let i = 0; i < values.length; i++) {
					const score = values[i] as number;
					if (Number.isNaN(score)) throw new RangeError(`Expected scores to compare, got NaN (element ${i})`);
					const label = i % classes;
					if (score < least || label === background) continue;
					candidates.push(boxOf(corners, Math.floor(i / classes) * 4, format, width, height, score, label));
				}
				const header = sensorHeader(carrier, frameId);
				return {
					header,
					detections: suppress(candidates, overlap, count).map((box) => ({
						header,
						results: [{ hypothesis: { class_id: labels?.[box.label] ?? String(box.label), score: box.score } }],
						bbox: {
							center: { position: { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }, theta: 0 },
							size_x: box.right - box.left,
							size_y: box.bottom - box.top,
						},
						id: source ?? '',
					})),
				};
			},
		};
	},
});

type Read = (input: Value, carrier: Carrier) => [boxes: NumberArray, scores: NumberArray, classes: number];

function readers(boxSteps: readonly unknown[], scoreSteps: readonly unknown[], place: Place): Read {
	const boxes = place.compile(boxSteps, 'boxes');
	const scores = place.compile(scoreSteps, 'scores');
	if (boxes.gives !== 'tensor' || scores.gives !== 'tensor') {
		throw new RangeError('Expected the steps of `boxes` and `scores` to give tensors, got a message');
	}
	return (input, carrier) => {
		const four = boxes.run(input, carrier) as Block;
		const score = scores.run(input, carrier) as Block;
		const n = four.data.length / 4;
		if (four.dims.at(-1) !== 4) throw new RangeError(`Expected boxes [n, 4], got ${describe(four)}`);
		if (n === 0) return [numbersOf(four), numbersOf(score), 1];
		if (score.data.length === 0 || score.data.length % n !== 0) {
			throw new RangeError(`Expected scores for ${n} boxes, got ${describe(score)}`);
		}
		return [numbersOf(four), numbersOf(score), score.data.length / n];
	};
}

function boxOf(
	from: NumberArray,
	at: number,
	format: string,
	width: number,
	height: number,
	score: number,
	label: number,
): Box {
	const a = (from[at] as number) * width;
	const b = (from[at + 1] as number) * height;
	const c = (from[at + 2] as number) * width;
	const d = (from[at + 3] as number) * height;
	if (!Number.isFinite(a + b + c + d))
		throw new RangeError(`Expected a box of finite numbers, got one with ${a + b + c + d}`);
	if (format === 'corners') return { left: a, top: b, right: c, bottom: d, score, label };
	if (format === 'size') return { left: a, top: b, right: a + c, bottom: b + d, score, label };
	return { left: a - c / 2, top: b - d / 2, right: a + c / 2, bottom: b + d / 2, score, label };
}
