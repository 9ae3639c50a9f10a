import { referenceHtml } from '../../lib/transform/reference';
import { allSteps } from '../../lib/transform/steps';

/** Puts the reference of the steps, made from their schemas, into the help; the build calls this for each language. */
export function completeHelp(help: string): string {
	return help.replace('<!-- steps -->', () => referenceHtml(allSteps));
}
