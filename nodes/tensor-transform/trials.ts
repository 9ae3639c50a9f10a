import type { IncomingMessage } from 'node:http';
import type { NodeAPI } from 'node-red';
import { BriefError, checkArray, checkObject, checkString } from '../../lib/check';
import { resolveModelPath } from '../../lib/onnx/model-path';
import { openSession } from '../../lib/onnx/session';
import { loadImages } from '../../lib/transform/decode/images';
import { modelFolders } from '../shared/model-folders';
import { asError } from '../shared/on-input';
import { readArraysFile } from './arrays-file';
import { dryRun, type RunEnvironment } from './dry-run';
import type { RecordedSample } from './recording';
import { parseChain, Replay, type ReplayResult } from './replay';
import { fromSampleJson } from './sample-json';

/** Largest request, bytes: a recording of an hour, or a few images. */
const largest = 64e6;

/** What only a page of the editor itself can send: a form or a link of another site cannot. */
const contentType = 'application/octet-stream';

/**
 * The endpoints with which the dialog tries steps where the flow runs: on samples that the browser can do nothing with,
 * as compressed images, and on recordings that go through a model.
 */
export function serveTrials(RED: NodeAPI): void {
	const permission = RED.auth.needsPermission('tensor-transform.write');
	const serve = (path: string, answer: (text: string, isWanted: () => boolean) => Promise<unknown>) => {
		RED.httpAdmin.post(path, permission, (request, response) => {
			// A model goes on for a while: not for a dialog that is closed.
			const isWanted = () => !response.destroyed;
			bodyOf(request)
				.then((text) => answer(text, isWanted))
				.then(
					(result) => response.json(result),
					(reason) => {
						const error = asError(reason);
						const brief = error instanceof BriefError ? error.brief : 'bad request';
						response.status(422).json({ brief, message: error.message });
					},
				);
		});
	};
	serve('/tensor-transform/try', async (text) => {
		const { steps, sample } = checkObject('request', JSON.parse(text));
		const list = checkArray('steps', steps, (_name, step) => step, { minLength: 1 });
		return dryRun(list, checkString('sample', sample), await environmentOf(RED));
	});
	serve('/tensor-transform/replay', async (text, isWanted) => {
		const { chain, samples } = checkObject('request', fromSampleJson(text));
		const list = checkArray('samples', samples, (name, item) => checkObject(name, item), { minLength: 1 });
		return replay(RED, chain, list, isWanted);
	});
}

async function replay(
	RED: NodeAPI,
	value: unknown,
	samples: readonly RecordedSample[],
	isWanted: () => boolean,
): Promise<ReplayResult> {
	const chain = parseChain(value);
	const folders = modelFolders(RED);
	const { path, state } = chain.model;
	const session = openSession({ path: resolveModelPath(path, folders), folders }, { state });
	try {
		return await new Replay(chain, session, await environmentOf(RED)).run(samples, isWanted);
	} finally {
		await session.close();
	}
}

async function environmentOf(RED: NodeAPI): Promise<RunEnvironment> {
	const decodeImage = await loadImages();
	return { decodeImage, readArrays: (path) => readArraysFile(path, modelFolders(RED)) };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	if (request.headers['content-type'] !== contentType) {
		throw new TypeError(`Expected a request of type ${contentType}, got ${request.headers['content-type']}`);
	}
	const parts: Buffer[] = [];
	let length = 0;
	for await (const part of request as AsyncIterable<Buffer>) {
		length += part.length;
		if (length > largest) throw new RangeError(`Expected a sample of at most ${largest / 1e6} MB`);
		parts.push(part);
	}
	return Buffer.concat(parts).toString('utf8');
}
