import type { Clock } from '../../rtps/clock';
import type { Now } from '../clock';
import type { MessageInfo, SubscribeOptions, Subscription } from '../graph';
import type { QosProfile } from '../qos';
import type { Handle } from './addon';
import { Endpoint, typeParts } from './endpoint';
import { toNativeQos } from './qos';
import type { Session } from './session';

/** Messages that one subscription hands over in a turn at most, so that the others get theirs. */
const mostAtOnce = 100;
/** Time between two turns from which on nothing has piled up, ms: looking for more costs as much as a message. */
const calm = 0.5;

export interface SubscriptionOptions extends SubscribeOptions {
	readonly onMessage: (cdr: Uint8Array, info: MessageInfo) => void;
	readonly onError: (error: unknown) => void;
	readonly onClose: (subscription: NativeSubscription) => void;
	readonly now: Now;
	readonly clock: Clock;
}

/** A subscription of raw messages: rclnodejs does not look into them. */
export class NativeSubscription extends Endpoint implements Subscription {
	readonly #options: SubscriptionOptions;
	/** When something was there last, ms. */
	#turn = 0;

	constructor(session: Session, topic: string, typeName: string, qos: QosProfile, options: SubscriptionOptions) {
		super(session, 'subscription', topic, typeName, qos, options, () => options.onClose(this), options.clock);
		this.#options = options;
	}

	protected create(): Handle {
		const { addon, node } = this.session;
		const handle = addon.createSubscription(node, ...typeParts(this.typeName), this.topic, {
			qos: toNativeQos(this.qos),
		});
		this.session.add('_subscriptions', handle, () => this.#take(handle));
		return handle;
	}

	protected count(handle: Handle): number {
		return this.session.addon.getPublisherCount(handle);
	}

	#take(handle: Handle): void {
		const { addon } = this.session;
		const { newestOnly } = this.#options;
		const now = performance.now();
		const most = newestOnly || now - this.#turn < calm ? mostAtOnce : 1;
		this.#turn = now;
		let newest: Buffer | undefined;
		for (let taken = 0; taken < most && !this.closed; taken++) {
			const cdr = addon.rclTakeRaw(handle);
			if (cdr === undefined) break;
			this.touch();
			if (newestOnly) newest = cdr;
			else this.#deliver(cdr);
		}
		if (newest !== undefined) this.#deliver(newest);
	}

	#deliver(cdr: Uint8Array): void {
		const { onMessage, onError, now } = this.#options;
		try {
			onMessage(cdr, { receivedAt: now() });
		} catch (error) {
			onError(error);
		}
	}
}
