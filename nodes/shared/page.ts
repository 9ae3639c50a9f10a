import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';

/**
 * Serves the page of a node type at `<type>/view` below Node-RED's admin root: its own files, which hold nothing of the
 * flows and so need no permission.
 * @param folder where view.html, view.css and view.js are
 */
export function servePage(RED: NodeAPI, type: string, folder: string): void {
	const files = { view: 'view.html', 'view.css': 'view.css', 'view.js': 'view.js' };
	for (const [path, file] of Object.entries(files)) {
		RED.httpAdmin.get(`/${type}/${path}`, (_request, response) => {
			response.type(file.slice(file.lastIndexOf('.')));
			createReadStream(join(folder, file)).pipe(response);
		});
	}
}
