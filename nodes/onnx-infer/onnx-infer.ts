import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError } from '../../lib/check';
import { bindInputs, showShape } from '../../lib/onnx/inputs';
import { resolveModelPath } from '../../lib/onnx/model-path';
import type { ModelInfo } from '../../lib/onnx/protocol';
import { type ModelSession, openSession, type RunResult } from '../../lib/onnx/session';
import type { Tensor } from '../../lib/tensor/tensor';
import { defineNode, type Running, type Start } from '../shared/define-node';
import { asError } from '../shared/on-input';
import type { OptionsOf } from '../shared/properties';
import { modelFolders, serveModels } from './admin';
import { properties } from './config';

type Options = OptionsOf<typeof properties>;
type Status = Start<Options>['status'];

export default function (RED: NodeAPI): void {
	serveModels(RED);
	defineNode(RED, 'onnx-infer', properties, (context) => start(RED, context));
}

function start(RED: NodeAPI, { node, options, status, report }: Start<Options>): Running {
	const folders = modelFolders(RED);
	const path = resolveModelPath(options.model, folders);
	const session = openSession({ path, folders }, { allowNonFinite: options.nonFinite === 'allow' });
	status.set('grey', 'dot', RED._('onnx-infer.status.loading'));
	let info: ModelInfo | undefined;
	let isClosed = false;
	const fail = (error: Error) =>
		status.set('red', 'ring', error instanceof BriefError ? error.brief : RED._('onnx-infer.status.failed'));

	// Not awaited: other nodes start meanwhile, and messages that come before wait in the session.
	session.ready().then(
		(loaded) => {
			info = loaded;
			if (isClosed) return;
			for (const note of loaded.notes) node.warn(note);
			showReady(RED, status, loaded);
		},
		(reason) => {
			if (isClosed) return;
			const error = asError(reason);
			fail(error);
			report(error);
		},
	);

	return {
		async input(message: NodeMessage, send) {
			try {
				const known = info ?? (await session.ready());
				const result = await session.run(bindInputs(known.inputs, message.payload));
				// A newer message took its place: its result is the one that counts.
				if (result === 'dropped') return;
				message.payload = payloadOf(known, result);
				send(message);
				showRuns(RED, status, known, session);
			} catch (error) {
				if (isClosed) return;
				fail(asError(error));
				throw error;
			}
		},
		close() {
			isClosed = true;
			return session.close();
		},
	};
}

/** The output itself when there is one, otherwise the outputs by name. */
function payloadOf(info: ModelInfo, result: RunResult): Tensor | Record<string, Tensor> {
	const [only] = result.outputs;
	if (result.outputs.length === 1 && only) return only;
	const named: Record<string, Tensor> = {};
	for (const [i, output] of info.outputs.entries()) named[output.name] = result.outputs[i] as Tensor;
	return named;
}

function showReady(RED: NodeAPI, status: Status, info: ModelInfo): void {
	const [only] = info.inputs;
	const shape =
		info.inputs.length === 1 && only
			? showShape(only.shape)
			: RED._('onnx-infer.status.inputs', { count: info.inputs.length });
	if (info.runtime === 'wasm') status.set('yellow', 'ring', RED._('onnx-infer.status.readyWasm', { shape }));
	else status.set('green', 'dot', RED._('onnx-infer.status.ready', { shape }));
}

/** Runs per second and the median time of a run, in a few characters. */
function showRuns(RED: NodeAPI, status: Status, info: ModelInfo, session: ModelSession): void {
	const values = () => {
		const { rate, p50 } = session.figures();
		const digits = p50 < 1 ? 2 : p50 < 10 ? 1 : 0;
		return { rate: rate < 10 ? rate.toFixed(1) : String(Math.round(rate)), time: p50.toFixed(digits) };
	};
	if (info.runtime === 'wasm') status.update('yellow', 'ring', () => RED._('onnx-infer.status.runsWasm', values()));
	else status.update('green', 'dot', () => RED._('onnx-infer.status.runs', values()));
}
