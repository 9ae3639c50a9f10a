import { BriefError, checkArray, checkObject, checkString } from '../../lib/check';
import { placementChoices } from '../../lib/onnx/placement';
import type { StatePair } from '../../lib/onnx/recurrent';
import { boolean, choice, json, number, optionalNumber, text } from '../shared/properties';

/** Where the model comes from. */
export const sourceChoices = ['file', 'message'] as const;
/** What happens to NaN and Inf. */
export const nonFiniteChoices = ['refuse', 'allow'] as const;
/** What happens to messages that come during a run. */
export const waitingChoices = ['newest', 'queue', 'drop'] as const;

/** Execution providers that ONNX Runtime may have, the CPU last of all. */
const providers = ['cuda', 'tensorrt', 'coreml', 'dml', 'webgpu', 'cpu'];

function parseProviders(name: string, value: string): string[] {
	const list = value
		.split(',')
		.map((item) => item.trim().toLowerCase())
		.filter((item) => item !== '');
	const unknown = list.find((item) => !providers.includes(item));
	if (unknown === undefined) return list;
	throw new RangeError(`Expected \`${name}\` to be a list of ${providers.join(', ')}, got "${unknown}"`);
}

function parseHash(name: string, value: string): string {
	if (value === '' || /^[0-9a-fA-F]{64}$/.test(value)) return value.toLowerCase();
	throw new RangeError(`Expected \`${name}\` to be 64 hexadecimal digits or empty, got "${value}"`);
}

function parsePairs(name: string, value: unknown): StatePair[] {
	return checkArray(name, value, (item, pair) => {
		const { output, input, initial } = checkObject(item, pair);
		return {
			output: checkString(`${item}.output`, output),
			input: checkString(`${item}.input`, input),
			...(initial === undefined || initial === null ? {} : { initial }),
		};
	});
}

/** The properties of the node: what the editor saves and the runtime reads. */
export const properties = {
	name: text(''),
	source: choice('file', sourceChoices),
	/** Path of the model: absolute, or relative to the user directory, an allowed folder or this package. */
	model: text(''),
	/** SHA-256 that the model has to have, in hexadecimal; empty for any. */
	sha256: text('', parseHash),
	/** Whether a changed file is loaded anew while the old model goes on. */
	reload: boolean(true),
	/** Whether NaN and Inf in inputs and outputs are refused. */
	nonFinite: choice('refuse', nonFiniteChoices),
	waiting: choice('newest', waitingChoices),
	/** How many messages are queued when they are. */
	queueLength: number(10, { min: 1, max: 10_000, integer: true }),
	/** How long after a message its result is of use, ms; empty for ever. */
	deadline: optionalNumber({ above: 0, unit: 'ms' }),
	/** How old the sensor reading behind a message may be, ms; empty for any age. */
	maxAge: optionalNumber({ above: 0, unit: 'ms' }),
	placement: choice('worker', placementChoices),
	threads: number(1, { min: 1, max: 64, integer: true }),
	/** Execution providers in the order of preference, separated by commas. */
	providers: text('cpu', parseProviders),
	/** Outputs that are fed back: `[{"output": "h_out", "input": "h_in", "initial": 0}]` with `initial` zero by default. */
	state: json('[]', parsePairs),
	/** Property of the message that tells whose state it is, such as `topic`; empty for one state. */
	stateKey: text(''),
	/** Property of the message whose change begins with the initial state; empty for none. */
	episode: text(''),
	/** How often figures are sent to the second output, s; 0 for only when asked. */
	figures: number(0, { min: 0, max: 86_400, unit: 's' }),
};

/** The model's path. @throws BriefError when none is chosen. */
export function chosenModel(path: string): string {
	if (path === '') throw new BriefError('no model chosen', 'No model is chosen. Open the node and choose a file.');
	return path;
}
