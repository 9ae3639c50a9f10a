import { show } from '../../check';
import type { Clock } from '../../rtps/clock';
import type { EndpointOptions, Publisher } from '../graph';
import type { QosProfile } from '../qos';
import type { Handle } from './addon';
import { Endpoint, typeParts } from './endpoint';
import { toNativeQos } from './qos';
import type { Session } from './session';

/** How long a publisher that is closed stays for what has not been acknowledged, ms; and how often it looks. */
const linger = 250;
const interval = 5;
/** Messages that wait for the publisher to be made at most; that takes milliseconds. */
const mostWaiting = 1000;

export interface PublisherOptions extends EndpointOptions {
	readonly onClose: (publisher: NativePublisher) => void;
	readonly clock: Clock;
}

/** A publisher of serialized messages. */
export class NativePublisher extends Endpoint implements Publisher {
	/** What was published before rcl had made the publisher. */
	#waiting: Buffer[] = [];
	#hasPublished = false;
	/** Resolves when it has left the network. */
	readonly gone: Promise<void>;
	#left!: () => void;

	constructor(session: Session, topic: string, typeName: string, qos: QosProfile, options: PublisherOptions) {
		super(session, 'publisher', topic, typeName, qos, options, () => options.onClose(this), options.clock);
		this.gone = new Promise((resolve) => {
			this.#left = resolve;
		});
	}

	publish(cdr: Uint8Array): void {
		if (this.closed) throw new Error(`The publisher of ${this.topic} is closed`);
		if (!(cdr instanceof Uint8Array)) {
			throw new TypeError(`Expected a message of ${this.topic} to be bytes, got ${show(cdr)}`);
		}
		// Of fewer bytes than the header an RMW reads memory that is not there.
		if (cdr.length < 4) {
			throw new RangeError(`Expected a serialized message with its 4-byte header, got ${cdr.length} bytes`);
		}
		const bytes = Buffer.isBuffer(cdr) ? cdr : Buffer.from(cdr.buffer, cdr.byteOffset, cdr.length);
		this.touch();
		if (this.handle !== undefined) this.#send(this.handle, bytes);
		else if (this.#waiting.length < mostWaiting) this.#waiting.push(bytes);
	}

	protected create(): Handle {
		const { addon, node } = this.session;
		const handle = addon.createPublisher(node, ...typeParts(this.typeName), this.topic, toNativeQos(this.qos));
		for (const cdr of this.#waiting.splice(0)) this.#send(handle, cdr);
		return handle;
	}

	protected count(handle: Handle): number {
		return this.session.addon.getSubscriptionCount(handle);
	}

	protected override released(): void {
		this.#release(performance.now() + linger);
	}

	/** The last message is often a stop, so a reliable one is not left to chance. */
	#release(end: number): void {
		const { handle } = this;
		if (handle !== undefined && performance.now() < end && !this.#isAcknowledged(handle)) {
			setTimeout(() => this.session.run(() => this.#release(end)), interval);
			return;
		}
		super.released();
		this.#left();
	}

	#isAcknowledged(handle: Handle): boolean {
		if (!this.#hasPublished || this.qos.reliability !== 'reliable') return true;
		try {
			return this.session.addon.waitForAllAcked(handle, 0n);
		} catch {
			// Not every RMW can tell.
			return true;
		}
	}

	#send(handle: Handle, cdr: Buffer): void {
		this.#hasPublished = true;
		this.session.addon.publishRawMessage(handle, cdr);
	}
}
