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

export default function (RED: NodeAPI): void {
	serveModels(RED);
	defineNode(RED, 'onnx-infer', properties, (context) => start(RED, context));
}

function start(RED: NodeAPI, { node, options, status }: Start<Options>): Running {
	const path = resolveModelPath(options.model, modelFolders(RED));
	const session = openSession({ path }, { allowNonFinite: options.nonFinite === 'allow' });
	status.set('grey', 'dot', 'loading');
	let info: ModelInfo | undefined;
	let isClosed = false;
	const fail = (error: Error) => status.set('red', 'ring', error instanceof BriefError ? error.brief : 'failed');

	// Not awaited: other nodes start meanwhile, and messages that come before wait in the session.
	session.ready().then(
		(loaded) => {
			info = loaded;
			if (isClosed) return;
			for (const note of loaded.notes) node.warn(note);
			showReady(status, loaded);
		},
		(reason) => {
			if (isClosed) return;
			const error = asError(reason);
			fail(error);
			node.error(error, {});
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
				showRuns(status, known, session);
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

function showReady(status: Start<Options>['status'], info: ModelInfo): void {
	const [only] = info.inputs;
	const what = info.inputs.length === 1 && only ? showShape(only.shape) : `${info.inputs.length} inputs`;
	if (info.runtime === 'wasm') status.set('yellow', 'ring', `WASM ready ${what}`);
	else status.set('green', 'dot', `ready ${what}`);
}

function showRuns(status: Start<Options>['status'], info: ModelInfo, session: ModelSession): void {
	const text = () => {
		const { rate, p50 } = session.figures();
		const digits = p50 < 1 ? 2 : p50 < 10 ? 1 : 0;
		return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s ${p50.toFixed(digits)} ms`;
	};
	if (info.runtime === 'wasm') status.update('yellow', 'ring', () => `${text()} WASM`);
	else status.update('green', 'dot', text);
}
