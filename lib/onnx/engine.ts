import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { InferenceSession, OnnxValue, Tensor as OrtTensor } from 'onnxruntime-common';
import { BriefError } from '../check';
import { arrayTypes, type TensorData, type TensorType, tensorTypes } from '../tensor/tensor';
import { fileState } from './file-watch';
import { hashBytes, hashModel } from './hash';
import { externalPaths, type ModelHeader, readHeader, type ValueInfo } from './header';
import { checkExternalPaths, resolveModelPath } from './model-path';
import { findNonFinite, nonFiniteName } from './non-finite';
import type { LoadOptions, ModelInfo, ModelSource, PackedTensor, PlainTensor, TensorInfo } from './protocol';
import { explainProvider } from './providers';
import { loadRuntime, type Runtime, type RuntimeSession, readExternalData } from './runtime';

/** What a run gives. */
export interface RunOutcome {
	readonly outputs: PlainTensor[];
	/** How long the inference took, ms. */
	readonly time: number;
}

/** A loaded model in the thread that runs it. One run at a time. */
export class Engine {
	/** What the last run was fed, and where it lay: the same memory may well hold the next run's inputs. */
	readonly #feeds: Record<string, OrtTensor> = {};
	readonly #data: TensorData[] = [];
	readonly #fetches: Record<string, null> = {};
	#buffer: ArrayBuffer | undefined;
	#packed: readonly PackedTensor[] | undefined;

	private constructor(
		readonly info: ModelInfo,
		private readonly runtime: Runtime,
		private readonly session: RuntimeSession,
	) {
		for (const { name } of info.outputs) this.#fetches[name] = null;
	}

	/** @throws BriefError that says what is wrong with the file or the settings. */
	static async load(given: ModelSource, options: LoadOptions): Promise<Engine> {
		const begin = performance.now();
		const name = 'path' in given ? basename(given.path) : given.name;
		const source = withoutLinks(given);
		// Of the file and of the weights beside it, each as they are before they are read for the first time.
		const modelState = 'path' in given ? fileState([given.path]) : '';
		const header = readHeader('path' in source ? source.path : source.bytes, name);
		const weights = 'path' in source ? externalPaths(source.path, header) : [];
		const state = [modelState, ...weights.map((file) => fileState([file]))].join('; ');
		const files = 'path' in given ? [given.path, ...weights] : [];
		const outputs = header.outputs.filter(isRunnable);
		checkRunnable(name, header, outputs);
		checkExternalFiles(source, header, name);
		await checkPin(source, header, name, options.sha256);
		const runtime = loadRuntime(options.runtime);
		const notes = runtime.note === undefined ? [] : [runtime.note];
		for (const output of header.outputs) {
			if (isRunnable(output)) continue;
			notes.push(
				`The output \`${output.name}\` is left out: it is of type ${output.type}, not a tensor of a known type.`,
			);
		}
		const { session, provider } = await createSession(runtime, source, header, options, notes);
		if (fileState(files) !== state) {
			await session.release();
			throw new BriefError(
				'changed in loading',
				`${name} was changed while it was loaded, so what was read of it may not belong together. Load it again once it is complete.`,
			);
		}
		const info: ModelInfo = {
			header,
			inputs: tensorInfos(header.inputs, session),
			outputs: tensorInfos(outputs, session),
			runtime: runtime.kind,
			version: runtime.version,
			provider,
			notes,
			loadTime: performance.now() - begin,
			files,
			fileState: state,
		};
		return new Engine(info, runtime, session);
	}

