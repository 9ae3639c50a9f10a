import type { NodeAPI } from 'node-red';
import { type RosClock, systemRosClock } from '../../lib/ros/clock';
import type { EndpointEvent, GraphWarning } from '../../lib/ros/graph';
import type { Start } from './define-node';
import type { TransportInUse } from './ros2-context';

export interface EndpointStatus {
	/** The number of endpoints on the other side that match. */
	show(count: number): void;
	/** A warning of the whole graph. Of a receive buffer it stays: that does not grow by itself. */
	showWarning(kind: GraphWarning['kind']): void;
	onEvent(event: EndpointEvent): void;
}

/**
 * Shows in a node's status how many endpoints on the other side match, and what does not fit; that goes to Catch nodes
 * too. The texts are `<type>.status.none`, `one`, `many` (with `__count__`), `incompatible` (with `__policy__`),
 * `deadline`, `noClock`, and of subscribers the kinds of warnings.
 * @param transport of the node's context, said where it is native
 * @param clock of the context: while its time is not known, that is shown
 */
export function endpointStatus(
	RED: NodeAPI,
	type: string,
	topic: string,
	{ node, status, report }: Pick<Start<unknown>, 'node' | 'status' | 'report'>,
	transport?: TransportInUse,
	clock: RosClock = systemRosClock,
): EndpointStatus {
	let warning: string | undefined;
	/** What did not fit last, until something fits. */
	let misfit: string | undefined;
	let matched = 0;
	const show = (count: number) => {
		matched = count;
		if (count > 0) misfit = undefined;
		// That nobody is there would be wrong, and less than what is known already.
		if (misfit !== undefined) return status.set('red', 'ring', misfit);
		const key = count === 0 ? 'none' : count === 1 ? 'one' : 'many';
		const counted = RED._(`${type}.status.${key}`, { count });
		// The one that needs something installed is said, so that nobody takes the other for it.
		const text = transport?.name === 'native' ? RED._('ros2-context.status.native', { status: counted }) : counted;
		if (!clock.isKnown) status.set('yellow', 'ring', RED._(`${type}.status.noClock`));
		else if (warning !== undefined && count > 0) status.set('yellow', 'dot', warning);
		else status.set(count > 0 ? 'green' : 'grey', count > 0 ? 'dot' : 'ring', text);
	};
	if (!clock.isKnown)
		node.on(
			'close',
			clock.whenKnown(() => show(matched)),
		);
	return {
		show,
		showWarning(kind) {
			const text = RED._(`${type}.status.${kind}`);
			if (kind === 'receive-buffer') warning = text;
			status.set('yellow', 'dot', text);
		},
		onEvent(event) {
			switch (event.kind) {
				case 'matched':
					return show(event.count);
				case 'warning':
					return node.warn(event.message);
				case 'deadline':
					status.set('yellow', 'ring', RED._(`${type}.status.deadline`));
					return report(new Error(`The deadline of ${topic} has been missed ${event.total} times`), { topic });
				case 'incompatible':
					misfit = RED._(`${type}.status.incompatible`, { policy: event.policy });
					status.set('red', 'ring', misfit);
					return report(new Error(event.message), { topic });
			}
		},
	};
}
