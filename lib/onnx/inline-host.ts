import { BriefError } from '../check';
import type { Tensor } from '../tensor/tensor';
import { Engine } from './engine';
import type { Host, HostResult } from './host';
import { TravellingBuffer } from './layout';
import type { LoadOptions, ModelInfo, ModelSource } from './protocol';

/** A model in the thread of whoever asks: each run holds up the event loop for as long as it takes. */
export class InlineHost implements Host {
	readonly ready: Promise<ModelInfo>;
	readonly #engine: Promise<Engine>;
	readonly #buffer = new TravellingBuffer();
	#loaded: Engine | undefined;
	/** No model has run here in this turn of the event loop yet. */
	#isTurnFree = true;
	/** The run under way, which a release has to wait for. */
	#work: Promise<HostResult> | undefined;
	#closing: Promise<void> | undefined;

	constructor(source: ModelSource, options: LoadOptions) {
		this.#engine = Engine.load(source, options).then(checkHalf);
		this.ready = this.#engine.then((engine) => {
			this.#loaded = engine;
			return engine.info;
		});
		this.ready.catch(() => {});
	}

	run(inputs: readonly Tensor[], allowNonFinite: boolean): Promise<HostResult> {
		if (!this.#loaded) return Promise.reject(new BriefError('not loaded', 'The model is not loaded.'));
		const { buffer, inputs: packed } = this.#buffer.pack(inputs);
		// It is not touched before the next run, which comes after this one.
		this.#buffer.giveBack(buffer);
		const engine = this.#loaded;
		const runNow = () => {
			this.#isTurnFree = false;
			setImmediate(() => {
				this.#isTurnFree = true;
			});
			return engine.run(buffer, packed, allowNonFinite);
		};
		// Of several that wait, one a turn: in between the event loop takes messages, timers and the editor's requests.
		this.#work = this.#isTurnFree ? runNow() : nextTurn().then(runNow);
		return this.#work;
	}

	close(): Promise<void> {
		this.#closing ??= this.#release();
		return this.#closing;
	}

	async #release(): Promise<void> {
		await this.#work?.catch(() => {});
		const engine = await this.#engine.catch(() => undefined);
		await engine?.release();
	}
}

function nextTurn(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}

/**
 * Where JavaScript has a Float16Array, ONNX Runtime's tensors want one and its native part refuses it. A thread can
 * hide it from the runtime; here it belongs to everybody.
 */
async function checkHalf(engine: Engine): Promise<Engine> {
	const { inputs, outputs } = engine.info;
	const half = [...inputs, ...outputs].find((info) => info.type === 'float16');
	if (!half || !('Float16Array' in globalThis)) return engine;
	await engine.release();
	throw new BriefError(
		'float16 needs worker',
		`\`${half.name}\` is of type float16, which this version of Node.js cannot give to a model inline. Choose the placement worker.`,
	);
}
