import type { ServiceDescription, TopicDescription } from '../../lib/ros/graph';

/** What the editor is told of a context. */
export interface GraphAnswer {
	/** `absent` before the context is deployed, or when it is disabled. */
	readonly state: 'running' | 'failed' | 'absent';
	/** Why it failed. */
	readonly message?: string;
}

/** What the editor is told of the topics of a context. */
export interface TopicsAnswer extends GraphAnswer {
	readonly topics: readonly TopicDescription[];
}

/** What the editor is told of the services of a context, those of actions included. */
export interface ServicesAnswer extends GraphAnswer {
	readonly services: readonly ServiceDescription[];
}
