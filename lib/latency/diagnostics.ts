import type { ProbeFigures } from './probe';
import type { SeriesFigures } from './series';

/** Levels of diagnostic_msgs/msg/DiagnosticStatus. */
const level = { ok: 0, warn: 1, stale: 3 };

interface DiagnosticStatus {
	level: number;
	name: string;
	message: string;
	hardware_id: string;
	values: { key: string; value: string }[];
}

/** A diagnostic_msgs/msg/DiagnosticArray whose stamp is left to the publisher. */
export interface DiagnosticArray {
	header: Record<string, never>;
	status: DiagnosticStatus[];
}

/**
 * Figures of a path as diagnostics: a status of the path and one of each stage. A status warns when one of the last
 * messages was beyond its deadline or no age is known, and is stale when no message comes.
 * @param name what the path is called
 * Source: diagnostic_msgs/msg/DiagnosticStatus.msg
 */
export function diagnosticsOf(name: string, figures: ProbeFigures): DiagnosticArray {
	const { path, rate, interval } = figures;
	const isStale = rate === 0;
	const more = [
		{ key: 'rate (Hz)', value: rate.toFixed(2) },
		{ key: 'interval jitter (ms)', value: (interval?.jitter ?? 0).toFixed(3) },
		{ key: 'messages', value: String(figures.count) },
		{ key: 'age unknown', value: String(figures.unknown) },
		{ key: 'from the future', value: String(figures.ahead) },
	];
	const status = [statusOf(name, path, isStale, more)];
	for (const [stage, series] of Object.entries(figures.stages)) {
		status.push(statusOf(`${name}: ${stage}`, series, isStale, []));
	}
	return { header: {}, status };
}

function statusOf(
	name: string,
	series: SeriesFigures | undefined,
	isStale: boolean,
	more: DiagnosticStatus['values'],
): DiagnosticStatus {
	const isLate = series !== undefined && series.late > 0;
	const message = isStale
		? 'no messages'
		: series === undefined
			? 'age unknown'
			: isLate
				? `${series.late} late, p99 ${series.p99.toFixed(2)} ms`
				: `p99 ${series.p99.toFixed(2)} ms`;
	const values = series
		? [
				{ key: 'p50 (ms)', value: series.p50.toFixed(3) },
				{ key: 'p99 (ms)', value: series.p99.toFixed(3) },
				{ key: 'maximum (ms)', value: series.max.toFixed(3) },
				{ key: 'jitter (ms)', value: series.jitter.toFixed(3) },
				{ key: 'deadline misses', value: String(series.misses) },
			]
		: [];
	return {
		level: isStale ? level.stale : isLate || series === undefined ? level.warn : level.ok,
		name,
		message,
		hardware_id: '',
		values: [...values, ...more],
	};
}
