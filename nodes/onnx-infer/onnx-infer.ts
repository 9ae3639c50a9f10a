import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError, show } from '../../lib/check';
import { bindInputs } from '../../lib/onnx/inputs';
import { findModel } from '../../lib/onnx/model-path';
import type { ModelInfo, ModelSource } from '../../lib/onnx/protocol';
import { findStatePairs } from '../../lib/onnx/recurrent';
import { type ModelSession, openSession, type RunOptions, type RunResult } from '../../lib/onnx/session';
import type { ModelEvent } from '../../lib/onnx/shared-model';
import type { Tensor } from '../../lib/tensor/tensor';
import { defineNode, type Running, type Start } from '../shared/define-node';
import type { Send } from '../shared/hand-on';
import { modelFolders } from '../shared/model-folders';
import { asError } from '../shared/on-input';
import type { OptionsOf } from '../shared/properties';
import type { RosInfo } from '../shared/ros-info';
import { addStage, stageName } from '../shared/stages';
import { serveModels } from './admin';
import { chosenModel, properties } from './config';
import { Episodes } from './episodes';
import { ageOf, checkFresh } from './freshness';
import { shows } from './show';

type Options = OptionsOf<typeof properties>;

/** What this node reads and writes of a message. */
interface Message extends NodeMessage {
	ros?: Partial<RosInfo>;
	/** The model, when it comes by message: its bytes, or its path. */
	model?: unknown;
	/** Begin with the initial state; a message of only this does nothing else. */
	reset?: boolean;
	/** Send figures to the second output; a message of only this does nothing else. */
	figures?: boolean;
	/** What is known of the run behind the payload. */
	inference?: Inference;
}

/** Times are in ms. */
interface Inference {
	/** How long the model took. */
	readonly time: number;
	/** How long the message waited for its turn. */
	readonly wait: number;
	/** How old the sensor reading behind the result is; undefined when the message did not tell. */
	readonly age: number | undefined;
}

/** A session and what is known of its model once it is loaded. */
interface Loaded {
	readonly session: ModelSession;
	info: ModelInfo | undefined;
}

export default function (RED: NodeAPI): void {
	serveModels(RED);
	defineNode(RED, 'onnx-infer', properties, (context) => start(RED, context));
}

function start(RED: NodeAPI, { node, options, status, report }: Start<Options>): Running {
	const folders = modelFolders(RED);
	const display = shows(RED, status, options.placement);
	const episodes = new Episodes();
	let current: Loaded | undefined;
	let isClosed = false;
	const fail = (error: Error) => display.failed(error instanceof BriefError ? error.brief : undefined);

	const onEvent = (event: ModelEvent) => {
		switch (event.kind) {
			case 'reloaded':
				if (current) current.info = event.info;
				display.ready(event.info);
				node.log(RED._('onnx-infer.log.reloaded'));
				break;
			case 'reload failed':
				if (current?.info) display.oldModel();
				else fail(event.error);
				report(event.error);
				break;
			case 'placed':
				node.log(RED._('onnx-infer.log.placed', { reason: event.reason }));
				break;
			case 'long run':
			case 'abandoned':
				fail(event.error);
				report(event.error);
				break;
		}
	};

	/** Opens a session; the node goes on with what it has until that is ready. */
	const open = async (source: ModelSource): Promise<void> => {
		const session = openSession(source, sessionOptions(options, onEvent));
		const opened: Loaded = { session, info: undefined };
		const old = current;
		if (!old) current = opened;
		try {
			opened.info = await session.ready();
		} catch (error) {
			// Without an older model this one stays: its file may be repaired.
			if (old || options.source === 'message') {
				if (current === opened) current = undefined;
				await session.close();
			}
			throw error;
		}
		if (isClosed) {
			await session.close();
			return;
		}
		current = opened;
		for (const note of opened.info.notes) node.warn(note);
		display.ready(opened.info);
		await old?.session.close();
	};

	if (options.source === 'file') {
		const { path } = findModel(chosenModel(options.model), folders);
		display.loading();
		// Not awaited: other nodes start meanwhile, and messages that come before wait for it.
		open({ path, folders }).catch((reason) => {
			if (isClosed) return;
			const error = asError(reason);
			fail(error);
			report(error);
		});
	} else display.noModel();

	/** Models that come by message are opened one after the other. */
	let opening: Promise<unknown> = Promise.resolve();
	const openFrom = (model: unknown): Promise<void> => {
		const opened = opening.then(() => open(sourceOf(model)));
		opening = opened.catch(() => {});
		return opened;
	};
	const sourceOf = (model: unknown): ModelSource => {
		if (typeof model === 'string') return { path: findModel(model, folders).path, folders };
		if (model instanceof Uint8Array) return { bytes: model, name: RED._('onnx-infer.log.messageModel') };
		throw new BriefError('no model', `Expected \`msg.model\` to be a Buffer or a path, got ${show(model)}`);
	};

	const sendFigures = (send: Send) => {
		if (!current) return;
		const { session, info } = current;
		const figures = {
			...session.figures(),
			placement: session.placement,
			runtime: info?.runtime,
			provider: info?.provider,
		};
		send([null, { topic: options.name || 'onnx-infer', payload: figures } as NodeMessage]);
	};
	const timer =
		options.figures > 0
			? setInterval(() => sendFigures((message) => node.send(message)), options.figures * 1000)
			: undefined;

	const share = stageName(node);
	const infer = async (message: Message, send: Send): Promise<void> => {
		const begin = performance.now();
		if (!current) {
			throw new BriefError('no model yet', 'There is no model yet: send one as msg.model, a Buffer or a path.');
		}
		const loaded = current;
		const since = performance.now();
		const info = loaded.info ?? (await loaded.session.ready());
		const inputs = bindPayload(info, message.payload);
		const run = runOptions(RED, options, episodes, message);
		const result = await loaded.session.run(inputs, { ...run, since });
		// A newer message took its place: its result is the one that counts.
		if (result === 'dropped') return;
		message.payload = payloadOf(info, result);
		message.inference = { time: result.time, wait: result.wait, age: ageOf(message.ros) };
		addStage(message, share, performance.now() - begin);
		send(message);
		display.runs(info, loaded.session);
	};

	return {
		async input(message: Message, send) {
			try {
				const isControl = message.reset === true || message.figures === true;
				if (options.source === 'message' && message.model !== undefined) {
					const { model } = message;
					delete message.model;
					display.loading();
					await openFrom(model);
					if (message.payload === undefined) return;
				}
				if (message.figures === true) sendFigures(send);
				if (message.payload === undefined && isControl) {
					if (message.reset) current?.session.resetState(stateKey(RED, options, message, true));
					return;
				}
				await infer(message, send);
			} catch (error) {
				if (isClosed) return;
				fail(asError(error));
				throw error;
			}
		},
		close() {
			isClosed = true;
			clearInterval(timer);
			return current?.session.close();
		},
	};
}

