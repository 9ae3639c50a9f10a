import type { EditorRED } from 'node-red';
import type { Property } from './properties';

declare const RED: EditorRED;

/**
 * Gives the nodes of a type the defaults of properties that they lack, as flows saved by an older version do. Without
 * it the edit form would show an empty list, and Done would save that. It happens when a node comes into the editor,
 * so that it counts as no change of the user's.
 */
export function fillMissing(type: string, properties: Record<string, Property<unknown>>): void {
	RED.events.on('nodes:add', (added) => {
		if (added.type !== type) return;
		// Node-RED's proxy around the node refuses to write into flows that are locked; what is filled in here is not saved
		// unless the user deploys something else.
		const proxied = added as unknown as { __node__?: Record<string, unknown> };
		const node = proxied.__node__ ?? (added as unknown as Record<string, unknown>);
		for (const [name, { value }] of Object.entries(properties)) {
			if (node[name] === undefined) node[name] = structuredClone(value);
		}
	});
}
