import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { BriefError } from '../../lib/check';
import { hashModel } from '../../lib/onnx/hash';
import { readHeader } from '../../lib/onnx/header';
import { checkExternalPaths, listModels, type ModelFolders, resolveModelPath } from '../../lib/onnx/model-path';
import { findStatePairs } from '../../lib/onnx/recurrent';
import { modelFolders } from '../shared/model-folders';
import type { ModelCard } from './model-card';

/** Longest value of metadata that is sent: some exporters put whole files into it. */
const longestValue = 1000;

async function card(path: string, folders: ModelFolders): Promise<ModelCard> {
	const file = resolveModelPath(path, folders);
	const header = readHeader(file);
	checkExternalPaths(file, header.externalFiles, folders);
	const external = header.externalFiles.map((name) => ({
		name,
		size: statSync(join(dirname(file), name), { throwIfNoEntry: false })?.size,
	}));
	const isWhole = external.every(({ size }) => size !== undefined);
	return {
		...header,
		metadata: Object.fromEntries(
			Object.entries(header.metadata).map(([key, value]) => [key, value.slice(0, longestValue)]),
		),
		path: file,
		external,
		sha256: isWhole ? await hashModel(file, header.externalFiles) : '',
		statePairs: findStatePairs(header),
	};
}

/** The endpoints that the editor asks: which models there are, and what one of them is. */
export function serveModels(RED: NodeAPI): void {
	const permission = RED.auth.needsPermission('onnx-infer.read');
	RED.httpAdmin.get('/onnx-infer/models', permission, (_request, response) => {
		response.json(listModels(modelFolders(RED)));
	});
	RED.httpAdmin.get('/onnx-infer/card', permission, (request, response) => {
		const path = typeof request.query.path === 'string' ? request.query.path.trim() : '';
		card(path, modelFolders(RED)).then(
			(found) => response.json(found),
			(error: Error) => {
				const brief = error instanceof BriefError ? error.brief : 'unreadable';
				response.status(422).json({ brief, message: error.message });
			},
		);
	});
}