	/**
	 * Runs the model once.
	 * @param buffer holds the inputs; not to be touched before the run is over
	 * @param packed where they lie in it, in the order of the model; the same array when they lie as in the last run
	 * @param allowNonFinite whether NaN and Inf pass
	 * @throws BriefError naming the tensor and element when something is not finite.
	 */
	async run(buffer: ArrayBuffer, packed: readonly PackedTensor[], allowNonFinite: boolean): Promise<RunOutcome> {
		if (buffer !== this.#buffer || packed !== this.#packed) this.#view(buffer, packed);
		const { inputs, outputs } = this.info;
		if (!allowNonFinite) {
			for (let i = 0; i < inputs.length; i++) {
				const { dims } = packed[i] as PackedTensor;
				checkFinite('input', inputs[i] as TensorInfo, dims, this.#data[i] as TensorData);
			}
		}
		const begin = performance.now();
		let results: Record<string, OnnxValue>;
		try {
			// Awaiting what is there already would only be another turn of the microtasks.
			const given = this.session.run(this.#feeds, this.#fetches);
			results = given instanceof Promise ? await given : given;
		} catch (error) {
			throw new BriefError('inference failed', `ONNX Runtime could not run the model: ${(error as Error).message}`);
		}
		const time = performance.now() - begin;
		const given: PlainTensor[] = [];
		for (let i = 0; i < outputs.length; i++) {
			const info = outputs[i] as TensorInfo;
			const { dims, data } = results[info.name] as OrtTensor;
			const plain = ownData(info.type, data as unknown as TensorData);
			if (!allowNonFinite) checkFinite('output', info, dims, plain);
			given.push({ dims, data: plain });
		}
		return { outputs: given, time };
	}

	/** Sees the inputs in the buffer. */
	#view(buffer: ArrayBuffer, packed: readonly PackedTensor[]): void {
		this.#packed = undefined;
		for (const [i, { name, type }] of this.info.inputs.entries()) {
			const tensor = packed[i] as PackedTensor;
			const data = unpack(type, tensor, buffer);
			this.#data[i] = data;
			this.#feeds[name] = new this.runtime.ort.Tensor(type, data as Float32Array, tensor.dims);
		}
		this.#buffer = buffer;
		this.#packed = packed;
	}

	/** Bytes of an element of an input. */
	bytesOf(index: number): number {
		const { type } = this.info.inputs[index] as TensorInfo;
		return type === 'string' ? 0 : arrayTypes[type].BYTES_PER_ELEMENT;
	}

	/** Frees the model's memory; without this it stays until the process ends. */
	async release(): Promise<void> {
		await this.session.release();
	}
}

function isRunnable(value: ValueInfo): boolean {
	return value.type === 'unknown' || (tensorTypes as string[]).includes(value.type);
}

function checkRunnable(name: string, header: ModelHeader, outputs: readonly ValueInfo[]): void {
	if ([...header.inputs, ...header.outputs].some((value) => value.name === '__proto__')) {
		throw new BriefError(
			'name not usable',
			`An input or output of ${name} is called __proto__, which no JavaScript object can have as a name of its own. Export the model with another name.`,
		);
	}
	const input = header.inputs.find((value) => !isRunnable(value));
	if (input) {
		throw new BriefError(
			'type not supported',
			`The input \`${input.name}\` of ${name} is of type ${input.type}, which ONNX Runtime does not take from JavaScript. Export the model with float32 inputs.`,
		);
	}
	if (outputs.length > 0) return;
	const shown = header.outputs.map((output) => `\`${output.name}\` (${output.type})`).join(', ');
	throw new BriefError(
		'no tensor output',
		`None of the outputs of ${name} can be delivered: ${shown || 'it has none'}.`,
	);
}

/** A link may point elsewhere than when the path was checked, to where it is not allowed. */
function withoutLinks(source: ModelSource): ModelSource {
	if (!('path' in source)) return source;
	const { path, folders } = source;
	return { path: folders ? resolveModelPath(path, folders) : realpathSync(path), ...(folders && { folders }) };
}

function isFile(path: string): boolean {
	try {
		return statSync(path).isFile();
	} catch {
		return false;
	}
}

function checkExternalFiles(source: ModelSource, header: ModelHeader, name: string): void {
	if (header.externalFiles.length === 0) return;
	const names = header.externalFiles.join(', ');
	if (!('path' in source)) {
		throw new BriefError(
			'weights missing',
			`The weights of ${name} are in files of their own (${names}), which a model from a message cannot bring along. Use the file, or export the model into a single one.`,
		);
	}
	if (source.folders) checkExternalPaths(source.path, header.externalFiles, source.folders);
	for (const [i, path] of externalPaths(source.path, header).entries()) {
		if (isFile(path)) continue;
		throw new BriefError(
			'weights missing',
			`${name} keeps its weights in ${header.externalFiles[i]}, which is not in its folder. Copy that file beside the model.`,
		);
	}
}

async function checkPin(source: ModelSource, header: ModelHeader, name: string, pin = ''): Promise<void> {
	if (!pin) return;
	const hash = 'path' in source ? await hashModel(source.path, header.externalFiles) : hashBytes(source.bytes);
	if (hash === pin.toLowerCase()) return;
	throw new BriefError(
		'sha256 differs',
		`${name} is not the model that was chosen: its SHA-256 is ${hash}, expected ${pin}. Restore the file, or choose this one.`,
	);
}

/** Tries the providers in their order; the CPU comes last and is always there. */
async function createSession(
	runtime: Runtime,
	source: ModelSource,
	header: ModelHeader,
	options: LoadOptions,
	notes: string[],
): Promise<{ session: RuntimeSession; provider: string }> {
	const last = runtime.kind === 'wasm' ? 'wasm' : 'cpu';
	for (const provider of options.providers ?? []) {
		if (provider === 'cpu') break;
		try {
			return { session: await createWith(runtime, source, header, options, provider), provider };
		} catch (error) {
			const reason = (error as Error).message.split('\n')[0] as string;
			notes.push(explainProvider(provider, runtime.kind, reason));
		}
	}
	try {
		return { session: await createWith(runtime, source, header, options, last), provider: last };
	} catch (error) {
		throw explainLoadError(error as Error, header);
	}
}

function createWith(
	runtime: Runtime,
	source: ModelSource,
	header: ModelHeader,
	options: LoadOptions,
	provider: string,
): Promise<RuntimeSession> {
	const settings: InferenceSession.SessionOptions = {
		executionProviders: [provider],
		intraOpNumThreads: options.threads ?? 1,
		interOpNumThreads: 1,
		// Old exporters' files cause pages of warnings at every load.
		logSeverityLevel: 3,
		// By default threads that wait for work burn a whole core.
		extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
	};
	if (!('path' in source)) return runtime.createSession(source.bytes, settings);
	if (runtime.kind === 'native') return runtime.createSession(source.path, settings);
	const externalData = readExternalData(source.path, header.externalFiles);
	return runtime.createSession(readFileSync(source.path), { ...settings, externalData });
}

/** What ONNX Runtime says at loading, with what to do about the usual reasons. */
function explainLoadError(error: Error, header: ModelHeader): BriefError {
	const message = error.message;
	const opset = /opset (\d+) is under development|Opset \d+ .*official support/i.test(message);
	if (opset) {
		const version = header.opsets['ai.onnx'];
		return new BriefError(
			'opset too new',
			`The model uses operator set ${version}, which this ONNX Runtime does not know yet: export it with a lower opset_version. (${message})`,
		);
	}
	if (/not a registered function\/op|No Op registered|is not a registered/i.test(message)) {
		return new BriefError(
			'unknown operator',
			`The model uses an operator that ONNX Runtime does not have: export it with standard operators only. (${message})`,
		);
	}
	if (/given file_length|external data file .*out of bounds/is.test(message)) {
		return new BriefError(
			'weights truncated',
			`The weights in ${header.externalFiles.join(', ')} are fewer than the model has: copy or download that again. (${message})`,
		);
	}
	return new BriefError('model not loaded', `ONNX Runtime could not load the model: ${message}`);
}

/**
 * The shape is the file's, since the runtime's own metadata gives an unknown rank as that of a scalar. The type is the
 * runtime's where the file leaves it to be inferred.
 */
function tensorInfos(values: readonly ValueInfo[], { types }: RuntimeSession): TensorInfo[] {
	return values.map(({ name, type, shape }) => ({ name, type: (types.get(name) ?? type) as TensorType, shape }));
}

function unpack(type: TensorType, packed: PackedTensor, buffer: ArrayBuffer): TensorData {
	if (type === 'string') return packed.strings as string[];
	return new arrayTypes[type](buffer, packed.offset, packed.length);
}

/** The output in memory of its own, so that it can be handed over. */
function ownData(type: TensorType, data: TensorData): TensorData {
	if (type === 'string' || Array.isArray(data)) return data;
	const View = arrayTypes[type];
	if (data.byteLength !== data.buffer.byteLength) return data.slice();
	// Where JavaScript has a Float16Array, float16 may come as one; here it travels as its bits.
	return data instanceof View ? data : new View(data.buffer as ArrayBuffer);
}

function checkFinite(
	side: 'input' | 'output',
	{ name, type }: TensorInfo,
	dims: readonly number[],
	data: TensorData,
): void {
	const found = findNonFinite(type, data);
	if (found < 0) return;
	const value = nonFiniteName(type, data, found);
	const at = dims.length > 1 ? `${found} ([${indexOf(found, dims).join(', ')}])` : String(found);
	const hint =
		side === 'input'
			? 'Find the step that made it, or allow non-finite values in the node.'
			: 'The model gave it, most often for inputs far outside of those it was trained on.';
	throw new BriefError(
		`${value === 'NaN' ? 'NaN' : 'Inf'} in ${side}`,
		`Element ${at} of the ${side} \`${name}\` is ${value}. ${hint}`,
	);
}

/** Where the element of a flat index is, row-major. */
function indexOf(flat: number, dims: readonly number[]): number[] {
	const index = new Array<number>(dims.length);
	let rest = flat;
	for (let i = dims.length - 1; i >= 0; i--) {
		const size = dims[i] as number;
		index[i] = rest % size;
		rest = Math.floor(rest / size);
	}
	return index;
}
