import type { TopicDescription } from '../../lib/ros/graph';

/** What the editor is told of the topics of a context. */
export interface TopicsAnswer {
	/** `absent` before the context is deployed, or when it is disabled. */
	readonly state: 'running' | 'failed' | 'absent';
	readonly topics: readonly TopicDescription[];
	/** Why it failed. */
	readonly message?: string;
}
