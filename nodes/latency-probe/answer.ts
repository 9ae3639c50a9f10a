import type { ProbeFigures } from '../../lib/latency/probe';
import type { TimelineData } from '../../lib/latency/timeline';

/** What the chart's page is told of a probe. */
export interface ProbeAnswer {
	readonly name: string;
	readonly from: 'receipt' | 'stamp';
	/** ms */
	readonly deadline: number | null;
	readonly figures: ProbeFigures;
	readonly timeline: TimelineData;
}
