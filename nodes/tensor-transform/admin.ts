import type { NodeAPI } from 'node-red';
import { BriefError } from '../../lib/check';
import { readHeader } from '../../lib/onnx/header';
import { listModels, resolveModelPath } from '../../lib/onnx/model-path';
import { modelFolders } from '../shared/model-folders';
import type { Live } from './live';
import type { ModelContract } from './model-contract';
import { toSampleJson } from './sample-json';

/** Largest captured message that goes to the dialog, characters. */
const longest = 16e6;

/** The nodes that can be looked into, by the id that the editor knows. */
export interface LiveNodes {
	/** @returns what takes it away again */
	add(id: string, live: Live): () => void;
}

/** The endpoints that the editor asks: what runs through a node, the last message of it, and what a model says. */
export function serveTransforms(RED: NodeAPI): LiveNodes {
	const nodes = new Map<string, Live>();
	const permission = RED.auth.needsPermission('tensor-transform.read');
	RED.httpAdmin.get('/tensor-transform/live/:id', permission, (request, response) => {
		const live = nodes.get(request.params.id as string);
		if (live) response.json(live.view());
		else response.sendStatus(404);
	});
	RED.httpAdmin.get('/tensor-transform/capture/:id', permission, (request, response) => {
		const messages = nodes.get(request.params.id as string)?.captured();
		if (messages === undefined) {
			response.sendStatus(404);
			return;
		}
		const text = toSampleJson(messages.length === 1 ? messages[0] : messages);
		if (text.length > longest) response.sendStatus(413);
		else response.type('application/json').send(text);
	});
	RED.httpAdmin.get('/tensor-transform/models', permission, (_request, response) => {
		response.json(listModels(modelFolders(RED)));
	});
	RED.httpAdmin.get('/tensor-transform/model', permission, (request, response) => {
		const path = typeof request.query.path === 'string' ? request.query.path.trim() : '';
		try {
			const { metadata, inputs } = readHeader(resolveModelPath(path, modelFolders(RED)));
			const found: ModelContract = { metadata, inputs };
			response.json(found);
		} catch (error) {
			const brief = error instanceof BriefError ? error.brief : 'unreadable';
			response.status(422).json({ brief, message: (error as Error).message });
		}
	});
	return {
		add(id, live) {
			nodes.set(id, live);
			return () => {
				if (nodes.get(id) === live) nodes.delete(id);
			};
		},
	};
}
