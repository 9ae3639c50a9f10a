import { BriefError, checkObject } from '../../check';
import { choice, json, number, optional, text } from '../schema';
import { defineStep, type Latest, type Message, type Value } from '../step';
import { takeMessage } from '../take';

/**
 * The latest message of another topic, such as a velocity command: it comes to the same input, is kept, and takes no
 * part otherwise. One that is older than `maxAge` is stale.
 */
export const latest = defineStep({
	name: 'latest',
	group: 'From a message',
	title: 'Latest of another topic',
	help: 'Gives the latest message of another topic that comes to the same input, such as a velocity command. Messages of that topic are kept and send nothing by themselves. When it is stale, it is refused or another message stands in.',
	takes: 'any',
	gives: 'message',
	options: {
		topic: text({ description: 'The topic (`msg.topic`) of the messages to keep.', example: '/cmd_vel' }),
		maxAge: number({
			description: 'How old it may be since it came in.',
			unit: 's',
			above: 0,
			max: 1e6,
			example: '0.5',
		}),
		whenStale: choice({
			description: 'What to do when there is none yet, or it is too old.',
			default: 'refuse',
			prominent: true,
			choices: { refuse: 'refuse the sensor message: nothing is sent', replace: 'take `replacement` instead' },
		}),
		replacement: optional(
			json({
				description: 'The message that stands in.',
				example: '{"linear": {"x": 0, "y": 0}, "angular": {"z": 0}}',
				check: checkObject,
				when: { whenStale: ['replace'] },
				prominent: true,
			}),
		),
	},
	create({ topic, maxAge, whenStale, replacement }, { environment }) {
		if (whenStale === 'replace' && replacement === undefined) {
			throw new TypeError('`replacement` is missing: the message to take when there is none or it is stale');
		}
		let entry = environment.sources.get(topic) as Latest<Message> | undefined;
		if (entry === undefined) {
			entry = { value: undefined, at: 0, check: takeMessage };
			environment.sources.set(topic, entry as Latest);
		}
		const source = entry;
		return {
			run(): Value {
				const age = (environment.now() - source.at) / 1000;
				if (source.value !== undefined && age <= maxAge) return source.value;
				if (environment.watch.isActive) environment.watch.mark('stale');
				if (whenStale === 'replace') return replacement as Message;
				throw new BriefError(
					'stale input',
					source.value === undefined
						? `Expected a message of ${topic}, got none yet`
						: `Expected the message of ${topic} to be at most ${maxAge} s old, got ${age.toFixed(3)} s`,
				);
			},
		};
	},
});
