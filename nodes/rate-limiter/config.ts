import { checkObject } from '../../lib/check';
import { json, number, optionalNumber, text } from '../shared/properties';

/** An empty field is no safe message. */
const safeMessage = json<Record<string, unknown> | undefined>('', (name, value) => checkObject(name, value));

export const properties = {
	name: text(''),
	rate: number(50, { above: 0, max: 10_000, unit: 'Hz' }),
	/** Empty: the input may be silent for as long as it likes. */
	timeout: optionalNumber({ above: 0, unit: 's' }),
	safeMessage: {
		...safeMessage,
		parse: (name: string, saved: unknown) => (saved === '' ? undefined : safeMessage.parse(name, saved)),
	},
};
