import type { NodeAPI } from 'node-red';
import { showShape } from '../../lib/onnx/inputs';
import type { PlacementChoice } from '../../lib/onnx/placement';
import type { ModelInfo } from '../../lib/onnx/protocol';
import type { ModelSession } from '../../lib/onnx/session';
import type { Status } from '../shared/status';

/** What the node shows in its status: a few words, translated. */
export function shows(RED: NodeAPI, status: Status, placement: PlacementChoice) {
	const text = (key: string, values: Record<string, string | number> = {}) => RED._(`onnx-infer.status.${key}`, values);
	return {
		loading: () => status.set('grey', 'dot', text('loading')),
		noModel: () => status.set('grey', 'ring', text('noModel')),
		failed: (brief?: string) => status.set('red', 'ring', brief ?? text('failed')),
		/** A changed file is broken; what was loaded goes on. */
		oldModel: () => status.set('yellow', 'ring', text('oldModel')),
		ready(info: ModelInfo): void {
			const [only] = info.inputs;
			const shape =
				info.inputs.length === 1 && only ? showShape(only.shape) : text('inputs', { count: info.inputs.length });
			if (info.runtime === 'wasm') status.set('yellow', 'ring', text('readyWasm', { shape }));
			else status.set('green', 'dot', text('ready', { shape }));
		},
		/** Runs per second and the median time of a run. */
		runs(info: ModelInfo, session: ModelSession): void {
			const values = () => {
				const { rate, p50 } = session.figures();
				const digits = p50 < 1 ? 2 : p50 < 10 ? 1 : 0;
				const where = [info.provider === 'cpu' || info.provider === 'wasm' ? '' : info.provider];
				// Where it is by itself is worth a word.
				if (placement === 'auto' && session.placement === 'inline') where.push('inline');
				return {
					rate: rate < 10 ? rate.toFixed(1) : String(Math.round(rate)),
					time: p50.toFixed(digits),
					where: where.join(' ').trim(),
				};
			};
			if (info.runtime === 'wasm') status.update('yellow', 'ring', () => text('runsWasm', values()).trim());
			else status.update('green', 'dot', () => text('runs', values()).trim());
		},
	};
}
