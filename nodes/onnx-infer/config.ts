import { BriefError } from '../../lib/check';
import { choice, text } from '../shared/properties';

/** What happens to NaN and Inf. */
export const nonFiniteChoices = ['refuse', 'allow'] as const;

function modelPath(_name: string, value: string): string {
	if (value === '') throw new BriefError('no model chosen', 'No model is chosen. Open the node and choose a file.');
	return value;
}

/** The properties of the node: what the editor saves and the runtime reads. */
export const properties = {
	name: text(''),
	/** Path of the model: absolute, or relative to the user directory, an allowed folder or this package. */
	model: text('', modelPath),
	/** Whether NaN and Inf in inputs and outputs are refused. */
	nonFinite: choice('refuse', nonFiniteChoices),
};
