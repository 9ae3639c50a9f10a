import type { EditorRED } from 'node-red';
import { expandTopicName } from '../../lib/ros/names';

declare const RED: EditorRED;

export type Translate = (key: string, values?: Record<string, unknown>) => string;

/** What a context answers to a question of the form, or `otherwise` when it does not. */
export function ask<T>(what: string, query: object, otherwise: T): Promise<T> {
	return new Promise((resolve) => {
		$.getJSON(`ros2-context/${what}`, query)
			.done(resolve)
			.fail(() => resolve(otherwise));
	});
}

/** The absolute name of the topic, service or action in the form, or what is there when that is none. */
export function fullName(contextId: string, input: JQuery): string {
	const name = String(input.val() ?? '').trim();
	const context = RED.nodes.node(contextId) as unknown as { nodeName?: string; namespace?: string } | null;
	const nodeName = context?.nodeName || 'node_red';
	try {
		return expandTopicName('name', name, { nodeName, namespace: context?.namespace || '/' });
	} catch {
		return name;
	}
}
