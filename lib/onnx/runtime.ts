import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as Ort from 'onnxruntime-common';
import { BriefError } from '../check';
import type { RuntimeChoice } from './protocol';

/** A build of ONNX Runtime, ready to load models. */
export interface Runtime {
	readonly ort: typeof Ort;
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

function loadNative(): Runtime {
	const ort = require('onnxruntime-node') as typeof Ort;
	return { ort, kind: 'native', version: ort.env.versions.node ?? ort.env.versions.common };
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
	return { ort, kind: 'wasm', version: ort.env.versions.web ?? ort.env.versions.common };
}

/** Weights beside a model, for builds that do not read files themselves. */
export function readExternalData(path: string, names: readonly string[]): { path: string; data: Uint8Array }[] {
	return names.map((name) => ({ path: name, data: readFileSync(join(dirname(path), name)) }));
}
