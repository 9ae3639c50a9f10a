import { type Clock, systemClock } from '../../rtps/clock';
import { Watch } from '../../rtps/watch';
import type { EndpointEvent, EndpointOptions } from '../graph';
import { fullNodeName, parseTypeName } from '../names';
import { incompatiblePolicy, type QosProfile } from '../qos';
import type { Handle, NativeEndpoint, NativeEvent } from './addon';
import { fromNativeQos, policyName, untold } from './qos';
import type { Session } from './session';

/** Events of rcl by their numbers, in rcl/event.h. */
const events = {
	publisher: { incompatible: 2, matched: 4, kind: 'publisher_event_type' },
	subscription: { incompatible: 2, matched: 5, kind: 'subscription_event_type' },
} as const;

/** How often the name of a node is looked for, ms, and how many times. */
const lookInterval = 50;
const mostLooks = 40;

/** The full name of the node of an endpoint, when it is known. */
export function nodeOf({ node_name, node_namespace }: NativeEndpoint): string | undefined {
	// rmw has words for what it does not know yet.
	if (node_name === '' || node_name === '_NODE_NAME_UNKNOWN_') return undefined;
	return fullNodeName({ nodeName: node_name, namespace: node_namespace });
}

/** The names of a type as rcl takes them. */
export function typeParts(typeName: string): [packageName: string, kind: string, name: string] {
	const { packageName, kind, name } = parseTypeName('type', typeName);
	return [packageName, kind, name];
}

/** What a publisher and a subscription have in common. */
export abstract class Endpoint {
	protected handle: Handle | undefined;
	protected closed = false;
	#matched = 0;
	#events: Handle[] = [];
	/** Types and policies that were told of already, so that nothing is told twice. */
	readonly #told = new Set<string>();
	#deadline: Watch | undefined;
	#missed = 0;
	#look: unknown;

	constructor(
		protected readonly session: Session,
		private readonly end: 'publisher' | 'subscription',
		readonly topic: string,
		readonly typeName: string,
		readonly qos: QosProfile,
		private readonly options: EndpointOptions,
		private readonly leave: () => void,
		private readonly clock: Clock = systemClock(),
	) {}

	/** Endpoints on the other side that fit. */
	get matched(): number {
		return this.#matched;
	}

	/** Makes the entity of rcl. */
	protected abstract create(): Handle;
	/** Asks rcl how many on the other side fit. */
	protected abstract count(handle: Handle): number;

