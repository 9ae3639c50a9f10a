import type { Node, NodeStatusFill, NodeStatusShape } from 'node-red';

/** Longest gap between a change and the status that shows it, ms: the editor is not a display for every message. */
const interval = 500;

export interface Status {
	/** Shows now, whatever was pending: for changes of state, good or bad. */
	set(fill: NodeStatusFill, shape: NodeStatusShape, text: string): void;
	/** Shows a figure that changes with every message, at most twice a second. */
	update(fill: NodeStatusFill, shape: NodeStatusShape, text: () => string): void;
	/** Stops pending updates; for the node's close. */
	close(): void;
}

/** The status of a node: texts of a few words, a few times a second at most. */
export function nodeStatus(node: Node): Status {
	let pending: (() => void) | undefined;
	let timer: NodeJS.Timeout | undefined;
	let shown = '';
	const show = (fill: NodeStatusFill, shape: NodeStatusShape, text: string) => {
		const key = `${fill} ${shape} ${text}`;
		if (key === shown) return;
		shown = key;
		node.status({ fill, shape, text });
	};
	const tick = () => {
		timer = undefined;
		const run = pending;
		pending = undefined;
		run?.();
	};
	return {
		set(fill, shape, text) {
			pending = undefined;
			show(fill, shape, text);
		},
		update(fill, shape, text) {
			pending = () => show(fill, shape, text());
			timer ??= setTimeout(tick, interval);
		},
		close() {
			clearTimeout(timer);
			pending = undefined;
		},
	};
}
