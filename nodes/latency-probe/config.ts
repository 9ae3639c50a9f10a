import { checkNumber, show } from '../../lib/check';
import { boolean, choice, number, optionalNumber, text } from '../shared/properties';

/** One stage a line: its name, then its deadline in ms, such as `onnx-infer 5`. */
function checkStageDeadlines(name: string, value: string): ReadonlyMap<string, number> {
	const deadlines = new Map<string, number>();
	for (const line of value.split('\n').map((one) => one.trim())) {
		if (line === '') continue;
		const parts = /^(.*\S)\s+(\S+)$/.exec(line);
		const deadline = Number(parts?.[2]);
		if (!parts || Number.isNaN(deadline)) {
			throw new RangeError(`Expected a line of \`${name}\` such as onnx-infer 5 (ms), got ${show(line)}`);
		}
		deadlines.set(parts[1] as string, checkNumber(`${name}: ${parts[1]}`, deadline, { above: 0, unit: 'ms' }));
	}
	return deadlines;
}

export const properties = {
	name: text(''),
	/** What the age of a message counts from: its receipt here, or the stamp of its sensor. */
	from: choice('receipt', ['receipt', 'stamp']),
	/** How old a message may be, ms; empty: any age. */
	deadline: optionalNumber({ above: 0, unit: 'ms' }),
	/** How long single stages may take. */
	stageDeadlines: text('', checkStageDeadlines),
	/** How many of the last messages the figures are taken of. */
	window: number(1000, { min: 10, max: 10_000, integer: true }),
	/** How often figures are sent, s; 0: only when asked. */
	interval: number(1, { min: 0, max: 86_400, unit: 's' }),
	/** Send them as diagnostic_msgs/msg/DiagnosticArray too. */
	diagnostics: boolean(false),
};
