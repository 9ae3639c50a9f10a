import type { Arrays } from '../../lib/tensor/arrays';
import { Tensor } from '../../lib/tensor/tensor';

/** A sample of a recording, for the dry run. */
interface RecordedSample {
	readonly payload: unknown;
	readonly topic?: string;
	readonly expected?: readonly unknown[];
}

/**
 * The samples of a recording from training: arrays whose first dimension is the moment.
 *
 * - `expected`: what has to come out, [moments, elements];
 * - `input`: a tensor that comes in, [moments, ...]; or else
 * - a field of the message that comes in, by its path: `position` [moments, joints], `orientation.w` [moments]; texts,
 *   such as the `name` of joints, are the same at all moments;
 * - `/topic:field`: a field of a message of another topic, which comes before it;
 * - `orientation.xyzw` [moments, 4]: the fields x, y, z, w at once; so do other letters, as in `linear.xy`.
 * @throws RangeError that names the array that does not fit.
 */
export function recordedSamples(arrays: Arrays): RecordedSample[] {
	const expected = arrays.get('expected');
	const names = [...arrays.keys()].join(', ') || 'none';
	if (expected === undefined || expected.type === 'string' || expected.dims.length < 1) {
		throw new RangeError(`Expected an array \`expected\` of what has to come out, got ${names}`);
	}
	const moments = expected.dims[0] as number;
	const inputs = [...arrays].filter(([name]) => name !== 'expected');
	if (inputs.length === 0) throw new RangeError('Expected an array of what comes in besides `expected`, got none');
	for (const [name, { type, dims }] of inputs) {
		if (type === 'string' || dims[0] === moments) continue;
		throw new RangeError(
			`Expected \`${name}\` to have ${moments} moments as \`expected\` has, got [${dims.join(', ')}]`,
		);
	}
	const samples: RecordedSample[] = [];
	for (let moment = 0; moment < moments; moment++) samples.push(...samplesAt(moment, inputs, rowOf(expected, moment)));
	return samples;
}

function samplesAt(moment: number, inputs: [string, Tensor][], expected: Tensor): RecordedSample[] {
	const others = new Map<string, Record<string, unknown>>();
	const main: Record<string, unknown> = {};
	let payload: unknown = main;
	for (const [name, array] of inputs) {
		const value = array.type === 'string' ? array : rowOf(array, moment);
		const [, topic, path] = /^(?:(.+):)?(.+)$/.exec(name) as unknown as [string, string | undefined, string];
		if (topic === undefined && path === 'input') {
			payload = { type: value.type, dims: value.dims, data: [...value.data].map(plain) };
			continue;
		}
		let message = main;
		if (topic !== undefined) {
			message = others.get(topic) ?? {};
			others.set(topic, message);
		}
		put(message, path, value);
	}
	return [
		...[...others].map(([topic, message]) => ({ topic, payload: message })),
		{ payload, expected: [...expected.data].map(plain) },
	];
}

/** What a tensor has at one moment. */
function rowOf({ type, dims, data }: Tensor, moment: number): Tensor {
	const rest = dims.slice(1);
	const size = data.length / (dims[0] as number);
	return new Tensor(type, rest, data.slice(moment * size, (moment + 1) * size) as Tensor['data']);
}

function put(message: Record<string, unknown>, path: string, value: Tensor): void {
	const keys = path.split('.');
	const last = keys.pop() as string;
	let target = message;
	for (const key of keys) {
		const inner = Object.hasOwn(target, key) ? target[key] : {};
		Object.defineProperty(target, key, { value: inner, enumerable: true, configurable: true, writable: true });
		target = inner as Record<string, unknown>;
	}
	const items = [...value.data].map(plain);
	if (keys.length > 0 && /^[xyzw]{2,4}$/.test(last) && items.length === last.length) {
		for (const [i, letter] of [...last].entries()) target[letter] = items[i];
		return;
	}
	const given = value.dims.length === 0 ? items[0] : items;
	Object.defineProperty(target, last, { value: given, enumerable: true, configurable: true, writable: true });
}

function plain(value: number | bigint | string): number | string {
	return typeof value === 'bigint' ? Number(value) : value;
}
