import type { Node, NodeStatusFill, NodeStatusShape } from 'node-red';

/** Longest gap between a change and the status that shows it, ms: the editor is not a display for every message. */
const interval = 500;
/**
 * From a message to the status that is due with it, ms. Sensors have rates that divide the interval, so a timer that runs
 * for all of it would fire while the next message is on its way, each time; this long after one there mostly is none.
 */
const pause = 1;

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
	let due = Number.NEGATIVE_INFINITY;
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
			const now = performance.now();
			if (now < due) {
				timer ??= setTimeout(tick, interval);
				return;
			}
			due = now + interval;
			clearTimeout(timer);
			timer = setTimeout(tick, pause);
		},
		close() {
			clearTimeout(timer);
			pending = undefined;
		},
	};
}
