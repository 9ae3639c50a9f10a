import { BriefError } from '../../check';

/** Why a call of a service, or a goal of an action, comes to nothing. `timeout` in ms. */

/** What a search has left of a timeout is no round number. */
const seconds = (timeout: number): string => `${Math.round(timeout) / 1000} s`;

export function noServer(name: string, timeout: number): BriefError {
	return new BriefError(
		'no server',
		`No server of ${name} was found within ${seconds(timeout)}. Is it running, in the same ROS_DOMAIN_ID?`,
	);
}

/** @param misfit what does not fit of a server that is there */
export function noServerFits(name: string, timeout: number, misfit: string): BriefError {
	return new BriefError(
		'no server fits',
		`No server of ${name} that fits was found within ${seconds(timeout)}: ${misfit}`,
	);
}

export function noAnswer(name: string, timeout: number): BriefError {
	return new BriefError(
		'no answer',
		`The server of ${name} did not answer within ${seconds(timeout)}. It may still be at work: allow it more time, or look at its log.`,
	);
}

export function serverIsGone(name: string): BriefError {
	return new BriefError(
		'server is gone',
		`The server of ${name} went away before it answered. It may have done what it was asked, or not.`,
	);
}
