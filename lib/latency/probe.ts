import { Series, type SeriesFigures, type SeriesOptions } from './series';
import { Timeline, type TimelineData } from './timeline';

export interface ProbeOptions extends SeriesOptions {
	/** How long a stage may take, by its name, > 0 (ms). Default: none has a deadline. */
	stageDeadlines?: ReadonlyMap<string, number>;
	/** Monotonic clock, ms. */
	now: () => number;
}

/** Figures of a path. Those of times are undefined before the first. */
export interface ProbeFigures {
	/** Messages since the start. */
	readonly count: number;
	/** Messages per second; 0 when none comes any more. */
	readonly rate: number;
	/** From one message to the next. */
	readonly interval: SeriesFigures | undefined;
	/** The age of the messages. */
	readonly path: SeriesFigures | undefined;
	/** The shares of the stages, and under {@link elsewhere} what is in none of them. */
	readonly stages: Readonly<Record<string, SeriesFigures>>;
	/** Messages of unknown age. */
	readonly unknown: number;
	/** Messages with a time of the future: clocks differ. Their age is not counted. */
	readonly ahead: number;
}

/** The share of a stage, as messages carry it. */
export interface StageShare {
	readonly name: string;
	/** ms */
	readonly time: number;
}

/** What the time is called that a message spent in none of its stages: received, decoded, on wires, in other nodes. */
export const elsewhere = 'elsewhere';

/** Stages of more names than this are not told apart: memory is bounded. */
const mostStages = 64;
/** A rate is 0 when nothing has come for this many of the usual intervals, and for this long, ms. */
const silence = { intervals: 4, time: 1000 };

/** Measures how long messages take on a path and in its stages. Memory is bounded and nothing is kept of a message. */
export class Probe {
	readonly #options: ProbeOptions;
	readonly #path: Series;
	readonly #intervals: Series;
	readonly #timeline = new Timeline(240, 250);
	readonly #stages = new Map<string, Series>();
	#count = 0;
	#unknown = 0;
	#ahead = 0;
	#last = Number.NaN;

	/** @throws TypeError or RangeError when an option is wrong. */
	constructor(options: ProbeOptions) {
		this.#options = options;
		this.#path = new Series(options);
		this.#intervals = new Series({ window: options.window });
	}

	/** When the last message came, ms of the clock; NaN before the first. */
	get last(): number {
		return this.#last;
	}

	/**
	 * A message has come.
	 * @param age ms; undefined when it is not known
	 * @param stages what it says of its way; what does not look like a share is left out
	 */
	add(age: number | undefined, stages: unknown): void {
		const now = this.#options.now();
		if (this.#count++ > 0) this.#intervals.add(now - this.#last);
		this.#last = now;
		const rest = this.#addStages(stages);
		if (age === undefined || !Number.isFinite(age)) this.#unknown++;
		else if (age < 0) this.#ahead++;
		else {
			this.#path.add(age);
			this.#timeline.add(age, now);
			if (rest !== undefined) this.#stage(elsewhere)?.add(Math.max(0, age - rest));
		}
	}

	figures(): ProbeFigures {
		const stages: Record<string, SeriesFigures> = {};
		for (const [name, series] of this.#stages) {
			const figures = series.figures();
			if (figures) stages[name] = figures;
		}
		const interval = this.#intervals.figures();
		return {
			count: this.#count,
			rate: this.#rate(interval),
			interval,
			path: this.#path.figures(),
			stages,
			unknown: this.#unknown,
			ahead: this.#ahead,
		};
	}

	/** How the age went over the last minute. */
	timeline(): TimelineData {
		return this.#timeline.data(this.#options.now());
	}

	/** Forgets everything, as at a jump of time. */
	clear(): void {
		this.#count = 0;
		this.#unknown = 0;
		this.#ahead = 0;
		this.#last = Number.NaN;
		for (const series of [this.#path, this.#intervals]) series.clear();
		this.#stages.clear();
		this.#timeline.clear();
	}

	/** @returns what all stages took together; undefined when there are none */
	#addStages(stages: unknown): number | undefined {
		if (!Array.isArray(stages) || stages.length === 0) return undefined;
		let sum = 0;
		for (let i = 0; i < stages.length; i++) {
			const share = stages[i] as Partial<StageShare> | null | undefined;
			if (typeof share?.name !== 'string' || typeof share.time !== 'number' || !Number.isFinite(share.time)) continue;
			sum += share.time;
			// The same name again is another node, such as the second transform of a path.
			let nth = 1;
			for (let before = 0; before < i; before++) if (stages[before]?.name === share.name) nth++;
			this.#stage(nth === 1 ? share.name : `${share.name} (${nth})`)?.add(share.time);
		}
		return sum;
	}

	#stage(name: string): Series | undefined {
		let series = this.#stages.get(name);
		if (series === undefined && this.#stages.size < mostStages) {
			const { window, stageDeadlines } = this.#options;
			series = new Series({ window, deadline: stageDeadlines?.get(name) });
			this.#stages.set(name, series);
		}
		return series;
	}

	#rate(interval: SeriesFigures | undefined): number {
		if (interval === undefined) return 0;
		const mean = this.#intervals.mean();
		const since = this.#options.now() - this.#last;
		return since > Math.max(silence.time, silence.intervals * mean) ? 0 : 1000 / mean;
	}
}
