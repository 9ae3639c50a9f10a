import type { Host, HostResult } from '../../../lib/onnx/host';
import type { ModelInfo, TensorInfo } from '../../../lib/onnx/protocol';
import type { CreateHost } from '../../../lib/onnx/shared-model';
import type { Tensor } from '../../../lib/tensor/tensor';

const scalar = (name: string): TensorInfo => ({ name, type: 'float32', shape: [] });

/** A place that gives `y = x` when the test says so. */
export class FakeHost implements Host {
	/** What has been asked and not answered. */
	readonly runs: {
		inputs: readonly Tensor[];
		finish(time?: number): Promise<void>;
		fail(error: Error): Promise<void>;
	}[] = [];
	isClosed = false;
	readonly ready: Promise<ModelInfo>;
	kill?: () => void;

	constructor(
		readonly placement: string,
		readonly die: (error: Error) => void,
		outputName = 'y',
	) {
		this.ready = Promise.resolve({
			header: { externalFiles: [] },
			inputs: [scalar('x')],
			outputs: [scalar(outputName)],
			notes: [],
		} as unknown as ModelInfo);
	}

	run(inputs: readonly Tensor[]): Promise<HostResult> {
		return new Promise((resolve, reject) => {
			const over = async (end: () => void) => {
				this.runs.splice(this.runs.indexOf(run), 1);
				end();
				await settled();
			};
			const run = {
				inputs,
				finish: (time = 1) => over(() => resolve({ outputs: inputs.map(({ dims, data }) => ({ dims, data })), time })),
				fail: (error: Error) => over(() => reject(error)),
			};
			this.runs.push(run);
		});
	}

	/** When it is gone after it has been closed. Default: at once. */
	gone: Promise<void> = Promise.resolve();

	async close(): Promise<void> {
		this.isClosed = true;
		await this.gone;
	}
}

/** Once everything that was resolved has been acted upon. */
export function settled(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

/** Fake places in the order in which they are asked for. */
export function fakeHosts(prepare: (host: FakeHost) => void = () => {}): { hosts: FakeHost[]; createHost: CreateHost } {
	const hosts: FakeHost[] = [];
	return {
		hosts,
		createHost: (placement, _source, _options, onDeath) => {
			const host = new FakeHost(placement, onDeath);
			prepare(host);
			hosts.push(host);
			return host;
		},
	};
}
