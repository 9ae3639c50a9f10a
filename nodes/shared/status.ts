import type { Node, NodeStatusFill, NodeStatusShape } from 'node-red';

/** Longest gap between a change and the status that shows it, ms: the editor is not a display for every message. */
const interval = 500;
/**
 * Turns of the event loop from a message to the status that is due with it. Node-RED takes one for each wire, so the
 * message is through by then, and the next one mostly has not come. A timer would fire while that is on its way: rates of
 * sensors divide whole milliseconds.
 */
const turns = 20;

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
	let turn: NodeJS.Immediate | undefined;
	let due = Number.NEGATIVE_INFINITY;
	let shown = '';
	const show = (fill: NodeStatusFill, shape: NodeStatusShape, text: string) => {
		const key = `${fill} ${shape} ${text}`;
		if (key === shown) return;
		shown = key;
		node.status({ fill, shape, text });
	};
	const wait = (left: number) => {
		turn = setImmediate(left > 0 ? () => wait(left - 1) : tick);
	};
	const tick = () => {
		clearTimeout(timer);
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
				timer ??= setTimeout(wait, interval, turns);
				return;
			}
			due = now + interval;
			wait(turns);
		},
		close() {
			clearTimeout(timer);
			clearImmediate(turn);
			pending = undefined;
		},
	};
}
