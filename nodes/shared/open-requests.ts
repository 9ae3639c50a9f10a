import { randomUUID } from 'node:crypto';
import { BriefError, show } from '../../lib/check';
import type { Timers } from '../../lib/control/timers';

export interface OpenRequestsOptions {
	/** How long a request waits, ms. */
	readonly timeout: number;
	/** How many wait at the same time; further ones are refused. */
	readonly most: number;
	readonly timers: Pick<Timers, 'setTimeout' | 'clearTimeout'>;
	/** What to call them in errors, such as `request of /add`. */
	readonly what: string;
	/** The property of a message that has the id, such as `requestId`. */
	readonly property: string;
	/** A request was given up. */
	onTimeout(id: string): void;
}

/**
 * Requests whose answer is a later message in the flow. A message knows its request by an id, a plain text, which
 * survives the clones of branches, function nodes and everything else that a message may go through.
 */
export class OpenRequests<T> {
	readonly #open = new Map<string, { readonly request: T; readonly timer: unknown }>();

	constructor(readonly options: OpenRequestsOptions) {}

	get size(): number {
		return this.#open.size;
	}

	/** @returns the id; undefined when too many wait */
	add(request: T, id: string = randomUUID()): string | undefined {
		const { timers, timeout, most } = this.options;
		if (this.#open.size >= most) return undefined;
		const timer = timers.setTimeout(() => {
			this.#open.delete(id);
			this.options.onTimeout(id);
		}, timeout);
		this.#open.set(id, { request, timer });
		return id;
	}

	/**
	 * The request that a message answers. It stays open until remove().
	 * @throws TypeError without an id; BriefError when no such request waits
	 */
	get(id: unknown): T {
		const { what, property, timeout } = this.options;
		if (typeof id !== 'string') {
			throw new TypeError(
				`Expected \`msg.${property}\` to be the id of a ${what}, got ${show(id)}. Answer with the message that came out of this node, or copy its ${property}.`,
			);
		}
		const found = this.#open.get(id);
		if (found !== undefined) return found.request;
		throw new BriefError(
			'no such request',
			`No ${what} with this ${property} waits here: ${id}. It was answered already, or not within ${timeout / 1000} s, or it came to another node.`,
		);
	}

	remove(id: string): void {
		const { timers } = this.options;
		timers.clearTimeout(this.#open.get(id)?.timer);
		this.#open.delete(id);
	}

	/** All that wait are forgotten. */
	close(): void {
		for (const id of [...this.#open.keys()]) this.remove(id);
	}
}