function sessionOptions(options: Options, onEvent: (event: ModelEvent) => void) {
	return {
		placement: options.placement,
		threads: options.threads,
		providers: options.providers,
		sha256: options.sha256,
		watch: options.reload,
		allowNonFinite: options.nonFinite === 'allow',
		waiting: options.waiting,
		queueLength: options.queueLength,
		deadline: options.deadline,
		state: options.state,
		onEvent,
	};
}

/** The key of a message's state; undefined when all share one. */
function stateKey(RED: NodeAPI, options: Options, message: Message, isOptional = false): string | undefined {
	if (options.stateKey === '') return undefined;
	const key: unknown = RED.util.getMessageProperty(message, options.stateKey);
	if (key === undefined && isOptional) return undefined;
	if (typeof key === 'string' || typeof key === 'number') return String(key);
	throw new BriefError(
		'no state key',
		`Expected \`msg.${options.stateKey}\` to be a text or a number that tells whose state to use, got ${show(key)}`,
	);
}

function runOptions(RED: NodeAPI, options: Options, episodes: Episodes, message: Message): RunOptions {
	const { maxAge } = options;
	const check = maxAge === undefined ? {} : { check: () => checkFresh(message.ros, maxAge) };
	if (options.state.length === 0) return check;
	const key = stateKey(RED, options, message) ?? '';
	const episode = options.episode === '' ? undefined : RED.util.getMessageProperty(message, options.episode);
	const reset = episodes.begins(key, message.ros, episode) || message.reset === true;
	return { ...check, key, reset };
}

function bindPayload(info: ModelInfo, payload: unknown): Tensor[] {
	try {
		return bindInputs(info.inputs, payload);
	} catch (error) {
		// What is missing may be the state of a recurrent network that nobody has told to feed back.
		const pairs = findStatePairs(info);
		if (pairs.length === 0 || !(error instanceof BriefError) || !/^input(s by name| missing)$/.test(error.brief)) {
			throw error;
		}
		const shown = pairs.map(({ output, input }) => `${output} -> ${input}`).join(', ');
		throw new BriefError(
			error.brief,
			`${error.message} This looks like a recurrent network: to feed its state back (${shown}), open the node and confirm it.`,
			{ cause: error },
		);
	}
}

/** The output itself when there is one, otherwise the outputs by name. */
function payloadOf(info: ModelInfo, result: RunResult): Tensor | Record<string, Tensor> {
	const [only] = result.outputs;
	if (result.outputs.length === 1 && only) return only;
	const named: Record<string, Tensor> = {};
	for (const [i, output] of info.outputs.entries()) named[output.name] = result.outputs[i] as Tensor;
	return named;
}
