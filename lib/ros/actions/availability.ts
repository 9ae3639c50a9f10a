import { BriefError } from '../../check';
import type { Timers } from '../../control/timers';
import type { CallOptions, EndpointEvent } from '../graph';
import { noServer, noServerFits } from '../services/failures';

/** One of the endpoints that an action consists of. */
interface Part {
	readonly name: string;
	isThere(): boolean;
}

/** Waits until a server has all its endpoints: a goal that is sent before would lose feedback or its result. */
export class Availability {
	readonly #waiting = new Set<(failure?: Error) => void>();
	#parts: readonly Part[] = [];
	#misfit: string | undefined;
	#known = false;

	/** @param onChange called when the server has come or gone */
	constructor(
		readonly action: string,
		private readonly timers: Pick<Timers, 'setTimeout' | 'clearTimeout'>,
		private readonly onChange: (isThere: boolean) => void,
	) {}

	get isThere(): boolean {
		return this.#parts.length > 0 && this.#parts.every((part) => part.isThere());
	}

	/** What to look at, once it is made. */
	watch(parts: readonly Part[]): void {
		this.#parts = parts;
		this.#changed();
	}

	/** For the `onEvent` of the endpoints. */
	readonly onEvent = (event: EndpointEvent): void => {
		if (event.kind === 'incompatible') this.#misfit = event.message;
		if (event.kind === 'matched') this.#changed();
	};

	/** @returns rejects with a BriefError when the server is not complete in time, or with the signal's reason */
	wait({ timeout, signal }: CallOptions): Promise<void> {
		signal?.throwIfAborted();
		if (this.isThere) return Promise.resolve();
		return new Promise((resolve, reject) => {
			const end = (settle: () => void) => {
				this.timers.clearTimeout(timer);
				signal?.removeEventListener('abort', onAbort);
				this.#waiting.delete(onThere);
				settle();
			};
			const onThere = (failure?: Error) => end(() => (failure ? reject(failure) : resolve()));
			const onAbort = () => end(() => reject(signal?.reason));
			const timer = this.timers.setTimeout(() => end(() => reject(this.#error(timeout))), timeout);
			signal?.addEventListener('abort', onAbort, { once: true });
			this.#waiting.add(onThere);
		});
	}

	/** Those who wait fail. */
	close(): void {
		for (const end of [...this.#waiting])
			end(new Error(`The client of ${this.action} was closed before a server came`));
	}

	#changed(): void {
		const { isThere } = this;
		if (isThere) for (const resolve of [...this.#waiting]) resolve();
		if (isThere === this.#known) return;
		this.#known = isThere;
		this.onChange(isThere);
	}

	#error(timeout: number): BriefError {
		const missing = this.#parts.filter((part) => !part.isThere());
		if (this.#misfit !== undefined) {
			return noServerFits(this.action, timeout, this.#misfit);
		}
		if (missing.length < this.#parts.length) {
			const names = missing.map(({ name }) => name).join(', ');
			return new BriefError(
				'server incomplete',
				`The server of ${this.action} lacked ${names} after ${timeout / 1000} s`,
			);
		}
		return noServer(this.action, timeout);
	}
}
