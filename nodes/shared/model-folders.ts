import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import type { ModelFolders } from '../../lib/onnx/model-path';

/** What of settings.js is ours. */
interface OwnSettings {
	readonly userDir?: string;
	readonly ros2Inference?: { readonly modelFolders?: unknown };
}

/** The folders that models may come from, with those the administrator lists in settings.js. */
export function modelFolders(RED: NodeAPI): ModelFolders {
	const { userDir = process.cwd(), ros2Inference } = RED.settings as OwnSettings;
	const listed = ros2Inference?.modelFolders;
	const extra = Array.isArray(listed) ? listed.filter((folder) => typeof folder === 'string' && folder !== '') : [];
	return { userDir, packageDir: join(__dirname, '..', '..', '..'), extra };
}
