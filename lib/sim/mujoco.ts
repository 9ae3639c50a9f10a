import { readFile } from 'node:fs/promises';

/** The package is an ES module, which CommonJS reaches through import() alone. */
const importMujoco = () => import('@mujoco/mujoco');

/** MuJoCo with its functions: the only importer of @mujoco/mujoco. */
export type Mujoco = Awaited<ReturnType<Awaited<ReturnType<typeof importMujoco>>['default']>>;

/** The little of the WebAssembly interface that is needed; TypeScript keeps the whole with the DOM. */
declare const WebAssembly: {
	compile(bytes: Uint8Array): Promise<object>;
	instantiate(module: object, imports: object): Promise<object>;
};

let compiled: Promise<object> | undefined;

/**
 * MuJoCo's WebAssembly module, compiled once in this process. It may be sent to threads, which share its code: each
 * then starts faster, and starting many does not add up in memory.
 */
export function compileMujoco(): Promise<object> {
	compiled ??= readFile(require.resolve('@mujoco/mujoco/mujoco.wasm'))
		.then((bytes) => WebAssembly.compile(bytes))
		.catch((error) => {
			compiled = undefined;
			throw error;
		});
	return compiled;
}

/** A MuJoCo of its own memory over a compiled module. What MuJoCo prints (warnings) is dropped. */
export async function instantiateMujoco(module: object): Promise<Mujoco> {
	const { default: create } = await importMujoco();
	return new Promise((resolve, reject) => {
		create({
			instantiateWasm(imports: object, done: (instance: object, module: object) => void) {
				WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
				return {};
			},
			print() {},
			printErr() {},
		}).then(resolve, reject);
	});
}
