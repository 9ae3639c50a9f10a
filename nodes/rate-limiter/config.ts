import { checkArray, checkObject, checkString } from '../../lib/check';
import type { FieldLimits } from '../../lib/control/command-values';
import { parseFieldPath } from '../../lib/control/field-path';
import { checkLimits, type Limits } from '../../lib/control/value-limits';
import { boolean, choice, configNode, json, number, optionalNumber, type Property, text } from '../shared/properties';

/** What a row of the limits has beside its path. */
export const limitNames = ['min', 'max', 'rate', 'fall', 'second', 'deadBand'] as const;

const optional = optionalNumber();

/** A row as the editor saves it: texts, empty where there is no limit. */
function checkRow(name: string, value: unknown): FieldLimits {
	const row = checkObject(name, value);
	const path = checkString(`${name}.path`, row.path ?? '', { allowEmpty: true }).trim();
	parseFieldPath(`${name}.path`, path);
	const limits: Record<string, number> = {};
	for (const limit of limitNames) {
		const parsed = optional.parse(`${name}.${limit}`, row[limit] ?? '');
		if (parsed !== undefined) limits[limit] = parsed;
	}
	return { ...checkLimits(name, limits as Limits), path };
}

/** Any JSON; an empty field is no safe message. */
const anyJson = json<unknown>('', (_name, value) => value);
const noContext = configNode('ros2-context');

export const properties = {
	name: text(''),
	rate: number(50, { above: 0, max: 10_000, unit: 'Hz' }),
	/** `fixed` repeats the last command at the rate. */
	pacing: choice('max', ['max', 'fixed']),
	/** `topic` limits each topic by itself. */
	scope: choice('all', ['all', 'topic']),
	/** Take the rate from `msg.rate` (Hz) where there is one. */
	rateFromMessage: boolean(false),
	/** A text of JSON, as the form keeps it. */
	fields: json<FieldLimits[]>('[]', (name, value) => checkArray(name, value, checkRow)),
	/** Scale all values by the same factor. */
	together: boolean(false),
	/** Where values stand before the first command. */
	start: choice('zero', ['zero', 'first']),
	/** Empty: the input may be silent for as long as it likes. */
	timeout: optionalNumber({ above: 0, unit: 's' }),
	/** Empty: the input may be as old as it likes. */
	maxAge: optionalNumber({ above: 0, unit: 's' }),
	/** A NaN or infinity anywhere is a fault. */
	finite: boolean(false),
	onFault: choice('safe', ['safe', 'ramp', 'hold']),
	recovery: choice('auto', ['auto', 'reset']),
	safeMessage: {
		...anyJson,
		parse: (name: string, saved: unknown) => (saved === '' ? undefined : anyJson.parse(name, saved)),
	},
	/** The safe message on errors, and before the node or Node-RED goes. */
	failSafe: boolean(false),
	/** The latched stop, by message and by the node's button. */
	stop: boolean(false),
	/** Also by a std_msgs/msg/Bool on this topic; empty: none. */
	stopTopic: text(''),
	/** Also by a std_srvs/srv/SetBool service of this name, which resets too; empty: none. */
	stopService: text(''),
	/** For the stop topic and service. */
	context: {
		...noContext,
		parse: (_name: string, saved: unknown) => (typeof saved === 'string' && saved !== '' ? saved : undefined),
	} satisfies Property<string | undefined>,
};
