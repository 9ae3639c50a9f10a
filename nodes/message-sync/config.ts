import { show } from '../../lib/check';
import { boolean, choice, number, optionalNumber, text } from '../shared/properties';

/** A topic to wait for, and what its payload is called in the set. */
export interface TopicName {
	readonly topic: string;
	readonly name: string;
}

/** One topic a line: `/scan`, or `/robot/scan as scan`. Without a name it is the topic, with _ for /. */
function checkTopics(name: string, value: string): TopicName[] {
	const topics: TopicName[] = [];
	for (const line of value.split('\n').map((one) => one.trim())) {
		if (line === '') continue;
		const parts = /^(\S+)(?:\s+as\s+([A-Za-z][A-Za-z0-9_]*))?$/.exec(line);
		if (!parts)
			throw new RangeError(`Expected a line of \`${name}\` such as /scan or /robot/scan as scan, got ${show(line)}`);
		const topic = parts[1] as string;
		topics.push({ topic, name: parts[2] ?? topic.replace(/^\/+/, '').replaceAll(/[^A-Za-z0-9_]/g, '_') });
	}
	if (topics.length < 2) throw new RangeError(`Expected \`${name}\` to have two topics or more, one a line`);
	for (const key of ['topic', 'name'] as const) {
		const twice = topics.find((one, i) => topics.findIndex((other) => other[key] === one[key]) !== i);
		if (twice) throw new RangeError(`Expected each ${key} of \`${name}\` once, got ${show(twice[key])} twice`);
	}
	return topics;
}

export const properties = {
	name: text(''),
	topics: text('/a\n/b', checkTopics),
	policy: choice('approximate', ['approximate', 'adaptive', 'exact', 'latest']),
	/** Stamps of a set are less than this apart. */
	slop: number(0.05, { above: 0, unit: 's' }),
	queueSize: number(10, { min: 1, max: 10_000, integer: true }),
	/** For `adaptive`: how much closer together a newer set has to be to be preferred; 0.1 is a tenth. */
	agePenalty: number(0.1, { min: 0 }),
	/** For `adaptive`: how far apart the stamps of a set may be; empty: any. */
	maxInterval: optionalNumber({ above: 0, unit: 's' }),
	/** For `latest`: how much older than the first topic's the others may be; empty: any. */
	maxAge: optionalNumber({ above: 0, unit: 's' }),
	/** Messages without a stamp count from their receipt. */
	allowHeaderless: boolean(false),
	/** A stamp that goes back by more than this is a new beginning, as after the reset of a simulation. */
	jump: number(1, { above: 0, unit: 's' }),
};
