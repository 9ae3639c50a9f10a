import { BriefError } from '../../lib/check';
import type { OptionsOf } from '../shared/properties';
import type { properties } from './config';

export type Options = OptionsOf<typeof properties>;

/** @throws BriefError when settings do not fit each other. */
export function checkTogether(options: Options): void {
	const { timeout, maxAge, finite, onFault, safeMessage, failSafe, stop, stopTopic, stopService, context } = options;
	const watches = timeout !== undefined || maxAge !== undefined || finite;
	const needsSafe = (watches && onFault === 'safe') || failSafe || stop;
	const usesSafe = needsSafe || (watches && onFault === 'ramp');
	if (needsSafe && safeMessage === undefined) {
		throw new BriefError(
			'no safe payload',
			'Expected `safeMessage` (JSON) to be set: it is what is sent when the input is silent for the `timeout`, too old ' +
				'or not finite, at an error or a stop. Fill in both, or clear what asks for it.',
		);
	}
	if (!usesSafe && safeMessage !== undefined) {
		throw new BriefError(
			'no timeout',
			'Expected `timeout` (s), or another reason to send `safeMessage`, to be set, or both to be empty',
		);
	}
	if (onFault === 'ramp' && watches && !options.fields.some(({ rate }) => rate !== undefined)) {
		throw new BriefError('ramp without rate', 'Expected a `rate` in one of `fields`: without one a ramp is a jump');
	}
	if (!stop && (stopTopic !== '' || stopService !== '')) {
		throw new BriefError('stop is off', 'Expected `stop` to be on, since `stopTopic` or `stopService` is set');
	}
	if ((stopTopic !== '' || stopService !== '') && context === undefined) {
		throw new BriefError(
			'no ros2-context',
			'Expected `context`, a ros2-context node, for `stopTopic` and `stopService`',
		);
	}
}
