import { number, optional, texts } from '../schema';
import { type Block, defineStep } from '../step';
import { finiteNumbers, frameOption, sensorHeader } from '../to-message';

/** The most probable classes, vision_msgs/msg/Classification, best first. */
export const classification = defineStep({
	name: 'classification',
	group: 'To a message',
	title: 'Classification',
	help: 'Makes the result of a classifier of one score per class: the best ones with their labels. Put a Softmax before it when the model gives logits.',
	formula: '[n] → vision_msgs/msg/Classification',
	takes: 'tensor',
	gives: 'message',
	options: {
		labels: optional(
			texts({
				description: 'The name of each class, in the order of the scores. Empty: their numbers.',
				example: 'good, scratched',
				prominent: true,
			}),
		),
		count: number({
			description: 'How many classes to give at most.',
			integer: true,
			min: 1,
			max: 10000,
			default: 5,
			prominent: true,
		}),
		least: optional(number({ description: 'Leave out classes with a lower score.', example: '0.1', prominent: true })),
		frameId: frameOption('camera'),
	},
	create({ labels, count, least, frameId }) {
		return {
			messageType: 'vision_msgs/msg/Classification',
			run(input: Block, carrier) {
				const scores = finiteNumbers(
					input,
					labels?.length ?? input.data.length,
					(i) => `the score of ${labels?.[i] ?? i}`,
				);
				const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
				const results = order
					.slice(0, count)
					.filter((i) => least === undefined || (scores[i] as number) >= least)
					.map((i) => ({ class_id: labels?.[i] ?? String(i), score: scores[i] as number }));
				return { header: sensorHeader(carrier, frameId), results };
			},
		};
	},
});
