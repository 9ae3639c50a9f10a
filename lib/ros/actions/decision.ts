import { BriefError } from '../../check';
import type { Timers } from '../../control/timers';

/** Yes or no, now or later; no when nobody decides in time. */
export class Decision {
	readonly #timers: Pick<Timers, 'clearTimeout'>;
	readonly #timer: unknown;
	readonly #what: string;
	#decided: ((yes: boolean) => void) | undefined;

	/**
	 * @param what to call it in an error, such as `the goal 4f...`
	 * @param decided called once
	 */
	constructor(
		what: string,
		timeout: number,
		timers: Pick<Timers, 'setTimeout' | 'clearTimeout'>,
		decided: (yes: boolean, isLate: boolean) => void,
	) {
		this.#what = what;
		this.#timers = timers;
		this.#decided = (yes) => decided(yes, false);
		this.#timer = timers.setTimeout(() => {
			this.#decided = undefined;
			decided(false, true);
		}, timeout);
	}

	get isOpen(): boolean {
		return this.#decided !== undefined;
	}

	/** @throws BriefError when it is decided already */
	decide(yes: boolean): void {
		const decided = this.#decided;
		if (decided === undefined) {
			throw new BriefError(
				'decided already',
				`Expected ${this.#what} to be undecided; it was decided, or the time for it is over`,
			);
		}
		this.#decided = undefined;
		this.#timers.clearTimeout(this.#timer);
		decided(yes);
	}
}