	/** Puts the endpoint on the network; to be called once. */
	open(): void {
		this.session.run(() => {
			if (this.closed) return;
			try {
				this.handle = this.create();
			} catch (error) {
				throw new Error(
					`The ${this.end} of ${this.topic} (${this.typeName}) cannot be made: ${(error as Error).message}`,
				);
			}
			this.#watchEvents(this.handle);
			for (const policy of untold(this.qos, this.end))
				this.emit({ kind: 'warning', message: this.#untoldText(policy) });
		});
	}

	close(): void {
		if (this.closed) return;
		this.closed = true;
		this.#deadline?.close();
		this.clock.clearTimeout(this.#look);
		this.leave();
		this.session.run(() => this.released());
	}

	/** Frees what rcl made. */
	protected released(): void {
		// Events refer to their entity, so they go first.
		for (const event of this.#events) this.session.release(event);
		if (this.handle !== undefined) this.session.release(this.handle);
		this.#events = [];
		this.handle = undefined;
	}

	protected emit(event: EndpointEvent): void {
		if (!this.closed) this.options.onEvent?.(event);
	}

	/** A message has come, or was sent. */
	protected touch(): void {
		this.#deadline?.touch();
	}

	/** Looks at what no event of rcl tells: counts where there are no events, and types that differ. */
	check(): void {
		const { handle } = this;
		if (handle === undefined || this.closed) return;
		this.#setMatched(this.count(handle));
		if (this.#matched > 0) return;
		this.#tellOtherTypes();
	}

	/** Names those on the other side whose type is another. @returns whether there are any */
	#tellOtherTypes(): boolean {
		const others = this.#others().filter((other) => other.topic_type !== this.typeName);
		for (const other of others) {
			if (this.#told.has(other.topic_type)) continue;
			this.#told.add(other.topic_type);
			this.emit({
				kind: 'incompatible',
				policy: 'type',
				message: this.#misfitText(other, other.topic_type, this.typeName),
			});
		}
		return others.length > 0;
	}

	#watchEvents(handle: Handle): void {
		const { addon } = this.session;
		const { incompatible, matched, kind } = events[this.end];
		const create = this.end === 'publisher' ? addon.createPublisherEventHandle : addon.createSubscriptionEventHandle;
		const watch = (event: number, onEvent: (status: NativeEvent) => void) => {
			let made: Handle;
			try {
				if (create === undefined) return;
				made = create(handle, event);
			} catch {
				// Not every RMW has every event; check() sees most of it too, later.
				return;
			}
			this.#events.push(made);
			this.session.add('_events', made, () => {
				const status = addon.takeEvent?.(made, { [kind]: event } as { publisher_event_type: number });
				if (status !== undefined) onEvent(status);
			});
		};
		watch(matched, ({ current_count }) => this.#setMatched(current_count ?? this.count(handle)));
		watch(incompatible, ({ last_policy_kind }) => this.#tellIncompatible(policyName(last_policy_kind)));
		this.#setMatched(this.count(handle));
	}

	#setMatched(count: number): void {
		if (count === this.#matched) return;
		this.#matched = count;
		const { deadline } = this.qos;
		if (count === 0) {
			this.#deadline?.close();
			this.#deadline = undefined;
		} else if (deadline !== undefined) {
			this.#deadline ??= new Watch(this.clock, deadline, () => {
				this.#missed++;
				this.emit({ kind: 'deadline', total: this.#missed });
			});
		}
		this.emit({ kind: 'matched', count });
	}

	/**
	 * Names who does not fit. The event of rcl tells the policy only, and often comes before the name of the node, which
	 * is waited for a while.
	 */
	#tellIncompatible(policy: string, looks = mostLooks): void {
		if (this.closed) return;
		const misfits = this.#others().filter((other) => {
			const theirs = fromNativeQos(other.qos_profile);
			const misfit =
				this.end === 'subscription' ? incompatiblePolicy(theirs, this.qos) : incompatiblePolicy(this.qos, theirs);
			return other.topic_type === this.typeName && misfit === policy;
		});
		const isWhole = misfits.length > 0 && misfits.every((other) => nodeOf(other) !== undefined);
		if (!isWhole && looks > 0) {
			this.#look = this.clock.setTimeout(() => this.#tellIncompatible(policy, looks - 1), lookInterval);
			return;
		}
		for (const other of misfits) {
			const theirs = policyText(fromNativeQos(other.qos_profile), policy);
			const message = this.#misfitText(other, theirs, policyText(this.qos, policy));
			if (this.#told.has(message)) continue;
			this.#told.add(message);
			this.emit({ kind: 'incompatible', policy, message });
		}
		if (misfits.length > 0) return;
		const other = this.end === 'subscription' ? 'publisher' : 'subscription';
		this.emit({ kind: 'incompatible', policy, message: `a ${other} of ${this.topic} does not fit in its ${policy}` });
	}

	#others(): NativeEndpoint[] {
		const { addon, node } = this.session;
		return this.end === 'subscription'
			? addon.getPublishersInfoByTopic(node, this.topic, false)
			: addon.getSubscriptionsInfoByTopic(node, this.topic, false);
	}

	#misfitText(other: NativeEndpoint, theirs: string, ours: string): string {
		const node = nodeOf(other);
		const who = node === undefined ? '' : ` (node ${node})`;
		return this.end === 'subscription'
			? `the publisher of ${this.topic}${who} offers ${theirs}; this subscription asks ${ours}`
			: `the subscription of ${this.topic}${who} asks ${theirs}; this publisher offers ${ours}`;
	}

	#untoldText(policy: string): string {
		const effect =
			policy === 'deadline' && this.end === 'subscription'
				? 'it is watched here, publishers do not learn of it'
				: policy === 'deadline'
					? 'it is watched here, but not offered: subscriptions that ask for one do not fit'
					: 'it has no effect';
		return `rclnodejs cannot tell others the ${policy} of ${this.topic}: ${effect}. The embedded transport can.`;
	}
}

function policyText(qos: QosProfile, policy: string): string {
	if (policy === 'reliability' || policy === 'durability') return qos[policy];
	if (policy !== 'deadline') return `another ${policy}`;
	return qos.deadline === undefined ? 'no deadline' : `deadline ${qos.deadline} ms`;
}
