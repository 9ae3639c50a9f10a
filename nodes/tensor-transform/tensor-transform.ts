import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { BriefError, checkObject } from '../../lib/check';
import { readHeader } from '../../lib/onnx/header';
import { resolveModelPath } from '../../lib/onnx/model-path';
import { type ExpectedObservation, ObservationCheck, observationInput } from '../../lib/policy/expected';
import { type RosClock, systemRosClock } from '../../lib/ros/clock';
import { Tensor } from '../../lib/tensor/tensor';
import { loadImages } from '../../lib/transform/decode/images';
import type { DecodeImage } from '../../lib/transform/image/compressed';
import { ImageWorker } from '../../lib/transform/image/image-worker';
import { createPipeline, describeResult } from '../../lib/transform/pipeline';
import { Watch } from '../../lib/transform/watch';
import { defineNode, type Running, type Start } from '../shared/define-node';
import type { Send } from '../shared/hand-on';
import { modelFolders } from '../shared/model-folders';
import { asError } from '../shared/on-input';
import type { OptionsOf } from '../shared/properties';
import { clockOf } from '../shared/ros-clock';
import type { RosInfo } from '../shared/ros-info';
import { addStage, stageName } from '../shared/stages';
import { type LiveNodes, serveTransforms } from './admin';
import { readArraysFile } from './arrays-file';
import { beginsWithImage, properties } from './config';
import { Live } from './live';
import { memoryOf } from './memory';
import { serveTrials } from './trials';

interface TransformMessage extends NodeMessage {
	ros?: Partial<RosInfo>;
	reset?: unknown;
}

/** A list of steps from a ROS message to a tensor, from tensor to tensor, or from a tensor to a ROS message. */
export default function (RED: NodeAPI): void {
	const lives = serveTransforms(RED);
	serveTrials(RED);
	defineNode(RED, 'tensor-transform', properties, (context) => {
		// Only those that take images here wait until what decodes compressed ones is loaded.
		const { steps, placement } = context.options;
		if (!hasImages(placement === 'worker' ? steps.slice(1) : steps)) return start(RED, lives, context);
		return loadImages().then((decode) => start(RED, lives, context, decode));
	});
}

