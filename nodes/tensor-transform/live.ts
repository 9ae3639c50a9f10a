import { BriefError } from '../../lib/check';
import { Tensor } from '../../lib/tensor/tensor';
import type { Carrier } from '../../lib/transform/step';
import type { Watch } from '../../lib/transform/watch';
import { labelsOf, nameOf, type TermRow, termRows } from './labels';
import type { LiveElement, LiveView } from './live-view';

/** How long after the last look nobody looks on any more, ms: the dialog asks a few times a second. */
const patience = 3000;
/** How many elements are shown at most. */
const most = 512;

/** What came in with a message that can be tried again in the dialog. */
interface Seen {
	readonly topic: unknown;
	readonly payload: unknown;
	readonly ros: unknown;
}

/** A term as it was in the last message. */
interface Row {
	readonly term: string;
	readonly labels: readonly string[];
	readonly values: Float64Array;
	readonly min: Float64Array;
	readonly max: Float64Array;
}

/**
 * What runs through a node while somebody looks on: the values of the last message and the least and the most of each
 * since the look began. While nobody does, all it costs a message is the test of a flag.
 */
export class Live {
	readonly #watch: Watch;
	readonly #terms: readonly TermRow[] | undefined;
	readonly #steps: readonly unknown[];
	readonly #now: () => number;
	#until = 0;
	#count = 0;
	#error: Error | undefined;
	#rows: Row[] = [];
	#last: Seen | undefined;
	/** The last message of each topic that steps keep. */
	readonly #kept = new Map<unknown, Seen>();

	/** @param now the time, ms */
	constructor(steps: readonly unknown[], watch: Watch, now: () => number = Date.now) {
		this.#steps = steps;
		this.#terms = termRows(steps);
		this.#watch = watch;
		this.#now = now;
	}

	/** Whether somebody looks on; asked once per message. */
	isWatched(): boolean {
		if (!this.#watch.isActive) return false;
		if (this.#now() <= this.#until) return true;
		this.#watch.isActive = false;
		this.#rows = [];
		this.#last = undefined;
		this.#kept.clear();
		return false;
	}

	/** A message came that a step keeps. */
	kept(payload: unknown, { topic, ros }: Carrier): void {
		this.#kept.set(topic, { topic, payload, ros });
	}

	/** A message came; what it became, or why it was refused. */
	ran(payload: unknown, { topic, ros }: Carrier, result: unknown, error?: Error): void {
		this.#last = { topic, payload, ros };
		this.#count++;
		this.#error = error;
		const { names, blocks, done } = this.#watch;
		if (this.#terms !== undefined) {
			for (let i = 0; i < Math.min(done, names.length); i++) this.#take(i, blocks[i]?.data ?? []);
		} else if (error === undefined && result instanceof Tensor) this.#take(0, result.data);
	}

	/** What there is to see; whoever asks is one who looks on, for a while. */
	view(): LiveView {
		const now = this.#now();
		if (!this.#watch.isActive) {
			this.#count = 0;
			this.#error = undefined;
			this.#rows = [];
		}
		this.#watch.isActive = true;
		this.#until = now + patience;
		const elements = this.#elements();
		return {
			count: this.#count,
			...(this.#error && { error: this.#error.message }),
			elements: elements.slice(0, most),
			hidden: Math.max(0, elements.length - most),
		};
	}

	/** The last message, after the last of each topic that is kept; undefined when none came while somebody looked on. */
	captured(): readonly object[] | undefined {
		return this.#last && [...this.#kept.values(), this.#last];
	}

	#take(index: number, data: ArrayLike<unknown>): void {
		const count = Math.min(data.length, most + 1);
		let row = this.#rows[index];
		if (row?.values.length !== count) {
			const term = this.#terms?.[index];
			const steps = term === undefined ? this.#steps : Array.isArray(term.steps) ? term.steps : [];
			row = {
				term: term === undefined ? '' : nameOf(term, index),
				labels: labelsOf(steps, data.length),
				values: new Float64Array(count),
				min: new Float64Array(count).fill(Number.POSITIVE_INFINITY),
				max: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
			};
			this.#rows[index] = row;
		}
		for (let i = 0; i < count; i++) {
			const value = Number(data[i]);
			row.values[i] = value;
			if (value < (row.min[i] as number)) row.min[i] = value;
			if (value > (row.max[i] as number)) row.max[i] = value;
		}
	}

	#elements(): LiveElement[] {
		const elements: LiveElement[] = [];
		const isRefused = this.#error !== undefined;
		// Without terms there is one row; with them, one for each, also for those that nothing came of yet.
		const count = this.#terms?.length ?? Math.max(1, this.#rows.length);
		let at = 0;
		for (let i = 0; i < count && elements.length <= most; i++) {
			const row = this.#rows[i];
			const isFailed = isRefused && this.#watch.names.length > 0 && i === this.#watch.done;
			if (row === undefined || isFailed) {
				const term = this.#terms?.[i];
				if (isFailed) elements.push(failed(term === undefined ? '' : nameOf(term, i), this.#error as Error));
				else if (term !== undefined) elements.push({ term: nameOf(term, i), label: '', value: '' });
				at += row?.values.length ?? 0;
				continue;
			}
			for (let k = 0; k < row.values.length; k++) elements.push(this.#element(row, i, k, at + k));
			at += row.values.length;
		}
		return elements;
	}

	#element(row: Row, term: number, k: number, at: number): LiveElement {
		const value = row.values[k] as number;
		const mark = Number.isFinite(value) ? this.#markOf(term, k, at) : 'not-finite';
		return {
			term: row.term,
			label: row.labels[k] ?? String(k),
			value: shown(value),
			min: shown(row.min[k] as number),
			max: shown(row.max[k] as number),
			...(mark !== undefined && { mark }),
		};
	}

	#markOf(term: number, k: number, at: number): LiveElement['mark'] {
		const isTerm = this.#terms !== undefined;
		for (const mark of this.#watch.marks) {
			// What the whole was clipped to is told by the place in the whole.
			const isHere = mark.term === -1 ? mark.element === at : isTerm && mark.term === term;
			if (isHere && (mark.term === -1 || mark.element === undefined || mark.element === k)) return mark.kind;
		}
		return undefined;
	}
}

function failed(term: string, error: Error): LiveElement {
	const isStale = error instanceof BriefError && error.brief === 'stale input';
	return { term, label: '', value: error.message, mark: isStale ? 'stale' : 'failed' };
}

/** JSON has no NaN, and nobody reads seventeen digits four times a second. */
function shown(value: number): string {
	return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}
