import { type Arrays, readJsonArrays } from '../../lib/tensor/arrays';
import { Tensor } from '../../lib/tensor/tensor';

/** A moment of a recording, or a message of another topic before it. */
export interface RecordedSample {
	/** Undefined where only what the model takes and gives was recorded. */
	readonly payload?: unknown;
	readonly topic?: string | undefined;
	/** When it was, s. */
	readonly time?: number;
	/** Whether an episode begins. */
	readonly reset?: boolean;
	/** What has to come out of the steps. */
	readonly expected?: unknown;
	/** What the model was given. */
	readonly observation?: unknown;
	/** What the model gave. */
	readonly action?: unknown;
	/** What was sent to the robot: a tensor, or fields of the message by their paths. */
	readonly command?: unknown;
}

/** What is compared with what comes out; the rest comes in. */
const results = ['expected', 'observation', 'action', 'command'] as const;
type Result = (typeof results)[number];

/**
 * The samples of a recording from training: arrays whose first dimension is the moment.
 *
 * - `observation` and `action`: what the model took and gave, [moments, elements];
 * - `command`: what came of the action, or `command:linear.x` a field of that message;
 * - `expected`: what has to come out of the steps of this node;
 * - `time`: when it was, s; `reset`: where an episode begins;
 * - `input`: a tensor that comes in, [moments, ...]; or else
 * - a field of the message that comes in, by its path: `position` [moments, joints], `orientation.w` [moments]; texts,
 *   such as the `name` of joints, are the same at all moments;
 * - `/topic:field`: a field of a message of another topic, which comes before it;
 * - `orientation.xyzw` [moments, 4]: the fields x, y, z, w at once; so do other letters, as in `linear.xy`.
 * @throws RangeError that names the array that does not fit.
 */
export function recordedSamples(arrays: Arrays): RecordedSample[] {
	const isResult = ([name]: [string, Tensor]) => results.some((result) => name === result) || /^command:./.test(name);
	const entries = [...arrays];
	const compared = entries.filter(isResult);
	const inputs = entries.filter((entry) => !isResult(entry) && entry[0] !== 'time' && entry[0] !== 'reset');
	const [first] = compared;
	if (first === undefined || first[1].type === 'string' || first[1].dims.length < 1) {
		const names = [...arrays.keys()].join(', ') || 'none';
		throw new RangeError(
			`Expected an array \`observation\`, \`action\` or \`expected\` of what has to come out, got ${names}`,
		);
	}
	const moments = first[1].dims[0] as number;
	const isPair = compared.some(([name]) => name === 'observation') && compared.length > 1;
	if (inputs.length === 0 && !isPair) {
		throw new RangeError(
			`Expected an array of what comes in besides \`${first[0]}\`, or both \`observation\` and \`action\`, got none`,
		);
	}
	for (const [name, { type, dims }] of entries) {
		if (type === 'string' || dims[0] === moments) continue;
		throw new RangeError(
			`Expected \`${name}\` to have ${moments} moments as \`${first[0]}\` has, got [${dims.join(', ')}]`,
		);
	}
	const samples: RecordedSample[] = [];
	for (let moment = 0; moment < moments; moment++) samples.push(...samplesAt(moment, inputs, compared, arrays));
	return samples;
}

/**
 * The samples of a JSON text that has a recording's arrays by their names, as in an .npz; undefined when it is something
 * else, such as a message or a list of samples.
 * @throws RangeError that names the array that does not fit.
 */
export function samplesOfJson(text: string): RecordedSample[] | undefined {
	if (!/^\s*\{/.test(text) || !results.some((name) => text.includes(`"${name}"`))) return undefined;
	const value = JSON.parse(text) as Record<string, unknown>;
	const isRecording = results.some((name) => Array.isArray((value[name] as unknown[] | undefined)?.[0]));
	return isRecording && !('payload' in value) ? recordedSamples(readJsonArrays(text)) : undefined;
}

/** Whether there is something in it that only the whole flow gives. */
export function isOfFlow(samples: readonly RecordedSample[]): boolean {
	return samples.some(({ observation, action, command }) => (observation ?? action ?? command) !== undefined);
}

/** What comes along with a sample, as with a message of a flow. */
export function carrierOf({ topic, time }: RecordedSample) {
	if (time === undefined) return { topic };
	const sec = Math.floor(time);
	return { topic, ros: { stamp: { sec, nanosec: Math.round((time - sec) * 1e9) }, receivedAt: time * 1000 } };
}

function samplesAt(
	moment: number,
	inputs: readonly [string, Tensor][],
	compared: readonly [string, Tensor][],
	arrays: Arrays,
): RecordedSample[] {
	const messages = new Map<string | undefined, Record<string, unknown>>();
	let payload: unknown;
	for (const [name, array] of inputs) {
		const value = array.type === 'string' ? array : rowOf(array, moment);
		const [, topic, path] = /^(?:(.+):)?(.+)$/.exec(name) as unknown as [string, string | undefined, string];
		if (topic === undefined && path === 'input') {
			payload = { type: value.type, dims: value.dims, data: [...value.data].map(plain) };
			continue;
		}
		const message = messages.get(topic) ?? {};
		messages.set(topic, message);
		put(message, path, value);
	}
	payload ??= messages.get(undefined);
	messages.delete(undefined);
	const others: RecordedSample[] = [...messages].map(([topic, message]) => ({ topic, payload: message }));
	const time = arrays.get('time');
	const reset = arrays.get('reset');
	const common = {
		...(time && { time: Number(time.data[moment]) }),
		...(reset && Boolean(reset.data[moment]) && { reset: true }),
	};
	const whole = { ...(payload !== undefined && { payload }), ...resultsAt(moment, compared) };
	// Where all have topics, the last of them is what drives the steps.
	const last = payload === undefined ? others.pop() : undefined;
	const list: RecordedSample[] = [...others, { ...last, ...whole }];
	return list.map((sample, i) => ({
		...sample,
		...(common.time !== undefined && { time: common.time }),
		...(i === 0 && common.reset && { reset: true }),
	}));
}

function resultsAt(moment: number, compared: readonly [string, Tensor][]): Partial<Record<Result, unknown>> {
	const found: Record<string, unknown> = {};
	const fields: Record<string, unknown> = {};
	for (const [name, array] of compared) {
		const row = rowOf(array, moment);
		const items = [...row.data].map(plain);
		const values = row.dims.length > 1 ? { type: row.type, dims: row.dims, data: items } : items;
		if (name.startsWith('command:')) fields[name.slice('command:'.length)] = values;
		else found[name] = values;
	}
	return Object.keys(fields).length > 0 ? { ...found, command: fields } : found;
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