function start(
	RED: NodeAPI,
	lives: LiveNodes,
	{ node, options, status }: Start<OptionsOf<typeof properties>>,
	decodeImage?: DecodeImage,
): Running {
	/** The clock of the stamps: that of a simulation once a message names it. */
	let clock: RosClock = systemRosClock;
	let jumps = 0;
	const watch = new Watch();
	/** The image of the message under way, when a thread has read it. */
	let ready: Tensor | undefined;
	const contract = options.contract && contractCheck(RED, options.contract, options.steps);
	watch.checkTerms = contract && ((names, blocks) => contract.checkTerms(names, blocks));
	const pipeline = createPipeline(options.steps, {
		now: () => clock.now(),
		memory: memoryOf(node.z),
		watch,
		...(decodeImage && { decodeImage }),
		readyImage: () => ready,
		readArrays: (path) => readArraysFile(path, modelFolders(RED)),
	});
	const worker = options.placement === 'worker' ? imageWorker(options.steps) : undefined;
	// Nothing is known of an episode before this: not even a last action that an earlier deploy left.
	pipeline.reset();
	const live = new Live(options.steps, watch);
	const removeLive = lives.add(editorId(node), live);
	let isWorking = false;
	const share = stageName(node);

	/** Follows the clock of the stamps; where it has jumped back or is another, what is kept is of another time. */
	const follow = (ros: TransformMessage['ros']) => {
		const next = ros?.clock === undefined ? clock : clockOf(ros);
		if (next === clock && next.jumps === jumps) return;
		clock = next;
		jumps = next.jumps;
		pipeline.clear();
		worker?.forget();
	};

	/** Whether a message is kept for later ones. */
	const keeps = (message: TransformMessage): boolean => {
		const { payload } = message;
		const isWatched = live.isWatched();
		try {
			if (!pipeline.keep(payload, message)) return false;
			if (isWatched) live.kept(payload, message);
			return true;
		} catch (error) {
			if (isWatched) live.ran(payload, message, undefined, asError(error));
			throw error;
		}
	};

	/** What becomes of a message. */
	const transform = (message: TransformMessage): Tensor | Record<string, unknown> => {
		const { payload } = message;
		const isWatched = live.isWatched();
		let result: Tensor | Record<string, unknown> | undefined;
		try {
			result = pipeline.run(payload, message);
			if (contract && result instanceof Tensor) contract.checkSize(result.data.length);
		} catch (error) {
			if (isWatched) live.ran(payload, message, result, asError(error));
			throw error;
		}
		if (isWatched) live.ran(payload, message, result);
		return result;
	};

	const failed = (reason: unknown): Error => {
		const error = asError(reason);
		isWorking = false;
		status.set('red', 'ring', briefly(error));
		return error;
	};

	/** @param since when the message came to the node, ms of `performance.now` */
	const pass = (message: TransformMessage, send: Send, since: number): void => {
		const payload = transform(message);
		message.payload = payload;
		if (pipeline.messageType !== undefined) message.ros = { ...message.ros, type: pipeline.messageType };
		if (isWorking) status.update('green', 'dot', () => describeResult(pipeline, payload));
		else status.set('green', 'dot', describeResult(pipeline, payload));
		isWorking = true;
		addStage(message, share, performance.now() - since);
		send(message);
	};

	/** The same, once a thread has read the image. */
	const passLater = async (threads: ImageWorker, message: TransformMessage, send: Send): Promise<void> => {
		const since = performance.now();
		try {
			const image = await threads.run(checkObject('payload', message.payload));
			if (image === 'dropped') return;
			ready = image;
			pass(message, send, since);
		} catch (error) {
			throw failed(error);
		} finally {
			ready = undefined;
		}
	};

	return {
		input(message: TransformMessage, send: Send) {
			// A reset may come alone, or with the first message of an episode.
			if (message.reset === true) {
				pipeline.reset();
				worker?.forget();
				if (message.payload === undefined) return undefined;
			}
			follow(message.ros);
			try {
				if (keeps(message)) return undefined;
				if (worker === undefined) pass(message, send, performance.now());
			} catch (error) {
				throw failed(error);
			}
			return worker && passLater(worker, message, send);
		},
		close() {
			removeLive();
			return worker?.close();
		},
	};
}

/** The thread for the first step. @throws BriefError when that is no image step. */
function imageWorker(steps: readonly unknown[]): ImageWorker {
	if (beginsWithImage(steps)) return new ImageWorker(steps[0]);
	throw new BriefError(
		'no image step',
		"Expected the first step to be a Camera image, which alone can have a thread of its own. Choose Node-RED's own thread, or put the step first.",
	);
}

/** Whether there is a step for images, also inside of others. */
function hasImages(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return (value as { type?: unknown }).type === 'image' || Object.values(value).some(hasImages);
}

/** The check of a contract, once the steps and the model have passed it. */
function contractCheck(RED: NodeAPI, expected: ExpectedObservation, steps: readonly unknown[]): ObservationCheck {
	const check = new ObservationCheck(expected);
	check.checkSteps(steps);
	if (expected.model !== undefined) {
		const { inputs } = readHeader(resolveModelPath(expected.model, modelFolders(RED)));
		check.checkModel(observationInput(inputs));
	}
	return check;
}

/** A node of a subflow has an id of its own in each instance; the editor knows that of the subflow. */
function editorId(node: Node): string {
	return (node as Node & { readonly _alias?: string })._alias ?? node.id;
}

/** Where it failed, `step 3 scale`: the whole is in the error. */
function briefly(error: Error): string {
	if (error instanceof BriefError) return error.brief;
	return /^step \d+ [a-z0-9-]+/.exec(error.message)?.[0].slice(0, 24) ?? 'bad input';
}
