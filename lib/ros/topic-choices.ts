import type { TopicDescription } from './graph';
import type { Side } from './qos-match';

/** Topics of ROS 2's own machinery, which nearly every node has. */
const plumbing = new Set(['/parameter_events', '/rosout']);

/**
 * The topics to choose from for an endpoint whose other half are publishers or subscriptions: those that have some, in
 * alphabetical order. Last come those that every node has, then hidden ones, which have a word that begins with an
 * underscore.
 */
export function topicChoices(topics: readonly TopicDescription[], side: Side): TopicDescription[] {
	const rank = ({ topic }: TopicDescription) => (topic.includes('/_') ? 2 : plumbing.has(topic) ? 1 : 0);
	return topics
		.filter((topic) => topic[side].length > 0)
		.sort((a, b) => rank(a) - rank(b) || (a.topic < b.topic ? -1 : 1));
}
