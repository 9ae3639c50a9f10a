import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as Ort from 'onnxruntime-common';
import { BriefError } from '../check';
import { elementTypes } from './header';
import type { RuntimeChoice } from './protocol';

type SessionOptions = Ort.InferenceSession.SessionOptions;
type Values = Record<string, Ort.OnnxValue>;

/** A model that ONNX Runtime has loaded. */
export interface RuntimeSession {
	/** The type of each input and output that is a tensor, by name. */
	readonly types: ReadonlyMap<string, string>;
	/**
	 * Runs the model, one run at a time.
	 * @param fetches has the names of the outputs that are wanted
	 */
	run(feeds: Values, fetches: Readonly<Record<string, null>>): Values | Promise<Values>;
	/** Frees the model's memory. */
	release(): void | Promise<void>;
}

/** A build of ONNX Runtime, ready to load models. */
export interface Runtime {
	readonly ort: typeof Ort;
	/** @param model path of a file, or the bytes of one; the WebAssembly build reads no files */
	createSession(model: string | Uint8Array, options: SessionOptions): Promise<RuntimeSession>;
	readonly kind: 'native' | 'wasm';
	readonly version: string;
	/** Why this is the fallback, and what to do about it. */
	readonly note?: string;
}

const loaded = new Map<RuntimeChoice, Runtime>();

/**
 * ONNX Runtime, native when it loads, otherwise the WebAssembly build that comes with this package. The only place
 * that imports either.
 * @throws BriefError when the one asked for does not load.
 */
export function loadRuntime(choice: RuntimeChoice = 'auto'): Runtime {
	let runtime = loaded.get(choice);
	if (!runtime) {
		runtime = find(choice);
		loaded.set(choice, runtime);
	}
	return runtime;
}

function find(choice: RuntimeChoice): Runtime {
	if (choice === 'wasm') return loadWasm();
	try {
		return loadNative();
	} catch (error) {
		const reason = (error as Error).message.split('\n')[0] as string;
		if (choice === 'native') {
			throw new BriefError('no native runtime', `onnxruntime-node does not load: ${reason}. ${remedy()}`, {
				cause: error,
			});
		}
		return {
			...loadWasm(),
			note: `The WebAssembly build of ONNX Runtime is in use, which is slower, since onnxruntime-node does not load: ${reason}. ${remedy()}`,
		};
	}
}

/** Machines that onnxruntime-node has a native build for. */
const nativeBuilds = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

function remedy(): string {
	const machine = `${process.platform}-${process.arch}`;
	if (!nativeBuilds.includes(machine)) return `There is no native build for ${machine}.`;
	// The same version as the part that both builds share; on Linux its installation would load CUDA's libraries too.
	const { env } = require('onnxruntime-common') as typeof Ort;
	const skip = process.platform === 'linux' ? 'ONNXRUNTIME_NODE_INSTALL=skip ' : '';
	const libc = process.platform === 'linux' ? ' It needs glibc, which Alpine does not have.' : '';
	return `For the native one run "${skip}npm install onnxruntime-node@${env.versions.common}" in the Node-RED user directory and restart Node-RED.${libc}`;
}

/** What a run says when it fails is in its exception; the native log would say it again, on every failure. */
const quiet: Ort.InferenceSession.RunOptions = { logSeverityLevel: 4 };

/** What onnxruntime-node's own session is built on, see its binding.d.ts. */
interface Binding {
	readonly InferenceSession: new () => NativeSession;
}
interface NativeSession {
	loadModel(path: string, options: SessionOptions): void;
	loadModel(bytes: ArrayBufferLike, offset: number, length: number, options: SessionOptions): void;
	readonly inputMetadata: readonly NativeValue[];
	readonly outputMetadata: readonly NativeValue[];
	run(feeds: Values, fetches: object, options: Ort.InferenceSession.RunOptions): Values;
	dispose(): void;
}
interface NativeValue {
	readonly name: string;
	readonly isTensor: boolean;
	/** TensorProto.DataType, as in ONNX files. */
	readonly type: number;
}

/**
 * onnxruntime-node. Its `InferenceSession` would wait for the next turn of the event loop before each run, and then
 * hold that up for as long as the run takes: the same, only later. So the binding below it is asked at once.
 */
function loadNative(): Runtime {
	const ort = require('onnxruntime-node') as typeof Ort;
	const version = ort.env.versions.node ?? ort.env.versions.common;
	const { binding, initOrt } = require('onnxruntime-node/dist/binding.js') as { binding: Binding; initOrt(): void };
	return { ort, kind: 'native', version, createSession };

	async function createSession(model: string | Uint8Array, options: SessionOptions): Promise<RuntimeSession> {
		initOrt();
		const session = new binding.InferenceSession();
		if (typeof model === 'string') session.loadModel(model, options);
		else session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
		const types = new Map<string, string>();
		for (const { name, isTensor, type } of [...session.inputMetadata, ...session.outputMetadata]) {
			const known = elementTypes[type];
			if (isTensor && known !== undefined) types.set(name, known);
		}
		return {
			types,
			run: (feeds, fetches) => session.run(feeds, fetches, quiet),
			release: () => session.dispose(),
		};
	}
}

function loadWasm(): Runtime {
	const folder = join(__dirname, 'wasm');
	let ort: typeof Ort;
	try {
		ort = require(join(folder, 'ort.node.min.js')) as typeof Ort;
	} catch (error) {
		throw new BriefError(
			'no ONNX Runtime',
			`No ONNX Runtime loads: ${(error as Error).message.split('\n')[0]}. ${remedy()}`,
			{ cause: error },
		);
	}
	// More threads would mean workers of its own inside the worker.
	ort.env.wasm.numThreads = 1;
	ort.env.wasm.wasmPaths = `${folder}/`;
	return { ort, kind: 'wasm', version: ort.env.versions.web ?? ort.env.versions.common, createSession };

	async function createSession(model: string | Uint8Array, options: SessionOptions): Promise<RuntimeSession> {
		const session = await ort.InferenceSession.create(model as Uint8Array, options);
		const types = new Map<string, string>();
		for (const value of [...session.inputMetadata, ...session.outputMetadata]) {
			if (value.isTensor) types.set(value.name, value.type);
		}
		return {
			types,
			run: (feeds, fetches) => session.run(feeds, fetches, quiet),
			release: () => session.release(),
		};
	}
}

/** Weights beside a model, for builds that do not read files themselves. */
export function readExternalData(path: string, names: readonly string[]): { path: string; data: Uint8Array }[] {
	return names.map((name) => ({ path: name, data: readFileSync(join(dirname(path), name)) }));
}
